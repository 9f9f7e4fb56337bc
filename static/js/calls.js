// A call's page: keys 1–7 for the outcome, and the lease runs on while somebody works here.
const on = (name, act, options) => document.addEventListener(name, act, options);
const typing = (node) => node.closest?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");

on("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (typing(event.target) || document.querySelector("dialog[open]")) return;
  const button = document.querySelector(`[data-outcome-key="${CSS.escape(event.key)}"]:not([disabled])`);
  if (button) {
    button.click();
    event.preventDefault();
  }
});

// Ctrl-Enter must not choose an outcome by itself: this form is sent by its buttons alone.
on(
  "submit",
  (event) => {
    if (event.target.matches("[data-outcomes]") && !event.submitter) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
  },
  true,
);

const RENEW_EVERY_MS = 60000;
const page = document.querySelector("[data-lease-url]");
let renewed = Date.now();

function renew() {
  if (Date.now() - renewed < RENEW_EVERY_MS) return;
  renewed = Date.now();
  const token = document.querySelector('meta[name="csrf-token"]')?.content ?? "";
  fetch(page.dataset.leaseUrl, { method: "POST", headers: { "X-CSRFToken": token }, keepalive: true }).catch(() => {
    renewed = 0; // the next key tries again
  });
}

if (page) {
  for (const name of ["input", "keydown", "pointerdown", "scroll"]) on(name, renew, { passive: true, capture: true });
  if (location.hash === "#form") {
    // Only after the browser has gone to the fragment, which takes the focus away again.
    const first = () => document.querySelector("#form :is(input:not([type=hidden]), textarea, select)")?.focus();
    window.addEventListener("load", () => setTimeout(first));
  }
}
