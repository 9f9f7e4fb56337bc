// The estimate builder: the box that finds operations, parts and packages keeps its focus,
// arrows walk the hits, Enter adds the one under the mark.
const box = document.querySelector("[data-catalogue]");
const hits = document.getElementById("catalogue-hits");

if (box && hits) {
  const rows = () => [...hits.querySelectorAll("button[data-add]")];
  const mark = (row) => {
    for (const other of rows()) other.removeAttribute("aria-current");
    row?.setAttribute("aria-current", "true");
    row?.scrollIntoView({ block: "nearest" });
  };
  const marked = () => rows().find((row) => row.hasAttribute("aria-current"));

  box.addEventListener("keydown", (event) => {
    const all = rows();
    const at = all.indexOf(marked());
    if (event.key === "ArrowDown") mark(all[at + 1] ?? all[0]);
    else if (event.key === "ArrowUp") mark(all[at - 1] ?? all.at(-1));
    else if (event.key === "Enter" && hits.dataset.for === box.value.trim() && all.length) (marked() ?? all[0]).click();
    else if (event.key === "Escape" && box.value) {
      box.value = "";
      hits.replaceChildren();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target === hits) {
      hits.dataset.for = box.value.trim();
      mark(rows()[0]);
    }
  });
  // After a line was added the box is ready for the next one.
  document.addEventListener("htmx:afterRequest", (event) => {
    if (!event.detail.successful || !event.detail.elt.closest?.("#catalogue-hits")) return;
    box.value = "";
    hits.replaceChildren();
    box.focus();
  });
}
