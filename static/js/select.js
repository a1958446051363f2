/**
 * Rows picked for a bulk action: <form data-select="orders-12"> around a table of .pick-box
 * checkboxes. Shift+click picks a range, "x" the row under the pointer or the focus. What is
 * picked survives paging: it is kept for the tab as long as [data-select-of], the folder, stays.
 * Where there are more pages, all that match can be picked: then the search is sent, not the ids.
 */

import { allow, asked, forget, read, write } from "./picked.js";

const boxes = (form) => [...form.querySelectorAll(".pick-box")];
const last = new WeakMap();

function show(form, { ids, all }) {
  const here = boxes(form);
  const checked = here.filter((box) => box.checked).length;
  const head = form.querySelector("[data-pick-all]");
  if (head) {
    head.checked = checked > 0 && checked === here.length;
    head.indeterminate = checked > 0 && checked < here.length;
  }
  form.toggleAttribute("data-picked", ids.size > 0 || Boolean(all));
  for (const count of form.querySelectorAll("[data-picked-count]")) {
    count.textContent = all ? all.count : ids.size.toLocaleString("en");
  }
  const exact = all ? parseInt(all.count.replaceAll(",", ""), 10) : ids.size;
  allow(form, exact);
  const field = form.querySelector("[data-pick-everything]");
  if (field) field.disabled = !all;
  const line = form.querySelector("[data-pick-line]");
  const pages = form.querySelector("[rel=next], [rel=prev]");
  if (!line) return;
  line.hidden = Boolean(all) || !head?.checked || !pages;
  if (!line.hidden) offerAll(form, line);
}

/** Takes over the state of the boxes one can see; what is picked on other pages stays. */
function keep(form) {
  const { ids } = read(form);
  for (const box of boxes(form)) {
    if (box.checked) ids.add(box.value);
    else ids.delete(box.value);
  }
  write(form, { ids, all: null });
  show(form, { ids, all: null });
}

/** Says how many match; that is counted only when somebody may want them all. */
async function offerAll(form, line) {
  const button = line.querySelector("[data-pick-rest]");
  line.querySelector("[data-pick-here]").textContent = boxes(form).length;
  if (button.dataset.count) return;
  const answer = await fetch(line.dataset.pickLine, { headers: { "HX-Request": "true" } });
  if (!answer.ok) return;
  button.dataset.count = (await answer.text()).trim();
  button.textContent = `Select all ${button.dataset.count} that match`;
}

function pickAll(form, count) {
  for (const box of boxes(form)) box.checked = true;
  const picked = { ids: new Set(), all: { query: asked(form), count } };
  write(form, picked);
  show(form, picked);
}

function onClick(event) {
  const form = event.target.closest("form[data-select]");
  if (!form) return;
  if (event.target.closest("[data-unavailable]")) event.preventDefault();
  if (event.target.matches("[data-pick-none]")) clear(form);
  if (event.target.matches("[data-pick-rest][data-count]")) pickAll(form, event.target.dataset.count);
  const box = event.target.closest(".pick-box");
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
  const none = { ids: new Set(), all: null };
  write(form, none);
  show(form, none);
}

function onChange({ target }) {
  if (!target.matches("[data-pick-all]")) return;
  const form = target.closest("form[data-select]");
  for (const box of boxes(form)) box.checked = target.checked;
  keep(form);
}

/** Sends what is picked: the ids of every page, or none where all that match are meant. */
function onFormData({ target, formData }) {
  if (!target.matches("form[data-select]")) return;
  const { ids, all } = read(target);
  formData.delete("ids");
  if (!all && ids.size) formData.append("ids", [...ids].join(","));
  if (!target.dataset.asks) write(target, { ids: new Set(), all: null });
}

/** What only leads to a question keeps the rows picked until the question's form is sent. */
function onSubmit({ target, submitter }) {
  if (target.dataset.spends) forget(target.dataset.spends);
  target.dataset.asks = submitter?.dataset.asks ?? "";
}

export function bind(root) {
  const forms = [...root.querySelectorAll("form[data-select]"), root.closest("form[data-select]")];
  for (const form of forms.filter(Boolean)) {
    const picked = read(form);
    for (const box of boxes(form)) box.checked = Boolean(picked.all) || picked.ids.has(box.value);
    show(form, picked);
  }
}

export function start() {
  document.addEventListener("click", onClick);
  document.addEventListener("change", onChange);
  document.addEventListener("formdata", onFormData);
  document.addEventListener("submit", onSubmit);
}
