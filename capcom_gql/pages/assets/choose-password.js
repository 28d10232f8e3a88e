// Chooses a password with the one-time token of the address, then shows the account it opens.
import { byId, element, embedded } from "./element.js";
import { ask } from "./graphql.js";

const CHOOSE = `mutation ChoosePassword($input: ChoosePasswordInput!) {
  choosePassword(input: $input) { accessToken errors { code message } }
}`;
const AGAIN = `mutation RequestPassword($input: RequestPasswordInput!) {
  requestPassword(input: $input) { accepted errors { message } }
}`;
const ACCOUNT = `query Account {
  viewer {
    person { givenName familyName email }
    seats { subscriberNumber isActive subscription { state endsOn organisation { name } } }
  }
}`;

const words = embedded("words");
const language = document.documentElement.lang;
const password = byId("password");
const minimum = password.minLength;
const token = new URLSearchParams(location.search).get("token");
let accessToken = null;

// The token is a secret: out of the address bar, the history and whatever copies them.
history.replaceState(null, "", location.pathname);

// Characters as the API counts them: code points, not the halves that JavaScript counts.
const length = (text) => [...text].length;
const put = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_, name) => values[name]);

function say(sentence, tone) {
  const message = byId("message");
  message.hidden = false;
  message.className = `notice ${tone}`;
  message.textContent = sentence;
}

// The sentence to show when there is no payload, or null when there is one.
function trouble(outcome, payload) {
  if (outcome.failure) return words.unreachable;
  if (payload) return null;
  const known = outcome.body?.errors?.map((error) => error.message).filter(Boolean) ?? [];
  return known.length > 0 && outcome.status < 500 ? known.join(" ") : put(words.unexpected, { status: outcome.status });
}

const saidBy = (payload) => payload.errors.map((error) => error.message).join(" ");

function count() {
  const typed = length(password.value);
  const line = byId("count");
  line.textContent = typed === 0 ? "\u00a0" : put(typed < minimum ? words.count : words.enough, { count: typed, minimum });
  line.classList.toggle("good", typed >= minimum);
  password.removeAttribute("aria-invalid");
}

function refuse(sentence) {
  say(sentence, "bad");
  password.setAttribute("aria-invalid", "true");
  password.focus();
}

async function submit(event) {
  event.preventDefault();
  const typed = length(password.value);
  if (typed < minimum) {
    refuse(put(words.tooShort, { count: typed, minimum }));
    return;
  }
  const button = byId("submit");
  button.disabled = true;
  button.textContent = words.sending;
  const outcome = await ask({ query: CHOOSE, variables: { input: { token, password: password.value } }, language });
  button.disabled = false;
  button.textContent = words.submit;
  const payload = outcome.body?.data?.choosePassword;
  const sentence = trouble(outcome, payload);
  if (sentence !== null) {
    say(sentence, "bad");
  } else if (payload.errors.some((error) => error.code === "BAD_TOKEN")) {
    offerNewLink(saidBy(payload));
  } else if (payload.errors.length > 0) {
    refuse(saidBy(payload));
  } else {
    accessToken = payload.accessToken;
    byId("form").hidden = true;
    password.value = "";
    say(words.done, "good");
    byId("after").hidden = accessToken === null;
    byId("account").focus();
  }
}

function offerNewLink(sentence) {
  say(sentence, "bad");
  byId("form").hidden = true;
  byId("again").hidden = false;
}

async function sendNewLink(event) {
  event.preventDefault();
  const email = byId("email");
  if (!email.reportValidity()) return;
  const outcome = await ask({ query: AGAIN, variables: { input: { email: email.value.trim() } }, language });
  const payload = outcome.body?.data?.requestPassword;
  const sentence = trouble(outcome, payload);
  if (sentence !== null || payload.errors.length > 0) {
    say(sentence ?? saidBy(payload), "bad");
    return;
  }
  say(words.sent, "good");
  byId("again").hidden = true;
}

async function showAccount() {
  const outcome = await ask({ query: ACCOUNT, token: accessToken, language });
  const viewer = outcome.body?.data?.viewer;
  if (!viewer) {
    say(outcome.body?.data ? words.noViewer : trouble(outcome), "bad");
    return;
  }
  const section = byId("viewer");
  const { person, seats } = viewer;
  section.replaceChildren(
    element("h2", {}, words.accountTitle),
    person ? element("p", {}, `${person.givenName} ${person.familyName}`, element("br"), element("span", { class: "quiet" }, person.email)) : "",
    ...(seats.length > 0 ? seats.map(seatCard) : [element("p", {}, words.noSeat)]),
  );
  section.hidden = false;
  byId("after").hidden = true;
  section.focus();
}

function seatCard(seat) {
  const { state, endsOn, organisation } = seat.subscription;
  const fact = (name, value) => [element("dt", {}, name), element("dd", {}, value)];
  const day = new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, { dateStyle: "long", timeZone: "UTC" }).format(new Date(`${endsOn}T00:00:00Z`));
  return element(
    "div",
    { class: "seat" },
    element("div", { class: "quiet" }, words.number),
    element("div", { class: "number" }, seat.subscriberNumber ?? "—"),
    element(
      "dl",
      {},
      ...fact(words.organisation, organisation.name),
      ...fact(words.state, seat.isActive ? (words[state] ?? state) : words.removed),
      ...fact(words.until, day),
    ),
  );
}

byId("show").addEventListener("click", (event) => {
  const shown = password.type === "text";
  password.type = shown ? "password" : "text";
  event.currentTarget.textContent = shown ? words.show : words.hide;
  event.currentTarget.setAttribute("aria-pressed", String(!shown));
  password.focus();
});
password.addEventListener("input", count);
byId("form").addEventListener("submit", submit);
byId("again").addEventListener("submit", sendNewLink);
byId("account").addEventListener("click", showAccount);
if (token) {
  byId("submit").disabled = false;
} else {
  offerNewLink(words.noToken);
}
