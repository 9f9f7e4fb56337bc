// Boards: what is left of a promise goes on without any event; the lounge turns its pages.
const EVERY_MS = 60_000;
const TURN_MS = 12_000;
let turn = 0;

setInterval(() => {
  if (document.hidden) return;
  for (const node of document.querySelectorAll("[data-every-minute]")) {
    if (node.contains(document.activeElement) && document.activeElement.matches("input, select")) continue;
    window.htmx.ajax("GET", node.dataset.liveUrl, { source: node, target: node, swap: "outerHTML" });
  }
}, EVERY_MS);

// More cars than the screen holds: a page of them at a time. Without script all stand below each other.
function show() {
  for (const list of document.querySelectorAll("[data-pages]")) {
    const rows = [...list.children];
    for (const row of rows) row.hidden = false;
    list.querySelector(".lounge-pages")?.remove();
    if (!rows.length || innerWidth < 1000) continue;
    list.classList.toggle("one-column", rows.length <= 5);
    const columns = rows.length <= 5 ? 1 : 2;
    const room = list.closest("main").clientHeight - 2 * parseFloat(getComputedStyle(list).paddingTop);
    const gap = parseFloat(getComputedStyle(list).rowGap) || 0;
    const fit = Math.max(Math.floor((room + gap) / (rows[0].offsetHeight + gap)), 1) * columns;
    const pages = Math.ceil(rows.length / fit);
    const page = turn % pages;
    rows.forEach((row, at) => (row.hidden = Math.floor(at / fit) !== page));
    const mark = document.querySelector(".wall-foot");
    if (mark) mark.dataset.page = pages > 1 ? `${page + 1} / ${pages}` : "";
  }
}
if (document.querySelector("[data-pages], #lounge")) {
  show();
  setInterval(() => {
    turn += 1;
    show();
  }, TURN_MS);
  addEventListener("resize", show);
  document.addEventListener("htmx:afterSwap", show);
}
