// Makes a text area a small code editor: colours, line numbers, indentation by Tab.
import { colour } from "./colours.js";
import { element } from "./element.js";

const INDENT = "  ";

export class Editor {
  constructor(area, language, { onRun, onChange }) {
    this.area = area;
    this.language = language;
    this.onChange = onChange;
    this.leaving = false;
    area.spellcheck = false;
    area.wrap = "off";
    for (const name of ["autocapitalize", "autocomplete", "autocorrect"]) area.setAttribute(name, "off");
    this.numbers = element("pre");
    this.copy = element("pre");
    const frame = area.parentElement;
    const numbers = element("div", { class: "numbers", "aria-hidden": "true" }, this.numbers);
    const written = element("div", { class: "written" });
    this.copy.setAttribute("aria-hidden", "true");
    written.append(this.copy, area);
    frame.append(numbers, written);
    area.addEventListener("input", () => this.changed());
    area.addEventListener("scroll", () => this.follow());
    area.addEventListener("blur", () => { this.leaving = false; });
    area.addEventListener("keydown", (event) => this.key(event, onRun));
  }

  get text() {
    return this.area.value;
  }

  set text(value) {
    this.area.value = value;
    this.area.setSelectionRange(0, 0);
    this.area.scrollTo(0, 0);
    this.draw();
  }

  get caret() {
    return this.area.selectionStart;
  }

  // Lines and columns count from 1, as GraphQL errors give them.
  goTo(line, column) {
    const lines = this.text.split("\n");
    const before = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
    const place = before + column - 1;
    this.area.focus();
    this.area.setSelectionRange(place, place);
    this.area.scrollTop = Math.max(0, (line - 3) * parseFloat(getComputedStyle(this.area).lineHeight));
  }

  changed() {
    this.draw();
    this.onChange();
  }

  draw() {
    colour(this.copy, `${this.text}\n`, this.language);
    const count = this.text.split("\n").length;
    this.numbers.textContent = Array.from({ length: count }, (_, index) => index + 1).join("\n");
    this.follow();
  }

  follow() {
    this.copy.style.transform = `translate(${-this.area.scrollLeft}px, ${-this.area.scrollTop}px)`;
    this.numbers.style.transform = `translateY(${-this.area.scrollTop}px)`;
  }

  key(event, onRun) {
    const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      onRun();
    } else if (event.key === "Escape") {
      this.leaving = true;
    } else if (event.key === "Tab" && plain && !this.leaving) {
      event.preventDefault();
      this.indent(event.shiftKey);
    } else if (event.key === "Enter" && plain && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.newLine();
    } else if (event.key !== "Tab" && event.key !== "Shift") {
      this.leaving = false;
    }
  }

  newLine() {
    const before = this.text.slice(0, this.area.selectionStart);
    const [indentation] = /^[^\S\n]*/.exec(before.slice(before.lastIndexOf("\n") + 1));
    const opened = /[{[(]\s*$/.test(before) ? INDENT : "";
    this.insert(`\n${indentation}${opened}`);
  }

  indent(backwards) {
    const { selectionStart: start, selectionEnd: end } = this.area;
    if (start === end && !backwards) {
      this.insert(INDENT);
      return;
    }
    const first = this.text.lastIndexOf("\n", start - 1) + 1;
    const lines = this.text.slice(first, end).split("\n");
    const moved = lines.map((line) => (backwards ? line.replace(/^ {1,2}/, "") : INDENT + line));
    const text = moved.join("\n");
    this.area.setSelectionRange(first, end);
    this.insert(text);
    if (start !== end) this.area.setSelectionRange(first, first + text.length);
  }

  // execCommand is the one way that keeps the browser's own undo; setRangeText where it is gone.
  insert(text) {
    const done = text === "" ? document.execCommand("delete") : document.execCommand("insertText", false, text);
    if (!done) {
      this.area.setRangeText(text, this.area.selectionStart, this.area.selectionEnd, "end");
      this.changed();
    }
  }
}
