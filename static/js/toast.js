// Toasts: from Django's messages, from the HX-Trigger event "toast", from failed htmx requests.
// Any module may say: document.dispatchEvent(new CustomEvent("toast", {detail: {message, level}})).
const region = document.getElementById("toasts");
const card = document.getElementById("toast-card");
const texts = document.getElementById("ui-texts")?.dataset ?? {};
const LASTS_MS = 6000;

function raise() {
  // Shown again, the region climbs over dialogs opened since.
  if (!region.showPopover) return;
  if (region.matches(":popover-open")) region.hidePopover();
  region.showPopover();
}

function retire(toast) {
  toast.remove();
  if (!region.children.length && region.matches(":popover-open")) region.hidePopover();
}

function arm(toast) {
  toast.querySelector(".toast-close").addEventListener("click", () => retire(toast));
  if (toast.matches(".toast-error, .toast-warning")) return; // stays until read
  let timer = setTimeout(() => retire(toast), LASTS_MS);
  toast.addEventListener("pointerenter", () => clearTimeout(timer));
  toast.addEventListener("pointerleave", () => (timer = setTimeout(() => retire(toast), LASTS_MS)));
}

export function toast(message, level = "info") {
  if (!message) return;
  const same = [...region.children].find((t) => t.querySelector(".toast-text").textContent === message);
  if (same) retire(same);
  const node = card.content.firstElementChild.cloneNode(true);
  node.classList.add(`toast-${level}`);
  if (level === "error") node.setAttribute("role", "alert");
  node.querySelector(".toast-text").textContent = message;
  region.append(node);
  arm(node);
  raise();
}

function explain(xhr) {
  const type = xhr.getResponseHeader("Content-Type") || "";
  if (type.includes("json")) {
    try {
      const problem = JSON.parse(xhr.responseText);
      if (problem.detail) return problem.detail;
    } catch {
      // Fall through to the sentence for the status.
    }
  } else if (type.startsWith("text/plain") && xhr.responseText.length < 300) {
    return xhr.responseText;
  }
  if (xhr.status === 401) return texts.session;
  if (xhr.status === 403) return texts.forbidden;
  if (xhr.status === 404 || xhr.status === 410) return texts.gone;
  return xhr.status >= 500 ? texts.server : texts.refused;
}

if (region) {
  for (const toastNode of region.children) arm(toastNode);
  if (region.children.length) raise();
  const on = (name, act) => document.addEventListener(name, act);
  on("toast", (event) => toast(event.detail.message ?? event.detail.value, event.detail.level));
  on("htmx:responseError", (event) => toast(explain(event.detail.xhr), "error"));
  on("htmx:sendError", () => toast(texts.offline, "error"));
  on("htmx:timeout", () => toast(texts.offline, "error"));
}

// data-toast="text" on a button says it.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-toast]");
  if (button) toast(button.dataset.toast, button.dataset.level);
});
