// A button that copies a text shown beside it.
import { element } from "./element.js";
import { words } from "./messages.js";

const SECONDS = 4;

// `shown` is the element whose text is copied. The clipboard is closed to pages that came over plain HTTP, and
// may be closed by the browser: the text is then selected, for the reader to copy.
export function copyButton(shown, name) {
  const status = element("span", { class: "quiet", role: "status" });
  const copy = async () => {
    const done = (await written(shown.textContent)) || selectedAndCopied(shown);
    status.textContent = done ? words.copied : words.selected;
    if (done) setTimeout(() => status.replaceChildren(), SECONDS * 1000);
  };
  return [element("button", { type: "button", class: "copy", "aria-label": `${words.copy} ${name}`, click: copy }, words.copy), status];
}

async function written(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

function selectedAndCopied(shown) {
  getSelection().selectAllChildren(shown);
  return document.execCommand("copy");
}
