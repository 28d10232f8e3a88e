// The field a password is typed in, and the button that shows what was typed.
import { byId } from "./element.js";
import { words } from "./messages.js";

export const password = byId("password");

function unveil(shown) {
  const button = byId("show");
  password.type = shown ? "text" : "password";
  button.textContent = shown ? words.hide : words.show;
  button.setAttribute("aria-pressed", String(shown));
}

// Empties the field and veils it again, once its password is no longer needed.
export function forgetPassword() {
  password.value = "";
  password.removeAttribute("aria-invalid");
  unveil(false);
}

byId("show").addEventListener("click", () => {
  unveil(password.type === "password");
  password.focus();
});
password.addEventListener("input", () => password.removeAttribute("aria-invalid"));
