// The schema's documentation: types, their fields, arguments and descriptions, with a search.
import { element } from "./element.js";
import { membersOf, namedType, readSchema, search } from "./introspection.js";

const KINDS = {
  OBJECT: "type",
  INTERFACE: "interface",
  UNION: "union",
  ENUM: "enum",
  INPUT_OBJECT: "input",
  SCALAR: "scalar",
};
const GROUPS = [
  ["Types", ["OBJECT", "INTERFACE", "UNION"]],
  ["Inputs", ["INPUT_OBJECT"]],
  ["Enumerations", ["ENUM"]],
  ["Scalars", ["SCALAR"]],
];

export class Documentation {
  constructor(panel, token) {
    this.token = token;
    this.askedAs = null;
    this.field = element("input", { type: "search", id: "doc-words", autocomplete: "off", spellcheck: "false", input: () => this.find() });
    this.content = element("div");
    panel.append(
      element("div", { class: "doc-search" }, element("label", { for: "doc-words" }, "Search the schema"), this.field),
      this.content,
    );
  }

  // Reads the schema again only when another token asks.
  async open() {
    const token = this.token();
    if (this.askedAs === token) return;
    this.askedAs = token;
    this.schema = null;
    this.content.replaceChildren(element("p", { class: "quiet" }, "Reading the schema…"));
    const read = await readSchema(token);
    if (this.askedAs !== token) return;
    if (read.refusal) {
      this.askedAs = null;
      this.content.replaceChildren(
        element("p", { class: "notice bad" }, read.refusal),
        element("p", {}, element("button", { type: "button", click: () => this.open() }, "Try again")),
      );
      return;
    }
    this.schema = read;
    this.find();
  }

  find() {
    if (!this.schema) return;
    const words = this.field.value.trim();
    if (words === "") {
      this.showAll();
      return;
    }
    const { shown, more } = search(this.schema.types, words);
    const entries = shown.map(({ type, member }) => (member ? this.memberEntry(member, type) : this.typeEntry(type)));
    const count = shown.length === 0 ? "Nothing has these words." : more > 0 ? `${shown.length} shown, ${more} more: add a word.` : "";
    this.content.replaceChildren(...(count ? [element("p", { class: "quiet", role: "status" }, count)] : []), ...entries);
  }

  showAll() {
    const { types, roots } = this.schema;
    const sections = [element("h3", {}, "Operations"), ...roots.map((name) => this.typeEntry(types.get(name)))];
    for (const [title, kinds] of GROUPS) {
      const members = [...types.values()].filter((type) => kinds.includes(type.kind) && !roots.includes(type.name));
      members.sort((one, other) => one.name.localeCompare(other.name));
      if (members.length > 0) sections.push(element("h3", {}, title), ...members.map((type) => this.typeEntry(type)));
    }
    this.content.replaceChildren(...sections);
  }

  showType(name) {
    const type = this.schema.types.get(name);
    const title = element("h2", { tabindex: "-1" }, name);
    const specified = type.specifiedByURL
      ? element("p", { class: "quiet" }, "Specified by ", element("a", { href: type.specifiedByURL, target: "_blank", rel: "noopener noreferrer" }, type.specifiedByURL))
      : null;
    this.content.replaceChildren(
      element("p", { class: "trail" }, element("button", { type: "button", class: "plain", click: () => this.find() }, this.field.value.trim() ? "Back to the search" : "All types")),
      title,
      element("p", { class: "quiet" }, KINDS[type.kind] ?? type.kind),
      ...[described(type.description), specified].filter(Boolean),
      ...this.related("Implements", type.interfaces),
      ...this.related("Implemented by", type.possibleTypes),
      element("div", {}, ...membersOf(type).map((member) => this.memberEntry(member))),
    );
    title.focus();
    title.scrollIntoView({ block: "nearest" });
    this.content.parentElement.scrollTo(0, 0);
  }

  related(title, others) {
    if (!others?.length) return [];
    const names = others.flatMap((other, index) => [index ? ", " : "", this.link(other.name)]);
    return [element("p", { class: "description" }, `${title} `, ...names)];
  }

  typeEntry(type) {
    return element("div", { class: "entry" }, element("div", { class: "signature" }, this.link(type.name)), described(firstLine(type.description)));
  }

  // `owner` is given in search results, where the member stands outside its type.
  memberEntry(member, owner) {
    const place = owner ? [this.link(owner.name), "."] : [];
    const type = member.type ? [": ", ...this.written(member.type)] : [];
    const usual = member.defaultValue ? [` = ${member.defaultValue}`] : [];
    return element(
      "div",
      { class: "entry" },
      element("div", { class: "signature" }, ...place, element("strong", {}, member.name), ...type, ...usual),
      member.isDeprecated ? element("p", { class: "gone" }, `Deprecated: ${member.deprecationReason}`) : null,
      described(member.description),
      member.args?.length ? element("div", { class: "arguments" }, ...member.args.map((argument) => this.argument(argument))) : null,
    );
  }

  argument(argument) {
    const usual = argument.defaultValue ? [` = ${argument.defaultValue}`] : [];
    return element("div", {}, element("div", { class: "signature" }, `${argument.name}: `, ...this.written(argument.type), ...usual), described(argument.description));
  }

  written(type) {
    if (type.kind === "NON_NULL") return [...this.written(type.ofType), "!"];
    if (type.kind === "LIST") return ["[", ...this.written(type.ofType), "]"];
    return [this.link(namedType(type))];
  }

  link(name) {
    return element("button", { type: "button", class: "plain type", click: () => this.showType(name) }, name);
  }
}

function described(text) {
  return text ? element("p", { class: "description" }, text) : null;
}

function firstLine(text) {
  return text?.split("\n\n")[0];
}
