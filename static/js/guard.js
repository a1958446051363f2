/**
 * Forms that must not lose what was typed: <form data-guard>. The save bar shows on the first
 * change, Ctrl+S saves, and leaving asks first.
 */

const guarded = () => [...document.querySelectorAll("form[data-guard][data-changed]")];
const settle = (form) => delete form.dataset.changed;

function onKey(event) {
  if (event.key.toLowerCase() !== "s" || !(event.ctrlKey || event.metaKey)) return;
  const form = event.target.closest("form[data-guard]") ?? guarded()[0];
  if (!form) return;
  event.preventDefault();
  form.requestSubmit(form.querySelector("[data-key-save]"));
}

export function start() {
  document.addEventListener("input", ({ target }) => {
    const form = target.form?.closest("form[data-guard]");
    if (form) form.dataset.changed = "";
  });
  document.addEventListener("reset", ({ target }) => settle(target));
  document.addEventListener("submit", ({ target }) => settle(target));
  document.addEventListener("click", ({ target }) => {
    const discard = target.closest("a[data-discard]");
    if (discard) settle(discard.closest("form"));
  });
  document.addEventListener("keydown", onKey);
  window.addEventListener("beforeunload", (event) => {
    if (guarded().length) event.preventDefault();
  });
}
