/** What keeps a page current, and what it says when it cannot be. */

import { say } from "./status.js";

/** Somebody works in it: rows are picked, a control has the focus, a dialog is open. */
const isInUse = (part) =>
  part.querySelector("input:checked, :focus:not(a, summary), dialog[open]") !== null;

/** Polls of a hidden tab or of a part in use are dropped; no event has triggered a poll. */
function onRequest(event) {
  const poll = !event.detail.requestConfig.triggeringEvent;
  if (poll && (document.hidden || isInUse(event.detail.elt))) event.preventDefault();
}

function onFailure(event) {
  const poll = !event.detail.requestConfig?.triggeringEvent;
  if (!poll) say("That did not work. Check your connection and try again.");
}

function showConnection() {
  const bar = document.querySelector("[data-offline]");
  if (bar) bar.hidden = navigator.onLine;
}

export function start() {
  document.addEventListener("htmx:beforeRequest", onRequest);
  document.addEventListener("htmx:responseError", onFailure);
  document.addEventListener("htmx:sendError", onFailure);
  window.addEventListener("online", showConnection);
  window.addEventListener("offline", showConnection);
  showConnection();
}
