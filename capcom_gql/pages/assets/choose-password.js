// Chooses a password with the one-time token of the address, then shows the account it opens.
import { openAccount } from "./account.js";
import { byId } from "./element.js";
import { ask } from "./graphql.js";
import { askAddress, whenNewLinkIsAsked } from "./new-link.js";
import { forgetPassword, password } from "./password.js";
import { faultOf, language, put, refuse, say, whileBusy, words } from "./messages.js";

const CHOOSE = `mutation ChoosePassword($input: ChoosePasswordInput!) {
  choosePassword(input: $input) { accessToken errors { code message } }
}`;

const minimum = password.minLength;
const token = new URLSearchParams(location.search).get("token");
let accessToken = null;

// The token is a secret: out of the address bar, the history and whatever copies them.
history.replaceState(null, "", location.pathname);

// Characters as the API counts them: code points, not the halves that JavaScript counts.
const length = (text) => [...text].length;

function count() {
  const typed = length(password.value);
  const line = byId("count");
  line.textContent = typed === 0 ? "\u00a0" : put(typed < minimum ? words.count : words.enough, { count: typed, minimum });
  line.classList.toggle("good", typed >= minimum);
}

async function submit(event) {
  event.preventDefault();
  const typed = length(password.value);
  if (typed < minimum) {
    refuse(password, put(words.tooShort, { count: typed, minimum }));
    return;
  }
  const variables = { input: { token, password: password.value } };
  const outcome = await whileBusy(byId("submit"), () => ask({ query: CHOOSE, variables, language }));
  const payload = outcome.body?.data?.choosePassword;
  const fault = faultOf(outcome, payload);
  if (fault === null) {
    finish(payload);
  } else if (payload?.errors.some((error) => error.code === "BAD_TOKEN")) {
    offerNewLink(fault);
  } else if (payload) {
    refuse(password, fault);
  } else {
    say(fault, "bad");
  }
}

function finish(payload) {
  accessToken = payload.accessToken;
  byId("form").hidden = true;
  forgetPassword();
  say(words.done, "good");
  byId("after").hidden = accessToken === null;
  byId("elsewhere").hidden = accessToken !== null;
  byId("account").focus();
}

function offerNewLink(sentence) {
  say(sentence, "bad");
  byId("form").hidden = true;
  askAddress();
}

function offerSignIn() {
  accessToken = null;
  byId("elsewhere").hidden = false;
  byId("elsewhere").querySelector("a").focus();
}

async function showAccount() {
  if (await openAccount(accessToken, offerSignIn)) byId("after").hidden = true;
}

password.addEventListener("input", count);
byId("form").addEventListener("submit", submit);
byId("account").addEventListener("click", () => whileBusy(byId("account"), showAccount));
whenNewLinkIsAsked(() => {});
if (token) {
  byId("submit").disabled = false;
} else {
  offerNewLink(words.noToken);
}
