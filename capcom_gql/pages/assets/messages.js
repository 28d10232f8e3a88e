// What a page for subscribers says, in its language: its words, its message, and what went wrong.
import { byId, embedded } from "./element.js";

export const words = embedded("words");
export const language = document.documentElement.lang;

export const put = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_, name) => values[name]);

export function head(title) {
  document.querySelector("h1").textContent = title;
}

export function say(sentence, tone) {
  const message = byId("message");
  message.hidden = false;
  message.className = `notice ${tone}`;
  message.textContent = sentence;
}

export function sayNothing() {
  byId("message").hidden = true;
}

// The sentence to show for an answer that brought no result, or null when it brought one. `payload` is the
// part of the body that was asked for; its "errors", where it has some, are refusals meant for people.
export function faultOf(outcome, payload) {
  if (outcome.failure) return words.unreachable;
  const refusals = (payload ?? outcome.body)?.errors ?? [];
  const said = refusals.map((error) => error.message).filter(Boolean).join(" ");
  if (payload) return refusals.length > 0 ? said : null;
  return said && outcome.status < 500 ? said : put(words.unexpected, { status: outcome.status });
}

// Marks what must be mended, says why, and leads there.
export function refuse(field, sentence) {
  say(sentence, "bad");
  field.setAttribute("aria-invalid", "true");
  field.focus();
}

// Nothing is sent twice: the button waits, and says so, until the work is done.
export async function whileBusy(button, work) {
  const label = button.textContent;
  button.disabled = true;
  button.textContent = words.sending;
  try {
    return await work();
  } finally {
    button.disabled = false;
    button.textContent = label;
    // A button that is disabled loses the focus; it has it back unless the work led elsewhere.
    if (document.activeElement === document.body) button.focus();
  }
}
