/**
 * Keyboard shortcuts. A control names its own: data-key="/" or data-key="g o" (g, then o).
 * Single letters work only outside fields, and not at all under <body data-keys="off">.
 */

const PATIENCE = 1500;
let prefix = "";
let timer;

function typing({ target }) {
  return target.isContentEditable || target.matches("input:not([type=checkbox]), select, textarea");
}

function use(control) {
  if (control.matches("input, select, textarea")) {
    control.focus();
    control.select?.();
  } else {
    control.click();
  }
}

function wait(key) {
  prefix = key;
  clearTimeout(timer);
  timer = setTimeout(() => (prefix = ""), PATIENCE);
}

/** The page's own control before the shell's; a closed drawer's links work all the same. */
function find(key) {
  const wanted = `[data-key="${CSS.escape(key)}"]`;
  const visible = [...document.querySelectorAll(wanted)].filter((one) => one.checkVisibility());
  return visible.at(-1) ?? document.querySelector(`.sidebar ${wanted}`);
}

/** A key that is meant for the page, not for a field or a dialog. */
export function isForPage(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event)) return false;
  return document.body.dataset.keys !== "off" && !document.querySelector("dialog:modal");
}

function onKey(event) {
  if (!isForPage(event)) return;
  if (event.key === "?") {
    document.getElementById("keys")?.showModal();
    return;
  }
  const control = find(prefix ? `${prefix} ${event.key}` : event.key);
  const first = prefix === "" && event.key === "g";
  prefix = "";
  if (first) wait("g");
  if (!control) return;
  event.preventDefault();
  use(control);
}

export function start() {
  document.addEventListener("keydown", onKey);
}
