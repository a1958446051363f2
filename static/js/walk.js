/**
 * Walking a list by the keyboard: j and k go down and up the rows of [data-walk], o opens the row,
 * x picks it, p shows it beside the list. The focus is the cursor.
 */

import { isForPage } from "./keys.js";
import * as peek from "./peek.js";

const rows = () => [...document.querySelectorAll("[data-walk] > tr")];
const link = (row) => row?.querySelector("th[scope=row] a");

function current() {
  const row = (state) => document.querySelector(`[data-walk] > tr${state}`);
  return row(":focus-within") ?? row("[aria-current]");
}

function step(by, event) {
  const all = rows();
  const at = all.indexOf(current());
  const next = all[at === -1 ? (by > 0 ? 0 : all.length - 1) : at + by];
  if (!next) return;
  link(next)?.focus();
  if (peek.isOpen()) peek.open(next, event);
}

function pick() {
  const row = current() ?? document.querySelector("tbody tr:hover");
  (row ?? document.querySelector("tr:focus-within"))?.querySelector(".pick-box")?.click();
}

const COMMANDS = {
  j: (event) => step(1, event),
  k: (event) => step(-1, event),
  o: () => link(current())?.click(),
  p: (event) => current() && peek.open(current(), event),
  x: pick,
};

function onKey(event) {
  if (event.defaultPrevented || event.shiftKey || !isForPage(event)) return;
  COMMANDS[event.key]?.(event);
}

export function start() {
  document.addEventListener("keydown", onKey);
}
