// Facts as people read them: a name and a value, days, prices.
import { element, embedded } from "./element.js";
import { put, words } from "./messages.js";

const { tag, firstOfMonth, digits } = embedded("writing");

export const fact = (name, value) => [element("dt", {}, name), element("dd", {}, value)];

// A civil day has no time zone: it is written as it stands, and stays on one line.
export function longDay(day) {
  const written = new Intl.DateTimeFormat(tag, { dateStyle: "long", timeZone: "UTC" });
  const spelled = written.format(new Date(`${day}T00:00:00Z`));
  return (firstOfMonth ? spelled.replace(/^1 /, `${firstOfMonth} `) : spelled).replaceAll(" ", "\u00a0");
}

export function period(startsOn, endsOn) {
  return put(words.days, { first: longDay(startsOn), last: longDay(endsOn) });
}

export function price({ amountMinor, currency }) {
  // browsers do not agree on the digits of every currency: the server says how many the minor unit has
  const asked = { style: "currency", currency, minimumFractionDigits: digits, maximumFractionDigits: digits };
  return new Intl.NumberFormat(tag, asked).format(amountMinor / 10 ** digits);
}
