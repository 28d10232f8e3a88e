// Answers the survey that one seat was sent about one year.
import { byId } from "./element.js";
import { askSignedIn, enter, offerSignIn } from "./require-session.js";
import { longDay, period } from "./facts.js";
import { faultOf, put, refuse, say, sayNothing, whileBusy, words } from "./messages.js";

const SURVEY = `query Survey($id: ID!) {
  node(id: $id) {
    ... on Seat {
      person { id }
      subscription { organisation { name } }
      survey { term { id startsOn endsOn } answeredAt closesOn }
    }
  }
  viewer { person { id } }
}`;
const ANSWER = `mutation AnswerSurvey($input: AnswerSurveyInput!) {
  answerSurvey(input: $input) { errors { code message } }
}`;
const SETTLED = ["ALREADY_ANSWERED", "SURVEY_CLOSED"];

const asked = new URLSearchParams(location.search);
const [seatId, termId] = [asked.get("seat"), asked.get("term")];
const form = byId("form");

async function show() {
  const outcome = await askSignedIn(SURVEY, { id: seatId });
  if (outcome === null) return;
  const { node, viewer } = outcome.body.data;
  if (!node?.subscription) {
    say(words.unknown, "bad");
    offerSignIn();
  } else if (node.person?.id !== viewer?.person?.id) {
    say(words.notYours, "bad");
    offerSignIn();
  } else {
    showQuestion(node);
  }
}

// What the seat was asked last may be about another year than the link; the API then judges alone.
function showQuestion({ subscription, survey }) {
  const isThis = survey?.term.id === termId;
  if (isThis && survey.answeredAt !== null) {
    say(words.already, "");
    return;
  }
  sayNothing();
  form.hidden = false;
  byId("about").hidden = byId("closes").hidden = !isThis;
  if (!isThis) return;
  const days = period(survey.term.startsOn, survey.term.endsOn);
  byId("about").textContent = put(words.about, { organisation: subscription.organisation.name, days });
  byId("closes").textContent = put(words.closes, { day: longDay(survey.closesOn) });
}

function hide() {
  form.hidden = true;
}

async function answer() {
  const score = Number(form.elements.score.value);
  const comment = byId("comment").value.trim() || null;
  const outcome = await askSignedIn(ANSWER, { input: { seatId, termId, score, comment } });
  if (outcome === null) return;
  const payload = outcome.body.data.answerSurvey;
  const fault = faultOf(outcome, payload);
  const isSettled = payload?.errors.some((error) => SETTLED.includes(error.code));
  if (fault === null || isSettled) hide();
  say(fault ?? words.thanks, fault === null ? "good" : isSettled ? "" : "bad");
  byId("message").focus();
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (form.elements.score.value === "") refuse(form.elements.score[0], words.noScore);
  else await whileBusy(byId("submit"), answer);
});
byId("scores").addEventListener("change", () => form.elements.score[0].removeAttribute("aria-invalid"));
if (seatId && termId) enter(show, hide);
else say(words.noId, "bad");
