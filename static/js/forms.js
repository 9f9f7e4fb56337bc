// Forms: sent once, never lost, text areas that grow, big ticks, copies.
const on = (name, act, options) => document.addEventListener(name, act, options);

// Sent once. The button is disabled only after the browser has read the form, so its value is sent.
function busy(form, button) {
  form.dataset.sending = "";
  setTimeout(() => {
    if (button) {
      button.setAttribute("aria-busy", "true");
      button.disabled = true;
    }
  });
}
function idle(form) {
  delete form.dataset.sending;
  for (const button of form.querySelectorAll('[aria-busy="true"]')) {
    button.removeAttribute("aria-busy");
    button.disabled = false;
  }
}
on("submit", (event) => {
  const form = event.target;
  // A download leaves the page as it is: its button stays.
  if (form.method !== "post" || "download" in form.dataset) return;
  if ("sending" in form.dataset) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  const byHtmx = form.matches("[hx-post], [hx-put], [hx-patch], [hx-delete], [hx-boost]");
  if (!event.defaultPrevented || byHtmx) busy(form, event.submitter ?? form.querySelector(".btn-primary"));
  clean.add(form);
});
on("htmx:afterRequest", (event) => {
  const form = event.detail.elt?.closest?.("form");
  if (!form) return;
  idle(form);
  if (!event.detail.successful) clean.delete(form);
});
window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sending]").forEach(idle));

// <form data-guard>: leaving with unsaved changes asks first.
const clean = new WeakSet();
const snapshot = new WeakMap();
const state = (form) => {
  const pairs = [...new FormData(form)].filter(([name]) => name !== "csrfmiddlewaretoken" && name !== "_once");
  return JSON.stringify(pairs.map(([name, value]) => [name, value instanceof File ? value.name : value]));
};
const remember = (scope) => {
  for (const form of scope.querySelectorAll?.("form[data-guard]") ?? []) {
    // A form that came back with errors holds typed values that are not stored.
    snapshot.set(form, form.querySelector(".has-error, .form-errors") ? "" : state(form));
  }
};
window.addEventListener("beforeunload", (event) => {
  for (const form of document.querySelectorAll("form[data-guard]")) {
    if (!clean.has(form) && snapshot.has(form) && snapshot.get(form) !== state(form)) event.preventDefault();
  }
});

// Text areas grow with what is written; field-sizing does it where the browser can.
const grows = !CSS.supports("field-sizing", "content");
const grow = (area) => {
  area.style.height = "auto";
  area.style.height = `${area.scrollHeight + 2}px`;
};
on("input", (event) => {
  if (grows && event.target.matches?.("textarea[data-autosize]")) grow(event.target);
});

// Filters apply themselves: <form data-autosubmit>.
on("change", (event) => event.target.closest?.("form[data-autosubmit]")?.requestSubmit());

// data-insert="text" data-into="id": a press puts text where the caret stands; with data-whole it replaces all.
on("click", (event) => {
  const button = event.target.closest("[data-insert]");
  const field = button && document.getElementById(button.dataset.into);
  if (!field) return;
  const whole = "whole" in button.dataset;
  const [from, to] = whole ? [0, field.value.length] : [field.selectionStart, field.selectionEnd];
  field.setRangeText(button.dataset.insert, from, to, "end");
  field.focus();
  field.dispatchEvent(new Event("input", { bubbles: true }));
});

// data-copy="text": one press copies.
on("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(button.dataset.copy);
  document.dispatchEvent(
    new CustomEvent("toast", { detail: { message: button.dataset.copied ?? button.dataset.copy, level: "success" } }),
  );
});

// A box that the server refused is not ticked: data-untick.
for (const refused of ["htmx:responseError", "htmx:sendError"]) {
  on(refused, ({ target }) => target.matches("[data-untick]") && (target.checked = !target.checked));
}

// File inputs show what was chosen.
on("change", (event) => {
  const input = event.target;
  if (input.type !== "file") return;
  const list = input.closest(".field")?.querySelector("[data-chosen]");
  if (list) list.textContent = [...input.files].map((file) => file.name).join(", ");
});

const ready = (scope) => {
  remember(scope);
  if (grows) scope.querySelectorAll?.("textarea[data-autosize]").forEach(grow);
};
ready(document);
on("htmx:load", (event) => ready(event.detail.elt));
