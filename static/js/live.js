/** What keeps a page current, and what it says when it cannot be. */

import { say } from "./status.js";

/** Polls of a hidden tab are dropped; only a poll is a request that no event has triggered. */
function onRequest(event) {
  const poll = !event.detail.requestConfig.triggeringEvent;
  if (poll && document.hidden) event.preventDefault();
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
