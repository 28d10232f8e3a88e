// The explorer: choose an operation, edit it, run it, read the answer.
import { Answer } from "./answer.js";
import { Documentation } from "./documentation.js";
import { Editor } from "./editor.js";
import { byId, element, embedded } from "./element.js";
import { ask } from "./graphql.js";
import { operationAt } from "./operations-in-text.js";
import { Token } from "./token.js";

const { operations, callers } = embedded("content");
const narrow = matchMedia("(max-width: 60rem)");
const drafts = new Map();
let chosen = null;
let running = null;

const token = new Token(callers);
const query = new Editor(byId("query"), "graphql", { onRun: run, onChange: keepDraft });
const variables = new Editor(byId("variables"), "json", { onRun: run, onChange: keepDraft });
const answer = new Answer({ goTo: (line, column) => query.goTo(line, column), useToken: (value) => token.use(value) });
const documentation = new Documentation(byId("documentation"), () => token.value);

const asText = (values) => JSON.stringify(values, null, 2);

function keepDraft() {
  drafts.set(chosen.name, { query: query.text, variables: variables.text });
  byId("variables-fault").hidden = true;
  byId("new-key").hidden = !KEY.test(variables.text);
  byId("reset").hidden = false;
}

// The same key replays the first answer, so whoever wants a second effect needs another.
const KEY = /("idempotencyKey"\s*:\s*")[^"]*"/;

function renewKey() {
  const digits = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0"));
  variables.text = variables.text.replace(KEY, (_, before) => `${before}${digits.join("")}"`);
  keepDraft();
}

function choose(operation) {
  chosen = operation;
  const draft = drafts.get(operation.name);
  query.text = draft?.query ?? operation.document;
  variables.text = draft?.variables ?? asText(operation.variables);
  byId("reset").hidden = draft === undefined;
  byId("new-key").hidden = !KEY.test(variables.text);
  byId("operation-title").textContent = operation.title;
  byId("operation-needs").textContent = `Needs ${operation.needs}.`;
  byId("variables-fault").hidden = true;
  for (const link of byId("operations").querySelectorAll("a")) {
    if (link.hash === `#op=${operation.name}`) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  token.suit(operation.callers);
}

function chooseFromAddress() {
  const name = new URLSearchParams(location.hash.slice(1)).get("op");
  choose(operations.find((operation) => operation.name === name) ?? operations[0]);
}

function listOperations() {
  const nav = byId("operations");
  for (const group of new Set(operations.map((operation) => operation.group))) {
    const links = operations
      .filter((operation) => operation.group === group)
      .map((operation) => element("li", {}, element("a", { href: `#op=${operation.name}`, click: closeWhenNarrow }, operation.title)));
    nav.append(element("h2", {}, group), element("ul", {}, ...links));
  }
}

// The variables as an object, or null once the page says what is wrong with them.
function readVariables() {
  const fault = byId("variables-fault");
  const say = (sentence) => {
    fault.textContent = `${sentence} Nothing was sent.`;
    fault.hidden = false;
    byId("variables").focus();
    return null;
  };
  fault.hidden = true;
  if (variables.text.trim() === "") return {};
  let values;
  try {
    values = JSON.parse(variables.text);
  } catch (error) {
    return say(`The variables are not valid JSON: ${error.message}.`);
  }
  if (values === null || typeof values !== "object" || Array.isArray(values)) {
    return say('The variables must be a JSON object, such as {"first": 20}.');
  }
  return values;
}

async function run() {
  if (running !== null) return;
  const values = readVariables();
  if (values === null) return;
  const operation = operationAt(query.text, query.caret);
  running = new AbortController();
  byId("run-word").textContent = "Stop";
  answer.wait();
  const outcome = await ask({
    query: query.text,
    variables: values,
    operationName: operation?.name,
    token: token.value,
    signal: running.signal,
  });
  running = null;
  byId("run-word").textContent = "Run";
  answer.show(outcome, operation);
  if (narrow.matches) document.querySelector(".answer").scrollIntoView({ block: "start" });
}

const panels = { operations: byId("operations"), documentation: byId("documentation") };

function open(name) {
  for (const [each, panel] of Object.entries(panels)) {
    panel.hidden = each !== name;
    byId(`toggle-${each}`).setAttribute("aria-expanded", String(each === name));
  }
  if (name === "documentation") documentation.open();
}

function closeWhenNarrow() {
  if (narrow.matches) open(null);
}

listOperations();
chooseFromAddress();
addEventListener("hashchange", chooseFromAddress);
for (const name of Object.keys(panels)) {
  byId(`toggle-${name}`).addEventListener("click", () => open(panels[name].hidden ? name : null));
}
byId("run").addEventListener("click", () => (running === null ? run() : running.abort()));
byId("new-key").addEventListener("click", renewKey);
byId("reset").addEventListener("click", () => {
  drafts.delete(chosen.name);
  choose(chosen);
});
closeWhenNarrow();
