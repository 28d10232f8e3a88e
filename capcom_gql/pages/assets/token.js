// Who asks: a token typed, pasted or picked, kept for this tab only.
import { byId, element } from "./element.js";

const KEPT = "capcom.token";
const OTHER = "other";
const NOBODY = "nobody";

export class Token {
  constructor(callers) {
    this.callers = callers;
    this.field = byId("token");
    this.picker = byId("caller");
    this.field.value = sessionStorage.getItem(KEPT) ?? "";
    this.field.addEventListener("input", () => this.keep());
    byId("show-token").addEventListener("click", (event) => {
      const veiled = this.field.classList.toggle("veiled");
      event.currentTarget.setAttribute("aria-pressed", String(!veiled));
      event.currentTarget.textContent = veiled ? "Show" : "Hide";
    });
    if (callers.length > 0) this.offer();
  }

  get value() {
    return this.field.value.trim();
  }

  use(token) {
    this.field.value = token;
    this.keep();
  }

  // Picks a ready-made caller who may run the operation, unless the reader brought a token of their own.
  suit(kinds) {
    const current = this.callers.find((caller) => caller.token === this.value);
    if (this.callers.length === 0 || (this.value !== "" && current === undefined)) return;
    if (kinds.length === 0) this.use("");
    else if (current === undefined || !kinds.includes(current.kind)) {
      const kind = kinds.find((each) => this.callers.some((caller) => caller.kind === each));
      if (kind !== undefined) this.use(this.callers.find((caller) => caller.kind === kind).token);
    }
  }

  keep() {
    const offered = this.callers.some((caller) => caller.token === this.value);
    if (offered || this.value === "") sessionStorage.removeItem(KEPT);
    else sessionStorage.setItem(KEPT, this.value);
    this.pick();
  }

  offer() {
    this.picker.append(
      element("option", { value: NOBODY }, "nobody"),
      ...this.callers.map((caller, index) => element("option", { value: index }, caller.label)),
      element("option", { value: OTHER, disabled: true }, "the token beside"),
    );
    for (const part of document.querySelectorAll(".callers")) part.hidden = false;
    this.picker.addEventListener("change", () => this.use(this.callers[this.picker.value]?.token ?? ""));
    this.pick();
  }

  pick() {
    const index = this.callers.findIndex((caller) => caller.token === this.value);
    this.picker.value = this.value === "" ? NOBODY : index < 0 ? OTHER : String(index);
  }
}
