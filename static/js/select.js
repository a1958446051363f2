/**
 * Rows picked for a bulk action: <form data-select="orders-12"> around a table of .pick-box
 * checkboxes. Shift+click picks a range, "x" the row under the pointer or the focus. What is
 * picked survives paging: kept for the tab under the form's name, and sent along as hidden inputs.
 */

const boxes = (form) => [...form.querySelectorAll(".pick-box")];
const storageKey = (form) => `picked:${form.dataset.select}`;
const last = new WeakMap();

function read(form) {
  return new Set(JSON.parse(sessionStorage.getItem(storageKey(form)) ?? "[]"));
}

function write(form, picked) {
  sessionStorage.setItem(storageKey(form), JSON.stringify([...picked]));
}

function show(form, picked) {
  const all = boxes(form);
  const checked = all.filter((box) => box.checked).length;
  const head = form.querySelector("[data-pick-all]");
  if (head) {
    head.checked = checked > 0 && checked === all.length;
    head.indeterminate = checked > 0 && checked < all.length;
  }
  form.toggleAttribute("data-picked", picked.size > 0);
  for (const count of form.querySelectorAll("[data-picked-count]")) {
    count.textContent = picked.size.toLocaleString("en");
  }
}

/** Takes over the state of the boxes one can see; what is picked on other pages stays. */
function keep(form) {
  const picked = read(form);
  for (const box of boxes(form)) {
    if (box.checked) picked.add(box.value);
    else picked.delete(box.value);
  }
  write(form, picked);
  show(form, picked);
}

function onClick(event) {
  const box = event.target.closest(".pick-box");
  const form = event.target.closest("form[data-select]");
  if (!form) return;
  if (event.target.matches("[data-pick-none]")) clear(form);
  if (!box) return;
  const all = boxes(form);
  const previous = all.indexOf(last.get(form));
  if (event.shiftKey && previous !== -1) {
    const ends = [previous, all.indexOf(box)].sort((a, b) => a - b);
    for (const one of all.slice(ends[0], ends[1] + 1)) one.checked = box.checked;
  }
  last.set(form, box);
  keep(form);
}

function clear(form) {
  for (const box of boxes(form)) box.checked = false;
  write(form, new Set());
  show(form, new Set());
}

function onChange({ target }) {
  if (!target.matches("[data-pick-all]")) return;
  const form = target.closest("form[data-select]");
  for (const box of boxes(form)) box.checked = target.checked;
  keep(form);
}

function onKey(event) {
  if (event.key !== "x" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.matches("input:not([type=checkbox]), select, textarea")) return;
  if (document.body.dataset.keys === "off") return;
  const row = document.querySelector("tr:focus-within") ?? document.querySelector("tbody tr:hover");
  row?.querySelector(".pick-box")?.click();
}

/** Adds the rows picked on other pages to the form as it is sent; after that none is picked. */
function onFormData({ target, formData }) {
  if (!target.matches("form[data-select]")) return;
  const here = boxes(target);
  const name = here[0]?.name ?? "ids";
  const seen = new Set(here.map((box) => box.value));
  for (const value of read(target)) if (!seen.has(value)) formData.append(name, value);
  write(target, new Set());
}

export function bind(root) {
  const forms = [...root.querySelectorAll("form[data-select]")];
  if (root.matches("form[data-select]")) forms.push(root);
  for (const form of forms) {
    const picked = read(form);
    for (const box of boxes(form)) box.checked = picked.has(box.value);
    show(form, picked);
  }
}

export function start() {
  document.addEventListener("click", onClick);
  document.addEventListener("change", onChange);
  document.addEventListener("keydown", onKey);
  document.addEventListener("formdata", onFormData);
}
