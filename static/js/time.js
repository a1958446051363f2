/** Keeps "3 minutes ago" true in each <time datetime="…"> that the `when` filter made. */

const STEPS = [[86_400, "day"], [3_600, "hour"], [60, "minute"]];

/** The same words as the server's. */
export function relative(then, now = Date.now()) {
  const future = then > now;
  const seconds = Math.abs(now - then) / 1000;
  for (const [size, word] of STEPS) {
    if (seconds < size) continue;
    const count = Math.floor(seconds / size);
    const words = `${count} ${word}${count === 1 ? "" : "s"}`;
    return future ? `in ${words}` : `${words} ago`;
  }
  return future ? "in a moment" : "just now";
}

function refresh() {
  if (document.hidden) return;
  for (const time of document.querySelectorAll("time[datetime]")) {
    const words = relative(Date.parse(time.dateTime));
    if (words !== time.textContent) time.textContent = words;
  }
}

export function start() {
  setInterval(refresh, 30_000);
  document.addEventListener("visibilitychange", refresh);
}
