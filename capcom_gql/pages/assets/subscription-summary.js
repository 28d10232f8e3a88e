// Where a subscription stands, as its manager reads it before deciding.
import { byId, element } from "./element.js";
import { fact, longDay, period, price } from "./facts.js";
import { put, say, sayNothing, words } from "./messages.js";

export function showStanding(subscription) {
  const { organisation, currentTerm, upcomingTerm } = subscription;
  const facts = byId("facts");
  facts.replaceChildren(
    element("h2", {}, organisation.name),
    element("dl", {}, ...(currentTerm ? termFacts(words.running, currentTerm) : lastDay(subscription))),
    ...(upcomingTerm ? [element("dl", {}, ...termFacts(words.upcoming, upcomingTerm))] : []),
  );
  facts.hidden = false;
  const [sentence, tone] = situation(subscription);
  if (sentence) say(sentence, tone);
  else sayNothing();
}

function termFacts(name, { startsOn, endsOn, plan, seatLimit, price: paid, isConfirmed, proofDueOn }) {
  return [
    ...fact(name, period(startsOn, endsOn)),
    ...fact(words.plan, put(words.planSeats, { name: plan.name, seats: seatLimit })),
    ...fact(words.price, price(paid)),
    ...fact(words.proof, isConfirmed ? words.received : put(words.proofDue, { day: longDay(proofDueOn) })),
  ];
}

function lastDay({ state, plan, endsOn }) {
  return [...fact(words.plan, plan.name), ...fact(state === "CANCELLED" ? words.plannedEnd : words.ended, longDay(endsOn))];
}

// The sentence that says what can be done, if anything must be said, and its tone.
function situation({ state, isLive, renewal, manager, currentTerm, upcomingTerm }) {
  if (!isLive) return [state === "CANCELLED" ? words.cancelled : words.over, "bad"];
  if (renewal === null) return [notYours(manager), ""];
  if (upcomingTerm) return [put(words.already, { day: longDay(upcomingTerm.endsOn) }), "good"];
  if (!currentTerm.isConfirmed) return [put(words.awaited, { day: longDay(currentTerm.proofDueOn) }), ""];
  if (renewal.declinedAt !== null) return [put(words.declined, { day: longDay(currentTerm.endsOn) }), ""];
  return [null, ""];
}

function notYours(manager) {
  if (!manager?.person) return words.noManager;
  const { givenName, familyName, email } = manager.person;
  return put(words.notManager, { name: `${givenName} ${familyName}`, email });
}
