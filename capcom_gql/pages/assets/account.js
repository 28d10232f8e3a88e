// The account a session opens: who it is, their organisations, their numbers. Its list of users is elsewhere.
import { copyButton } from "./copy.js";
import { byId, element } from "./element.js";
import { fact, longDay, period } from "./facts.js";
import { ask } from "./graphql.js";
import { faultOf, head, language, put, say, sayNothing, words } from "./messages.js";
import { signOutButton } from "./sign-out.js";

const ACCOUNT = `query Account {
  viewer {
    person { givenName familyName email }
    seats {
      subscriberNumber
      isManager
      isActive
      subscription { organisation { name } state startsOn endsOn proofDueOn }
    }
  }
}`;

const section = byId("viewer");

// Shows the account of the session that `token` proves, or says why it cannot; resolves to whether it did.
// The token lives here, in memory, until the person signs out (`signedOut` is then called) or the page goes.
export async function openAccount(token, signedOut) {
  const outcome = await ask({ query: ACCOUNT, token, language });
  const viewer = outcome.body?.data?.viewer;
  if (!viewer) {
    say(outcome.body?.data ? words.noViewer : faultOf(outcome), "bad");
    return false;
  }
  sayNothing();
  head(words.accountTitle);
  section.replaceChildren(...described(viewer), signOutButton(token, () => close(signedOut)));
  section.hidden = false;
  section.focus();
  return true;
}

function close(signedOut) {
  section.hidden = true;
  section.replaceChildren();
  signedOut();
}

function described({ person, seats }) {
  const active = seats.filter((seat) => seat.isActive);
  const removed = seats.filter((seat) => !seat.isActive);
  return [
    person && element("p", {}, element("strong", {}, `${person.givenName} ${person.familyName}`), element("br"), person.email),
    ...[...active, ...removed].map(seatCard),
    seats.length === 0 && element("p", {}, words.noSeat),
  ].filter(Boolean);
}

function seatCard({ subscriberNumber, isManager, isActive, subscription }) {
  const { organisation, state, startsOn, endsOn, proofDueOn } = subscription;
  const facts = [
    ...fact(words.state, words[state] ?? state),
    ...fact(state === "CANCELLED" ? words.plannedPeriod : words.period, period(startsOn, endsOn)),
    ...(proofDueOn ? fact(words.proof, put(words.proofDue, { day: longDay(proofDueOn) })) : []),
    ...(isManager ? fact(words.role, words.manager) : []),
  ];
  return element(
    "article",
    { class: isActive ? "seat" : "seat removed" },
    element("h2", {}, organisation.name),
    ...numberLines(subscriberNumber, isActive),
    element("dl", {}, ...(isActive ? facts : fact(words.seat, words.removed))),
  );
}

function numberLines(subscriberNumber, isActive) {
  if (!subscriberNumber) return [];
  const number = element("span", { class: "number" }, subscriberNumber);
  const copy = isActive ? copyButton(number, subscriberNumber) : [];
  return [element("p", { class: "quiet" }, words.number), element("p", { class: "number-line" }, number, ...copy)];
}
