// The plans that a renewal may take: the present one, kept even if it is closed, and the open ones that fit.
import { byId, element } from "./element.js";
import { price } from "./facts.js";
import { put, words } from "./messages.js";

// Offers them as choices, the present one chosen, and says whether there is any.
export function offerPlans(kept, open, seatsUsed) {
  const others = open.filter((plan) => plan.isOpen && plan.code !== kept.code);
  const fitting = [kept, ...others].filter((plan) => plan.seatLimit >= seatsUsed);
  const fieldset = byId("plans");
  const legend = fieldset.querySelector("legend");
  const picked = chosenPlan();
  fieldset.replaceChildren(legend, ...fitting.map((plan) => choice(plan, plan.code === kept.code)));
  const again = fieldset.querySelector(`input[value="${CSS.escape(picked ?? kept.code)}"]`) ?? fieldset.querySelector("input");
  if (again !== null) again.checked = true;
  const tooSmall = byId("too-small");
  tooSmall.hidden = fitting.length === others.length + 1;
  tooSmall.textContent = put(words.tooSmall, { used: seatsUsed });
  return fitting.length > 0;
}

export function chosenPlan() {
  return byId("plans").querySelector("input:checked")?.value ?? null;
}

function choice({ code, name, seatLimit, price: asked }, isKept) {
  return element(
    "label",
    { class: "choice" },
    element("input", { type: "radio", name: "plan", value: code }),
    " ",
    element(
      "span",
      {},
      put(isKept ? words.keptPlan : words.otherPlan, { name }),
      element("br"),
      element("span", { class: "quiet" }, put(words.planOffer, { seats: seatLimit, price: price(asked) })),
    ),
  );
}
