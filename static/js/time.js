/** Keeps "3 minutes ago" true: <time datetime="…" data-relative>. */

const STEPS = [[60, "second"], [60, "minute"], [24, "hour"], [7, "day"]];
const format = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

/** The same words as the server's `when` filter, for the last week; older ones do not change. */
export function relative(then, now = Date.now()) {
  let amount = (then - now) / 1000;
  if (Math.abs(amount) < 45) return "just now";
  for (const [size, unit] of STEPS) {
    if (Math.abs(amount) < size) return format.format(Math.trunc(amount), unit);
    amount /= size;
  }
  return null;
}

function refresh() {
  if (document.hidden) return;
  for (const time of document.querySelectorAll("time[data-relative]")) {
    const words = relative(Date.parse(time.dateTime));
    if (words && words !== time.textContent) time.textContent = words;
  }
}

export function start() {
  setInterval(refresh, 30_000);
  document.addEventListener("visibilitychange", refresh);
}
