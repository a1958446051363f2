/**
 * Dialogs. A link to a <dialog>'s id opens it as a modal; the browser then keeps the focus inside
 * and gives it back. Without this module the same link opens it through CSS :target.
 */

function open(dialog) {
  if (!dialog.open) dialog.showModal();
}

function targeted() {
  const dialog = location.hash && document.getElementById(location.hash.slice(1));
  return dialog instanceof HTMLDialogElement ? dialog : null;
}

/** A reload with the dialog's id in the address: make it a real modal, and the address plain. */
function openTargeted() {
  const dialog = targeted();
  if (!dialog) return;
  history.replaceState(null, "", location.pathname + location.search);
  location.hash = "";
  open(dialog);
}

function onClick(event) {
  const opener = event.target.closest("[data-dialog-open]");
  if (opener) {
    event.preventDefault();
    opener.closest("[popover]:popover-open")?.hidePopover();
    open(document.getElementById(opener.hash.slice(1)));
    return;
  }
  const closer = event.target.closest("[data-dialog-close]");
  if (closer) {
    event.preventDefault();
    closer.closest("dialog").close();
  } else if (event.target instanceof HTMLDialogElement && outside(event.target, event)) {
    event.target.close();
  }
}

/** A click on the backdrop is a click on the dialog itself, beyond its box. */
function outside(dialog, { clientX, clientY }) {
  const box = dialog.getBoundingClientRect();
  return clientX < box.left || clientX > box.right || clientY < box.top || clientY > box.bottom;
}

export function start() {
  document.addEventListener("click", onClick);
  openTargeted();
}
