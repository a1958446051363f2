/** The Print button of a document: <button data-print hidden>, shown where it can do something. */

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
