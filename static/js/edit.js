/**
 * Sections of the order page that turn into a form: one at a time, Escape leaves it, and the focus
 * comes back to where it was. Rows of a form can be added. Without this module a section's pencil
 * is a link to a page of its own.
 */

const slots = () => [...document.querySelectorAll(".section-slot")];
const typed = (form) => form?.hasAttribute("data-changed");
const QUESTION = "Discard what you changed?";
let opener = null;

function close(slot) {
  slot.replaceChildren();
  if (opener?.isConnected) opener.focus();
  opener = null;
}

/** Leaves what was typed only if somebody says so. */
function mayClose(slot) {
  return !typed(slot.querySelector("form")) || window.confirm(QUESTION);
}

function onRequest(event) {
  const link = event.target.closest?.("[data-section-edit]");
  if (!link) return;
  const open = slots().filter((slot) => slot.childElementCount);
  if (!open.every(mayClose)) {
    event.preventDefault();
    return;
  }
  for (const slot of open) slot.replaceChildren();
  opener = link;
}

function onClick(event) {
  const cancel = event.target.closest("[data-section-cancel]");
  const slot = cancel?.closest(".section-slot");
  if (slot) {
    event.preventDefault();
    close(slot);
    return;
  }
  const more = event.target.closest("[data-row-more]");
  if (more) addRow(more.closest("[data-rows]"));
}

function onKey(event) {
  if (event.key !== "Escape" || event.defaultPrevented) return;
  const slot = event.target.closest?.(".section-slot");
  if (!slot || document.querySelector("dialog:modal")) return;
  event.preventDefault();
  if (mayClose(slot)) close(slot);
}

/** A further blank row like the last one, with names of its own for those who listen. */
function addRow(rows) {
  const last = [...rows.querySelectorAll("[data-row]")].at(-1);
  const row = last.cloneNode(true);
  const number = rows.querySelectorAll("[data-row]").length + 1;
  for (const input of row.querySelectorAll("input, textarea")) {
    input.value = "";
    input.removeAttribute("id");
    const label = input.getAttribute("aria-label");
    if (label) input.setAttribute("aria-label", label.replace(/\d+$/, number));
  }
  last.after(row);
  row.querySelector("input")?.focus();
}

/** The form that came takes the focus, at its first field. */
export function bind(root) {
  const form = root.matches("[data-section-form]") ? root : null;
  const slot = form?.closest(".section-slot");
  if (!slot) return;
  form.querySelector("input:not([type=hidden]), select, textarea")?.focus();
  form.scrollIntoView({ block: "nearest" });
}

export function start() {
  document.addEventListener("htmx:beforeRequest", onRequest);
  document.addEventListener("click", onClick);
  document.addEventListener("keydown", onKey);
}
