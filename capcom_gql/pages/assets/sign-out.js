// Ends a session, at once and everywhere.
import { element } from "./element.js";
import { ask } from "./graphql.js";
import { faultOf, language, put, say, whileBusy, words } from "./messages.js";

const SIGN_OUT = `mutation SignOut {
  signOut { signedOut errors { message } }
}`;
const UNAUTHENTICATED = 401;

// `signedOut` is called once the session is over.
export function signOutButton(token, signedOut) {
  const leave = async () => {
    const outcome = await whileBusy(button, () => ask({ query: SIGN_OUT, token, language }));
    const fault = outcome.status === UNAUTHENTICATED ? null : faultOf(outcome, outcome.body?.data?.signOut);
    if (fault !== null) {
      say(put(words.notSignedOut, { reason: fault }), "bad");
      return;
    }
    say(words.signedOut, "good");
    signedOut();
  };
  const button = element("button", { type: "button", id: "sign-out", class: "aside", click: leave }, words.signOut);
  return button;
}
