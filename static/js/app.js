// The frame: htmx wiring, menus, dialogs, side panel, search box, print.
const root = document.documentElement;
const on = (name, act, options) => document.addEventListener(name, act, options);

// htmx: the CSRF token travels as a header; a full page never lands inside a fragment.
on("htmx:configRequest", (event) => {
  const token = document.querySelector('meta[name="csrf-token"]')?.content;
  if (token && event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = token;
});
on("htmx:beforeSwap", (event) => {
  const { xhr, target } = event.detail;
  if (target !== document.body && /^\s*<!doctype html/i.test(xhr.responseText.slice(0, 40))) {
    event.detail.shouldSwap = false;
    if (xhr.status < 400) location.assign(xhr.responseURL || location.href);
  }
});

// Menus are <details class="menu">: one open at a time, closed by Escape or a click elsewhere.
on("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
on("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details.menu[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
    event.preventDefault();
  }
});

// Dialogs: data-dialog="id" opens, data-dialog-close closes, a click on the backdrop closes.
on("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  if (opener) {
    document.getElementById(opener.dataset.dialog)?.showModal();
    opener.closest("details.menu")?.removeAttribute("open");
  }
  event.target.closest("[data-dialog-close]")?.closest("dialog")?.close();
  if (event.target.matches("dialog.dialog") && !event.target.hasAttribute("data-keep")) event.target.close();
  if (event.target.closest("[data-print]")) window.print();
});
// A dialog that arrives by htmx opens itself.
on("htmx:afterSettle", (event) => {
  for (const dialog of event.target.querySelectorAll?.("dialog[data-open]:not([open])") ?? []) dialog.showModal();
});

// data-confirm on a form or link: says what will happen and waits for a yes.
function confirmed(node) {
  const dialog = document.getElementById("confirm-dialog");
  const yes = dialog.querySelector('[value="yes"]');
  dialog.querySelector(".dialog-title").textContent = node.dataset.confirm;
  dialog.querySelector(".dialog-text").textContent = node.dataset.confirmText ?? "";
  yes.textContent = node.dataset.confirmYes ?? yes.dataset.usual ?? (yes.dataset.usual = yes.textContent);
  yes.classList.toggle("btn-danger-solid", node.hasAttribute("data-danger"));
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((done) =>
    dialog.addEventListener("close", () => done(dialog.returnValue === "yes"), { once: true }),
  );
}
const agreed = new WeakSet();
on(
  "submit",
  async (event) => {
    const form = event.target;
    const asks = event.submitter?.dataset.confirm ? event.submitter : form.dataset.confirm ? form : null;
    if (!asks || agreed.delete(form)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (await confirmed(asks)) {
      agreed.add(form);
      form.requestSubmit(event.submitter);
    }
  },
  true,
);

// Side panel: the row it was opened from stays marked; Escape closes and gives the focus back.
let openedFrom = null;
on("htmx:beforeRequest", (event) => {
  if (event.detail.target?.id === "side") openedFrom = event.detail.elt;
});
on("htmx:afterSwap", (event) => {
  if (event.detail.target?.id !== "side" || !event.detail.target.children.length) return;
  for (const row of document.querySelectorAll("#content [aria-current=true]")) row.removeAttribute("aria-current");
  openedFrom?.closest("tr, li")?.setAttribute("aria-current", "true");
  const head = event.detail.target.querySelector("h2, h1");
  head?.setAttribute("tabindex", "-1");
  head?.focus({ preventScroll: true });
});
function closeSide() {
  const side = document.getElementById("side");
  if (!side?.children.length) return false;
  const back = side.querySelector("[data-side-close][href]");
  side.replaceChildren();
  for (const row of document.querySelectorAll("#content [aria-current=true]")) row.removeAttribute("aria-current");
  openedFrom?.focus({ preventScroll: true });
  if (back && location.pathname !== new URL(back.href).pathname) history.replaceState(null, "", back.href);
  return true;
}
on("click", (event) => {
  if (event.target.closest("[data-side-close]") && closeSide()) event.preventDefault();
});
on("keydown", (event) => {
  const typing = event.target.closest?.("input, textarea, select, dialog[open]");
  if (event.key === "Escape" && !event.defaultPrevented && !typing) closeSide();
});

// Search: arrows walk the hits, Enter opens the first, Escape clears.
const box = document.getElementById("search");
const hits = document.getElementById("search-results");
if (box) {
  const links = () => [...hits.querySelectorAll("a[href]")];
  box.form.addEventListener("keydown", (event) => {
    const all = links();
    const at = all.indexOf(document.activeElement);
    if (event.key === "ArrowDown") (all[at + 1] ?? all[0])?.focus();
    else if (event.key === "ArrowUp") (at > 0 ? all[at - 1] : box).focus();
    else if (event.key === "Enter" && at < 0 && all[0] && hits.dataset.for === box.value) all[0].click();
    else if (event.key === "Escape") {
      hits.replaceChildren();
      box.value = "";
      box.focus();
      box.blur();
    } else return;
    event.preventDefault();
  });
  box.addEventListener("htmx:afterRequest", () => (hits.dataset.for = box.value));
  box.addEventListener("input", () => box.value.trim() || hits.replaceChildren());
  on("click", (event) => box.form.contains(event.target) || hits.replaceChildren());
}

// The page head's height places sticky table heads below it, whatever it holds.
const head = document.querySelector(".page-head");
if (head) {
  new ResizeObserver(() => root.style.setProperty("--head-h", `${head.offsetHeight}px`)).observe(head);
}

// In a long rail the place one is at stays in sight.
document.querySelector(".rail [aria-current]")?.scrollIntoView({ block: "nearest" });

// After a refused form the first thing read is what is wrong.
document.querySelector("form:not([data-quiet]) [data-focus]")?.focus();
on("htmx:afterSettle", (event) => event.target.querySelector?.("[data-focus]")?.focus());

// Clocks tick on from the time the server gave (which a demonstration may shift).
const clocks = [...document.querySelectorAll("[data-clock]")];
if (clocks.length) {
  const started = Date.now();
  const zone = /([+-])(\d\d):(\d\d)$/.exec(clocks[0].dataset.clock);
  const shift = zone ? (zone[1] === "-" ? -1 : 1) * (Number(zone[2]) * 60 + Number(zone[3])) * 60000 : 0;
  const tick = () => {
    for (const node of clocks) {
      const local = new Date(Date.parse(node.dataset.clock) + Date.now() - started + shift);
      node.textContent = local.toISOString().slice(11, 16);
    }
  };
  setInterval(tick, 5000);
}
