// The result pane: status, what went wrong in words, the answer itself.
import { colour } from "./colours.js";
import { byId } from "./element.js";
import { faultsIn, notice } from "./faults.js";

const SECRETS = ["accessToken", "secret"];

export class Answer {
  constructor({ goTo, useToken }) {
    this.goTo = goTo;
    this.status = byId("status");
    this.faults = byId("faults");
    this.result = byId("result");
    this.keep = byId("keep-token");
    this.copy = byId("copy");
    this.keep.addEventListener("click", () => {
      useToken(this.secret);
      this.keep.hidden = true;
      this.status.textContent = "The next requests will carry this token.";
    });
    this.copy.addEventListener("click", () => this.copyText());
  }

  wait() {
    this.say("Waiting for the answer…", "");
    this.faults.replaceChildren();
    this.result.classList.add("old");
    this.keep.hidden = true;
  }

  show(outcome, operation) {
    this.result.classList.remove("old");
    this.result.scrollTo(0, 0);
    if (outcome.failure) {
      this.showFailure(outcome.failure);
      return;
    }
    const { status, statusText, milliseconds, text, body, retryAfter } = outcome;
    const { request, refusals } = body ? faultsIn(body) : { request: [], refusals: [] };
    const good = status < 400 && request.length === 0 && refusals.length === 0;
    const named = operation?.name ? `${operation.name}: ` : "";
    this.say(`${named}${status} ${statusText}`.trim() + ` in ${milliseconds} ms`, good ? "good" : "bad");
    if (body) colour(this.result, JSON.stringify(body, null, 2), "json");
    else this.result.textContent = text;
    this.copy.hidden = text === "";
    const wait = retryAfter ? ` Ask again in ${retryAfter} seconds.` : "";
    if (!body) this.faults.append(notice(`The server answered something other than JSON (status ${status}).${wait}`, []));
    if (request.length > 0) {
      const partly = body.data ? "Part of the answer could not be given." : "The request was refused.";
      this.faults.append(notice(partly + wait, request, this.goTo));
    }
    if (refusals.length > 0) this.faults.append(notice("Refused; nothing was changed.", refusals, this.goTo));
    this.offerSecret(body?.data);
  }

  showFailure(failure) {
    this.result.textContent = "";
    this.copy.hidden = true;
    if (failure === "stopped") {
      this.say("Stopped.", "");
      return;
    }
    this.say("No answer.", "bad");
    this.faults.append(notice("The server could not be reached. Is it still running? Nothing shows whether the request arrived.", []));
  }

  offerSecret(data) {
    const payloads = Object.values(data ?? {}).filter((payload) => payload !== null && typeof payload === "object");
    const found = payloads.flatMap((payload) => SECRETS.map((name) => payload[name])).find((value) => typeof value === "string");
    this.secret = found;
    this.keep.hidden = found === undefined;
  }

  say(sentence, tone) {
    this.status.textContent = sentence;
    this.status.className = tone || "quiet";
  }

  async copyText() {
    try {
      await navigator.clipboard.writeText(this.result.textContent);
      this.copy.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(this.result);
      this.copy.textContent = "Selected";
    }
    setTimeout(() => { this.copy.textContent = "Copy"; }, 1500);
  }
}
