/** The one live region of the page: a sentence to see and to hear. */

let timer;

export function say(sentence, seconds = 6) {
  const region = document.querySelector("[data-status]");
  if (!region) return;
  region.textContent = sentence;
  delete region.dataset.offer;
  clearTimeout(timer);
  timer = setTimeout(() => region.replaceChildren(), seconds * 1000);
}

/** Something new that waits to be shown: it stays until it is, and is told again only if changed. */
export function offer(sentence, label) {
  const region = document.querySelector("[data-status]");
  if (!region || region.dataset.offer === sentence) return;
  clearTimeout(timer);
  const link = document.createElement("a");
  link.href = location.pathname + location.search;
  link.textContent = label;
  region.replaceChildren(`${sentence} – `, link);
  region.dataset.offer = sentence;
}

export function withdraw() {
  const region = document.querySelector("[data-status][data-offer]");
  if (!region) return;
  region.replaceChildren();
  delete region.dataset.offer;
}
