/** What keeps a page current, and what it says when it cannot be. */

import { offer, say, withdraw } from "./status.js";

/** Somebody works in it: rows are picked, a control has the focus, a dialog is open. */
const isInUse = (part) =>
  part.querySelector("input:checked, :focus:not(a, summary), dialog[open]") !== null;

const isPoll = ({ requestConfig }) => requestConfig && !requestConfig.triggeringEvent;
const isPicked = (part) => part.querySelector(".pick-box:checked") !== null;
const rowIds = (part) => [...part.querySelectorAll(".pick-box")].map((box) => box.value);

/**
 * Polls of a hidden tab or of a part in use are dropped; no event has triggered a poll. Where rows
 * are picked the answer is needed to tell what is new.
 */
function onRequest(event) {
  const part = event.detail.elt;
  if (!isPoll(event.detail)) return;
  if (document.hidden || (isInUse(part) && !isPicked(part))) event.preventDefault();
}

/** Rows under somebody's ticks stay as they are; that there are others is told, with the way on. */
function onSwap(event) {
  const { detail } = event;
  if (!detail.shouldSwap || !isPoll(detail) || !detail.target.matches("[data-title]")) return;
  if (!isPicked(detail.target)) {
    withdraw();
    return;
  }
  detail.shouldSwap = false;
  const known = new Set(rowIds(detail.target));
  const found = rowIds(new DOMParser().parseFromString(detail.serverResponse, "text/html"));
  const first = found.findIndex((id) => known.has(id));
  const fresh = first === -1 ? found.length : first;
  const news = fresh === 1 ? "1 new order" : `${fresh} new orders`;
  offer(fresh ? news : "Orders here changed", "Show");
}

function onFailure(event) {
  const poll = !event.detail.requestConfig?.triggeringEvent;
  if (!poll) say("That did not work. Check your connection and try again.");
}

function showConnection() {
  const bar = document.querySelector("[data-offline]");
  if (bar) bar.hidden = navigator.onLine;
}

/** The tab's title follows the rows. */
export function bind(root) {
  const titled = root.matches("[data-title]") ? root : root.querySelector("[data-title]");
  if (titled) document.title = titled.dataset.title;
}

export function start() {
  document.addEventListener("htmx:beforeRequest", onRequest);
  document.addEventListener("htmx:beforeSwap", onSwap);
  document.addEventListener("htmx:responseError", onFailure);
  document.addEventListener("htmx:sendError", onFailure);
  window.addEventListener("online", showConnection);
  window.addEventListener("offline", showConnection);
  showConnection();
}
