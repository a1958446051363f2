/**
 * Items of the inventory while a code or a name is typed: <input data-suggest> inside
 * <… data-suggest-from="address">. The choice fills the other fields of the same row or form.
 */

const PATIENCE = 150;
const FILLED = ["code", "name", "price", "weight"];
let timer;
let shown = null;

const rowOf = (input) => input.closest("[data-row], form");
const fieldOf = (row, name) => row.querySelector(`[name="${name}"], [name="item_${name}"]`);

function hide() {
  shown?.list.remove();
  shown?.input.setAttribute("aria-expanded", "false");
  shown?.input.removeAttribute("aria-activedescendant");
  shown = null;
}

async function ask(input) {
  const typed = input.value.trim();
  if (typed.length < 2) return hide();
  const from = input.closest("[data-suggest-from]").dataset.suggestFrom;
  const answer = await fetch(`${from}?q=${encodeURIComponent(typed)}`).catch(() => null);
  if (!answer?.ok || input.value.trim() !== typed || document.activeElement !== input) return;
  show(input, (await answer.json()).items);
}

function show(input, items) {
  hide();
  if (!items.length) return;
  const list = document.createElement("ul");
  list.className = "suggestions";
  list.id = "suggestions";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Items of the inventory");
  items.forEach((item, place) => {
    const option = document.createElement("li");
    option.id = `suggestion-${place}`;
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    const code = document.createElement("span");
    code.className = "mono";
    code.textContent = item.code;
    option.append(code, ` ${item.name} `, `(${item.stock})`);
    option.addEventListener("mousedown", (event) => {
      event.preventDefault();
      choose(item);
    });
    list.append(option);
  });
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-expanded", "true");
  input.parentElement.append(list);
  shown = { input, list, items, at: -1 };
}

function move(step) {
  const options = [...shown.list.children];
  shown.at = (shown.at + step + options.length) % options.length;
  options.forEach((option, at) => option.setAttribute("aria-selected", String(at === shown.at)));
  options[shown.at].scrollIntoView({ block: "nearest" });
  shown.input.setAttribute("aria-activedescendant", options[shown.at].id);
}

function choose(item) {
  const row = rowOf(shown.input);
  for (const name of FILLED) {
    const field = fieldOf(row, name);
    if (field) field.value = item[name];
  }
  fillVariations(row, Object.entries(item.variation_list));
  shown.input.dispatchEvent(new Event("input", { bubbles: true }));
  clearTimeout(timer);
  hide();
  fieldOf(row, "quantity")?.focus();
}

function fillVariations(row, pairs) {
  const together = fieldOf(row, "variations");
  if (together) together.value = pairs.map(([name, value]) => `${name}: ${value}`).join("; ");
  const names = row.querySelectorAll('[name="variation_name"]');
  const values = row.querySelectorAll('[name="variation_value"]');
  pairs.slice(0, names.length).forEach(([name, value], at) => {
    names[at].value = name;
    values[at].value = value;
  });
}

function onKey(event) {
  if (!shown || event.target !== shown.input) return;
  if (event.key === "ArrowDown") move(1);
  else if (event.key === "ArrowUp") move(-1);
  else if (event.key === "Enter" && shown.at >= 0) choose(shown.items[shown.at]);
  else if (event.key === "Escape") hide();
  else return;
  event.preventDefault();
}

export function start() {
  document.addEventListener("input", ({ target, isTrusted }) => {
    if (!isTrusted || !target.matches("[data-suggest]")) return;
    clearTimeout(timer);
    timer = setTimeout(() => ask(target), PATIENCE);
  });
  document.addEventListener("keydown", onKey, true);
  document.addEventListener("focusout", ({ target }) => {
    if (shown?.input === target) hide();
  });
}
