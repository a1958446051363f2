/** Menus are <details data-menu>; this adds arrow keys, Escape, closing outside, and a filter. */

const openMenus = () => document.querySelectorAll("details[data-menu][open]");
const items = (menu) =>
  [...menu.querySelectorAll("a, button, input")].filter((item) => item.checkVisibility());

function move(menu, step) {
  const all = items(menu);
  if (!all.length) return;
  const at = all.indexOf(document.activeElement);
  const next = at === -1 && step < 0 ? all.length - 1 : at + step;
  all[(next + all.length) % all.length].focus();
}

function onKey(event) {
  const menu = event.target.closest?.("details[data-menu][open]");
  if (!menu) return;
  if (event.key === "Escape") {
    menu.open = false;
    menu.querySelector("summary").focus();
  } else if (event.key === "ArrowDown") move(menu, 1);
  else if (event.key === "ArrowUp") move(menu, -1);
  else return;
  event.preventDefault();
}

function filter({ target }) {
  if (!target.matches("[data-menu-filter]")) return;
  const wanted = target.value.trim().toLowerCase();
  for (const item of target.closest("[data-menu]").querySelectorAll("li")) {
    item.hidden = !item.textContent.toLowerCase().includes(wanted);
  }
}

export function start() {
  document.addEventListener("keydown", onKey);
  document.addEventListener("input", filter);
  document.addEventListener("click", ({ target }) => {
    for (const menu of openMenus()) if (!menu.contains(target)) menu.open = false;
  });
}
