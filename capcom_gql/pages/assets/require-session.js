// How a page that needs a session gets one: it was left for it, or the reader is led to sign in and back here.
import { byId } from "./element.js";
import { ask } from "./graphql.js";
import { faultOf, language, say, words } from "./messages.js";
import { signInAddress, takeOver } from "./session.js";
import { signOutButton } from "./sign-out.js";

const UNAUTHENTICATED = 401;

const token = takeOver();

// A page that was left ends with its session, also where the browser kept it to show it again.
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

// Calls `open` if there is a session, with `close` to be called when it ends; else leads to the sign-in page,
// which takes the place of this one, so that going back leads to what came before it.
export function enter(open, close) {
  if (token === null) {
    location.replace(signInAddress);
    return;
  }
  const leave = () => {
    byId("session").replaceChildren();
    close();
    offerSignIn();
  };
  byId("session").replaceChildren(signOutButton(token, leave));
  say(words.sending, "");
  open();
}

// The API's answer to the session's holder; null, once the page says why, when it brought no data.
export async function askSignedIn(query, variables) {
  const outcome = await ask({ query, variables, token, language });
  if (outcome.body?.data) return outcome;
  say(outcome.status === UNAUTHENTICATED ? words.sessionOver : faultOf(outcome), "bad");
  if (outcome.status === UNAUTHENTICATED) {
    byId("session").replaceChildren();
    offerSignIn();
  }
  return null;
}

// For whoever has no session any more, or not that of the person who was written to.
export function offerSignIn() {
  byId("sign-in").href = signInAddress;
  byId("elsewhere").hidden = false;
}
