// Keys: / and Ctrl-K search, g + letter goes places (data-key), n the main action, ? the list.
const on = (name, act) => document.addEventListener(name, act);
const typing = (node) => node.closest?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
let goingUntil = 0;

function focusSearch() {
  const box = document.getElementById("search");
  box?.focus();
  box?.select();
  return Boolean(box);
}

function press(selector) {
  const node = document.querySelector(selector);
  node?.click();
  return Boolean(node);
}

function plain(event) {
  if (Date.now() < goingUntil) {
    goingUntil = 0;
    return press(`a[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
  }
  switch (event.key) {
    case "/":
      return focusSearch();
    case "?":
      document.getElementById("keys-dialog")?.showModal();
      return true;
    case "g":
      goingUntil = Date.now() + 1200;
      return true;
    case "n":
      return press(".page-actions .btn-primary:not([disabled])");
    default:
      return false;
  }
}

on("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing) return;
  const command = event.ctrlKey || event.metaKey;
  let done = false;
  if (command && event.key.toLowerCase() === "k") done = focusSearch();
  else if (command && event.key === "Enter") {
    const form = event.target.closest?.("form");
    form?.requestSubmit();
    done = Boolean(form);
  } else if (!command && !event.altKey && !typing(event.target) && !document.querySelector("dialog[open]")) {
    done = plain(event);
  }
  if (done) event.preventDefault();
});

// The list behind "?" also names the places of the rail that have a key.
const list = document.getElementById("keys-list");
for (const link of list ? document.querySelectorAll(".rail a[data-key], .top a[data-key]") : []) {
  const row = document.createElement("div");
  const keys = document.createElement("dt");
  for (const key of ["G", link.dataset.key.toUpperCase()]) {
    const cap = document.createElement("kbd");
    cap.textContent = key;
    keys.append(cap, " ");
  }
  const what = document.createElement("dd");
  what.textContent = link.title || link.textContent.trim();
  row.append(keys, what);
  list.append(row);
}
