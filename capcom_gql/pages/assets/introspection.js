// The schema as it describes itself, and searching in it.
import { ask } from "./graphql.js";

const QUERY = `query Documentation {
  __schema {
    queryType { name }
    mutationType { name }
    subscriptionType { name }
    types {
      kind
      name
      description
      specifiedByURL
      fields(includeDeprecated: true) {
        name
        description
        isDeprecated
        deprecationReason
        args { ...Argument }
        type { ...Written }
      }
      inputFields { ...Argument }
      enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason }
      interfaces { name }
      possibleTypes { name }
    }
  }
}
fragment Argument on __InputValue { name description defaultValue type { ...Written } }
fragment Written on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }`;

// Resolves to { types, roots } or to { refusal: sentence }.
export async function readSchema(token) {
  const outcome = await ask({ query: QUERY, operationName: "Documentation", token });
  if (outcome.failure) return { refusal: "The server could not be reached." };
  const schema = outcome.body?.data?.__schema;
  if (!schema) {
    const reason = outcome.body?.errors?.[0]?.message ?? `status ${outcome.status}`;
    return { refusal: `The server does not show its schema to this caller: ${reason}` };
  }
  const types = new Map(schema.types.filter((type) => !type.name.startsWith("__")).map((type) => [type.name, type]));
  const roots = [schema.queryType, schema.mutationType, schema.subscriptionType].filter(Boolean).map((root) => root.name);
  return { types, roots };
}

// The name inside the lists and exclamation marks.
export function namedType(type) {
  return type.ofType ? namedType(type.ofType) : type.name;
}

export function membersOf(type) {
  return type.fields ?? type.inputFields ?? type.enumValues ?? [];
}

// Types and members whose name or description has every word; names that begin with the words come first.
export function search(types, text, most = 80) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const found = [];
  const consider = (entry, name, texts) => {
    const all = texts.filter(Boolean).join(" ").toLowerCase();
    if (!words.every((word) => all.includes(word))) return;
    const low = name.toLowerCase();
    found.push({ ...entry, rank: low.startsWith(words[0]) ? 0 : low.includes(words[0]) ? 1 : 2 });
  };
  for (const type of types.values()) {
    consider({ type }, type.name, [type.name, type.description]);
    for (const member of membersOf(type)) {
      const args = (member.args ?? []).flatMap((argument) => [argument.name, argument.description]);
      consider({ type, member }, member.name, [member.name, member.description, ...args]);
    }
  }
  found.sort((one, other) => one.rank - other.rank);
  return { shown: found.slice(0, most), more: Math.max(0, found.length - most) };
}
