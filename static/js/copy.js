/** Buttons that copy: <button data-copy="text">. */

import { say } from "./status.js";

export function start() {
  document.addEventListener("click", async ({ target }) => {
    const button = target.closest("[data-copy]");
    if (!button) return;
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      say("Copied");
    } catch {
      say("The browser does not let us copy. Select the text instead.");
    }
  });
}
