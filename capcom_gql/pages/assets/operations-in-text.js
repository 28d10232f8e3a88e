// Finds the operations a query text defines, to know which one to run.
import { parts } from "./colours.js";

const KINDS = new Set(["query", "mutation", "subscription"]);

// Every operation as { kind, name, start, end }; the anonymous form "{ ... }" has no name.
export function operationsIn(text) {
  const bare = blanked(text);
  const found = [];
  let depth = 0;
  let open = null;
  for (const match of bare.matchAll(/[{}()]|[A-Za-z_]\w*/g)) {
    const [token] = match;
    if (token === "{" || token === "(") {
      if (depth === 0 && token === "{" && open === null) open = { kind: "query", name: undefined, start: match.index };
      depth += 1;
    } else if (token === "}" || token === ")") {
      depth -= 1;
      if (depth === 0 && token === "}" && open !== null) {
        if (open.kind !== "fragment") found.push({ ...open, end: match.index + 1 });
        open = null;
      }
    } else if (depth === 0 && open === null && (KINDS.has(token) || token === "fragment")) {
      open = { kind: token, name: undefined, start: match.index };
    } else if (depth === 0 && open !== null && open.name === undefined) {
      open.name = token;
    }
  }
  return found;
}

// The operation the caret is in, else the first.
export function operationAt(text, caret) {
  const found = operationsIn(text);
  return found.find((each) => caret >= each.start && caret <= each.end) ?? found[0];
}

function blanked(text) {
  let bare = text;
  for (const [kind, part, start] of parts(text, "graphql")) {
    if (kind === "comment" || kind === "text" || part.startsWith("@")) {
      bare = bare.slice(0, start) + " ".repeat(part.length) + bare.slice(start + part.length);
    }
  }
  return bare;
}
