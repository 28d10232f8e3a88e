// Which parts of GraphQL and JSON texts get which colour.

const GRAPHQL = new RegExp(
  [
    /(?<comment>#[^\n]*)/,
    /(?<text>"""[\s\S]*?(?:"""|$)|"(?:\\.|[^"\\\n])*"?)/,
    /(?<name>\$\w+|@\w+)/,
    /(?<number>-?\b\d[\d.eE+-]*)/,
    // The four that begin a definition are also good names for fields: coloured at the start of a line only.
    /(?<word>(?<![^\n])(?:query|mutation|subscription|fragment)\b|\b(?:on|true|false|null)\b)/,
    /(?<type>\b[A-Z]\w*)/,
    /(?<plain>\w+)/,
  ].map((part) => part.source).join("|"),
  "g",
);

const JSON_TEXT = new RegExp(
  [
    /(?<name>"(?:\\.|[^"\\\n])*"(?=\s*:))/,
    /(?<text>"(?:\\.|[^"\\\n])*"?)/,
    /(?<number>-?\b\d[\d.eE+-]*)/,
    /(?<word>\b(?:true|false|null)\b)/,
  ].map((part) => part.source).join("|"),
  "g",
);

const LANGUAGES = { graphql: GRAPHQL, json: JSON_TEXT };

// Beyond this many characters, colouring would be slower than it is useful.
const LONGEST = 200_000;

// Yields [kind, text, start] for every coloured part.
export function* parts(text, language) {
  for (const match of text.matchAll(LANGUAGES[language])) {
    const [kind] = Object.entries(match.groups).find(([, value]) => value !== undefined);
    yield [kind, match[0], match.index];
  }
}

export function colour(target, text, language) {
  if (text.length > LONGEST) {
    target.textContent = text;
    return;
  }
  const pieces = document.createDocumentFragment();
  let end = 0;
  for (const [kind, part, start] of parts(text, language)) {
    if (kind === "plain") continue;
    const span = document.createElement("span");
    span.className = `in-${kind}`;
    span.textContent = part;
    pieces.append(text.slice(end, start), span);
    end = start + part.length;
  }
  pieces.append(text.slice(end));
  target.replaceChildren(pieces);
}
