/**
 * The panel beside a list: a click on the free space of a row shows its order there, under an
 * address of its own. The panel is a fragment of the server's; Escape closes it.
 */

const OWN_USE = "a, button, input, label, select, summary";
const place = () => document.querySelector("[data-peek-place]");
const link = (row) => row.querySelector("th[scope=row] a");

export const isOpen = () => Boolean(place()?.firstElementChild);

function address(id) {
  const url = new URL(location.href);
  if (id) url.searchParams.set("peek", id);
  else url.searchParams.delete("peek");
  return url;
}

/** The row of the order that is shown is marked, also when the rows have been fetched anew. */
function mark() {
  const shown = place()?.querySelector("[data-peek-of]")?.dataset.peekOf;
  for (const row of document.querySelectorAll("[data-walk] > tr")) {
    const is = Boolean(shown) && link(row)?.id === `order-${shown}`;
    if (is) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
  }
}

/** The event is passed on: a request without one is taken for a poll. */
export async function open(row, event, { enter = false } = {}) {
  const order = link(row);
  if (!order || !place()) return;
  const told = { event, source: place(), target: place(), swap: "innerHTML" };
  await htmx.ajax("GET", `${order.pathname}/peek${address(null).search}`, told);
  history.replaceState(history.state, "", address(order.id.replace("order-", "")));
  if (enter) place().querySelector("a")?.focus();
}

function close() {
  const row = document.querySelector("[data-walk] > tr[aria-current]");
  const inside = place().contains(document.activeElement);
  place().replaceChildren();
  history.replaceState(history.state, "", address(null));
  mark();
  if (inside && row) link(row).focus();
}

function onClick(event) {
  if (event.target.closest("[data-peek-close]")) {
    event.preventDefault();
    close();
    return;
  }
  const row = event.target.closest("[data-walk] > tr");
  const opener = event.target.closest("[data-peek]");
  if (!row || event.defaultPrevented || event.button) return;
  if (opener) open(row, event, { enter: event.detail === 0 });
  else if (!event.target.closest(OWN_USE) && getSelection().isCollapsed) open(row, event);
}

function onKey(event) {
  if (event.key !== "Escape" || event.defaultPrevented || !isOpen()) return;
  if (!document.querySelector("dialog:modal, details[data-menu][open]")) close();
}

export function bind() {
  if (place()) mark();
}

export function start() {
  document.addEventListener("click", onClick);
  document.addEventListener("keydown", onKey);
}
