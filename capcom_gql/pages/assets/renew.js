// Shows where one subscription stands, and carries out what its manager, or staff, decide of its renewal.
import { byId } from "./element.js";
import { askSignedIn, enter, offerSignIn } from "./require-session.js";
import { longDay } from "./facts.js";
import { chosenPlan, offerPlans } from "./plans.js";
import { faultOf, put, refuse, say, whileBusy, words } from "./messages.js";
import { showStanding } from "./subscription-summary.js";

const RENEWAL = `query Renewal($id: ID!) {
  node(id: $id) {
    ... on OrganisationSubscription {
      state
      isLive
      endsOn
      seatsUsed
      plan { name }
      organisation { name }
      manager { person { givenName familyName email } }
      currentTerm {
        startsOn
        endsOn
        plan { code name seatLimit price { amountMinor currency } }
        seatLimit
        price { amountMinor currency }
        isConfirmed
        proofDueOn
      }
      upcomingTerm { startsOn endsOn plan { name } seatLimit price { amountMinor currency } isConfirmed proofDueOn }
      renewal { isOpen wouldEndOn declinedAt }
    }
  }
  plans { code name seatLimit price { amountMinor currency } isOpen }
  termsOfUse { version url }
}`;
const RENEW = `mutation Renew($input: RenewInput!) {
  renew(input: $input) {
    term { endsOn }
    errors { code message ... on TermsError { current { version url } } }
  }
}`;
const DECLINE = `mutation DeclineRenewal($input: DeclineRenewalInput!) {
  declineRenewal(input: $input) { errors { message } }
}`;

const id = new URLSearchParams(location.search).get("subscription");
const accept = byId("accept");
const keys = new Map();
let kept = null;
let terms = null;

async function show() {
  const outcome = await askSignedIn(RENEWAL, { id });
  if (outcome === null) return;
  const { node, plans, termsOfUse } = outcome.body.data;
  const isRefusal = (error) => error.extensions?.code === "FORBIDDEN"; // to a user who is not the manager
  if (node?.isLive === undefined || !(outcome.body.errors ?? []).every(isRefusal)) {
    hide();
    say(node === null ? words.unknown : faultOf(outcome), "bad");
    offerSignIn();
    return;
  }
  showStanding(node);
  const { renewal, upcomingTerm, currentTerm, seatsUsed } = node;
  byId("declining").hidden = renewal === null || upcomingTerm !== null || renewal.declinedAt !== null;
  byId("form").hidden = !renewal?.isOpen;
  if (!renewal?.isOpen) return;
  kept = currentTerm.plan;
  if (!offerPlans(kept, plans, seatsUsed)) {
    byId("form").hidden = true;
    say(put(words.noneFits, { used: seatsUsed }), "bad");
  }
  byId("renewed-until").textContent = put(words.until, { day: longDay(renewal.wouldEndOn) });
  showTerms(termsOfUse);
}

function hide() {
  for (const name of ["facts", "form", "declining"]) byId(name).hidden = true;
}

// The box is unticked when other terms come up than those it was ticked for.
function showTerms(current) {
  if (terms?.version !== current.version) accept.checked = false;
  terms = current;
  const link = byId("terms-link");
  link.href = current.url;
  link.textContent = put(words.terms, { version: current.version });
}

// The same decision sent again, after an answer that was lost, is the same request.
function keyOf(decision) {
  const known = JSON.stringify(decision);
  if (!keys.has(known)) keys.set(known, crypto.getRandomValues(new Uint32Array(4)).join("-"));
  return keys.get(known);
}

async function renew() {
  const decision = { subscriptionId: id, acceptedTermsVersion: terms.version };
  if (chosenPlan() !== kept.code) decision.planCode = chosenPlan();
  const outcome = await askSignedIn(RENEW, { input: { ...decision, idempotencyKey: keyOf(decision) } });
  if (outcome === null) return;
  const payload = outcome.body.data.renew;
  const fault = faultOf(outcome, payload);
  const outdated = payload?.errors.find((error) => error.current);
  if (outdated) {
    showTerms(outdated.current);
    refuse(accept, fault);
  } else {
    await conclude(fault ?? put(words.renewed, { day: longDay(payload.term.endsOn) }), fault);
  }
}

async function decline() {
  const reason = byId("reason").value.trim();
  const outcome = await askSignedIn(DECLINE, { input: { subscriptionId: id, reason: reason || null } });
  if (outcome === null) return;
  const fault = faultOf(outcome, outcome.body.data.declineRenewal);
  if (fault === null) {
    byId("declining").open = false;
    byId("reason").value = "";
  }
  await conclude(fault ?? words.declineNoted, fault);
}

// What stands may have changed, by this or by another's deed: it is asked again before the outcome is said.
async function conclude(sentence, fault) {
  await show();
  say(sentence, fault === null ? "good" : "bad");
  byId("message").focus();
}

byId("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  if (!accept.checked) refuse(accept, words.mustAccept);
  else await whileBusy(byId("submit"), renew);
});
accept.addEventListener("change", () => accept.removeAttribute("aria-invalid"));
byId("decline-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  await whileBusy(byId("decline"), decline);
});
if (id) enter(show, hide);
else say(words.noId, "bad");
