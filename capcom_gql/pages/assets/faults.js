// Says in words what went wrong, from an answer of the API.
import { element } from "./element.js";

// What refused the whole request, and every refusal inside a payload ("errors" beside a mutation's results).
export function faultsIn(body) {
  const request = (body.errors ?? []).map((error) => ({
    message: error.message,
    code: error.extensions?.code,
    path: error.path,
    places: error.locations ?? [],
    waiting: error.extensions?.retryAfter,
  }));
  const refusals = [];
  for (const [field, payload] of Object.entries(body.data ?? {})) {
    if (!Array.isArray(payload?.errors)) continue;
    for (const error of payload.errors) {
      refusals.push({ message: error.message ?? "(ask for its message to read why)", code: error.code, path: [field, ...(error.path ?? [])], places: [] });
    }
  }
  return { request, refusals };
}

export function notice(title, faults, goTo) {
  const items = faults.map((fault) =>
    element(
      "li",
      {},
      fault.message ?? "no message",
      ...fault.places.flatMap(({ line, column }) => [
        " ",
        element("button", { type: "button", class: "plain", click: () => goTo(line, column) }, `line ${line}, column ${column}`),
      ]),
      element("span", { class: "code" }, described(fault)),
    ),
  );
  return element("div", { class: "notice bad" }, element("strong", {}, title), items.length > 0 ? element("ul", {}, ...items) : null);
}

function described({ code, path }) {
  const place = path?.length ? `at ${path.join(".")}` : "";
  const known = [code, place].filter(Boolean).join(" ");
  return known ? ` ${known}` : "";
}
