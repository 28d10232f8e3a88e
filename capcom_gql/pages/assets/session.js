// A session handed from the sign-in page to the page that asked for it, in this tab and for one reading.
// The page that receives it holds it in memory: reloading or closing that page forgets it.

const HANDED = "capcom.session";
const ROOT = document.body.dataset.root;
const RECEIVING = [`${ROOT}/renew`, `${ROOT}/survey`];

const here = location.pathname + location.search;

// The sign-in page, told to come back here.
export const signInAddress = `${ROOT}/login?${new URLSearchParams({ next: here })}`;

// Where to go once signed in, as the address of the sign-in page says; null unless it is the path, on this same
// server, of a page that receives a session.
export function askedDestination() {
  const next = new URLSearchParams(location.search).get("next");
  if (!next?.startsWith("/") || !URL.canParse(next, location.origin)) return null;
  const address = new URL(next, location.origin);
  const isOurs = address.origin === location.origin && RECEIVING.includes(address.pathname);
  return isOurs ? address.pathname + address.search : null;
}

// Leaves the token and goes there; returns whether the browser lets a page leave something for the next one.
export function handOver(token, destination) {
  try {
    sessionStorage.setItem(HANDED, JSON.stringify({ token, destination }));
  } catch {
    return false;
  }
  location.replace(destination);
  return true;
}

// The token left for this page, or null. Whatever was left is gone afterwards, whomever it was for.
export function takeOver() {
  try {
    const left = sessionStorage.getItem(HANDED);
    sessionStorage.removeItem(HANDED);
    const { token, destination } = JSON.parse(left) ?? {};
    return destination === here ? token : null;
  } catch {
    return null;
  }
}
