// Confirms a new address with the one-time token of this page's address, and only when the button is pressed:
// programs that read mail open links, too.
import { byId } from "./element.js";
import { ask } from "./graphql.js";
import { faultOf, language, say, whileBusy, words } from "./messages.js";

const CONFIRM = `mutation ConfirmEmail($input: ConfirmEmailInput!) {
  confirmEmail(input: $input) { errors { message } }
}`;

const token = new URLSearchParams(location.search).get("token");

// The token is a secret: out of the address bar, the history and whatever copies them.
history.replaceState(null, "", location.pathname);

async function confirm() {
  const outcome = await ask({ query: CONFIRM, variables: { input: { token } }, language });
  const payload = outcome.body?.data?.confirmEmail;
  const fault = faultOf(outcome, payload);
  say(fault ?? words.done, fault === null ? "good" : "bad");
  if (payload) finish(); // a link that was judged is judged alike a second time
}

function finish() {
  byId("form").hidden = true;
  byId("elsewhere").hidden = false;
  byId("message").focus();
}

byId("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  await whileBusy(byId("submit"), confirm);
});
if (token) {
  byId("submit").disabled = false;
} else {
  say(words.noToken, "bad");
  finish();
}
