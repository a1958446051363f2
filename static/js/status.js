/** The one live region of the page: a sentence to see and to hear. */

let timer;

export function say(sentence, seconds = 6) {
  const region = document.querySelector("[data-status]");
  if (!region) return;
  region.textContent = sentence;
  clearTimeout(timer);
  timer = setTimeout(() => region.replaceChildren(), seconds * 1000);
}
