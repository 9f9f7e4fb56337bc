// Places bars on tracks: data-at and data-till (decimal hours of the day) become left and width.
export function place(tracks) {
  const from = Number(tracks.dataset.from);
  const hours = Number(tracks.dataset.to) - from;
  tracks.style.setProperty("--hours", hours);
  for (const bar of tracks.querySelectorAll("[data-at]")) {
    const at = Math.max(Number(bar.dataset.at) - from, 0);
    const till = Math.min(Number(bar.dataset.till ?? bar.dataset.at) - from, hours);
    bar.style.left = `${(100 * at) / hours}%`;
    if (bar.dataset.till) bar.style.width = `${(100 * Math.max(till - at, 0)) / hours}%`;
  }
}
const all = (scope) => scope.querySelectorAll?.(".tracks[data-from]").forEach(place);
all(document);
// After the swap, before the browser paints: a live board must not jump to the left for a moment.
for (const name of ["htmx:afterSwap", "htmx:load"]) {
  document.addEventListener(name, ({ target }) => {
    all(target);
    if (target.matches?.(".tracks[data-from]")) place(target);
  });
}
