// Signs in, then shows the account or goes back to the page that asked for it; nothing of it outlives that page.
import { openAccount } from "./account.js";
import { byId } from "./element.js";
import { ask } from "./graphql.js";
import { askAddress, showNewLink, whenNewLinkIsAsked } from "./new-link.js";
import { forgetPassword, password } from "./password.js";
import { faultOf, head, language, refuse, say, sayNothing, whileBusy, words } from "./messages.js";
import { askedDestination, handOver } from "./session.js";

const SIGN_IN = `mutation SignIn($input: SignInInput!) {
  signIn(input: $input) { accessToken errors { message } }
}`;

const email = byId("email");
const destination = askedDestination();

function show({ signIn = false, newLink = false }) {
  byId("form").hidden = byId("forgot").hidden = !signIn;
  byId("back").hidden = !newLink;
  showNewLink(newLink);
}

function startOver() {
  head(words.title);
  show({ signIn: true });
  email.focus();
}

async function signIn() {
  const input = { email: email.value.trim(), password: password.value };
  const outcome = await ask({ query: SIGN_IN, variables: { input }, language });
  const payload = outcome.body?.data?.signIn;
  const fault = faultOf(outcome, payload);
  if (fault !== null) {
    if (payload) refuse(password, fault);
    else say(fault, "bad");
    return;
  }
  if (destination !== null) {
    forgetPassword();
    if (!handOver(payload.accessToken, destination)) say(words.notHandedOver, "bad");
  } else if (await openAccount(payload.accessToken, startOver)) {
    forgetPassword();
    show({});
  }
}

byId("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  if (email.value.trim() === "") refuse(email, words.noEmail);
  else if (password.value === "") refuse(password, words.noPassword);
  else await whileBusy(byId("submit"), signIn);
});
email.addEventListener("input", () => email.removeAttribute("aria-invalid"));
byId("forgot").addEventListener("click", () => {
  sayNothing();
  forgetPassword();
  show({ newLink: true });
  askAddress(email.value.trim());
});
byId("back").addEventListener("click", () => {
  sayNothing();
  startOver();
});
whenNewLinkIsAsked(() => show({ signIn: true }));
if (destination !== null) say(words.thenBack, "");
byId("submit").disabled = false;
