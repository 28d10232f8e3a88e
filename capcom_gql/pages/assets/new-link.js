// Asks for a mail with a new link to choose a password.
import { byId } from "./element.js";
import { ask } from "./graphql.js";
import { faultOf, language, refuse, say, whileBusy, words } from "./messages.js";

const REQUEST = `mutation RequestPassword($input: RequestPasswordInput!) {
  requestPassword(input: $input) { accepted errors { message } }
}`;

const form = byId("again");
const field = byId("again-email");

export function showNewLink(shown) {
  form.hidden = !shown;
}

export function askAddress(known = "") {
  showNewLink(true);
  if (known) field.value = known;
  field.focus();
}

// `sent` is called once the API has accepted; that says nothing of whether the address is known.
export function whenNewLinkIsAsked(sent) {
  field.addEventListener("input", () => field.removeAttribute("aria-invalid"));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const email = field.value.trim();
    if (email === "") {
      refuse(field, words.noEmail);
      return;
    }
    const outcome = await whileBusy(byId("send"), () => ask({ query: REQUEST, variables: { input: { email } }, language }));
    const fault = faultOf(outcome, outcome.body?.data?.requestPassword);
    if (fault !== null) {
      say(fault, "bad");
      return;
    }
    showNewLink(false);
    sent();
    say(words.sent, "good");
    byId("message").focus();
  });
}
