// Tables: a row is its link. J and K (or arrows on a row) walk, Enter opens, a click anywhere opens.
const on = (name, act) => document.addEventListener(name, act);
const links = () => [...document.querySelectorAll("#content .row-link")].filter((a) => a.offsetParent);

on("click", (event) => {
  const row = event.target.closest("tr, .list-row");
  const link = row?.querySelector(".row-link");
  if (!link || event.target.closest("a, button, input, label, select, summary, [data-no-row]")) return;
  if (String(getSelection())) return; // someone is copying a cell
  if (event.ctrlKey || event.metaKey) window.open(link.href, "_blank");
  else link.click();
});

on("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable], dialog")) return;
  const onRow = event.target.matches(".row-link");
  const step =
    { j: 1, k: -1, ...(onRow ? { ArrowDown: 1, ArrowUp: -1 } : {}) }[event.key] ?? 0;
  if (!step) return;
  const all = links();
  const current = all.indexOf(document.activeElement);
  const marked = all.findIndex((a) => a.closest("[aria-current=true]"));
  const at = current >= 0 ? current : marked;
  const next = all[at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + step, 0), all.length - 1)];
  if (!next) return;
  event.preventDefault();
  next.focus();
  next.closest("tr, .list-row")?.scrollIntoView({ block: "nearest" });
  // With the panel open, walking the list turns its pages.
  if (document.querySelector("#side > *") && next.matches("[hx-target='#side']")) next.click();
});

// The box in the head ticks all rows; the bar shows how many are ticked.
on("change", (event) => {
  const table = event.target.closest("table");
  if (!table || event.target.type !== "checkbox") return;
  const boxes = [...table.querySelectorAll("tbody input[type=checkbox][data-pick]")];
  const all = table.querySelector("thead input[data-pick-all]");
  if (event.target === all) for (const box of boxes) box.checked = all.checked;
  const ticked = boxes.filter((box) => box.checked).length;
  if (all) {
    all.checked = ticked > 0 && ticked === boxes.length;
    all.indeterminate = ticked > 0 && ticked < boxes.length;
  }
  const bar = document.querySelector("[data-picked]");
  if (bar) {
    bar.hidden = !ticked;
    const count = bar.querySelector("[data-count]");
    if (count) count.textContent = ticked;
  }
});
