// Booking by hand: Enter takes the first hit, arrows walk, every change prices and looks for slots anew.
const on = (name, act) => document.addEventListener(name, act);
const hitsOf = (picker) => [...picker.querySelectorAll("[data-hit]")];
const booking = document.getElementById("booking");

// A picker is a search box over a list of hits. Enter before the answer is there waits for it.
on("keydown", (event) => {
  const picker = event.target.closest?.("[data-picker]");
  if (!picker || event.isComposing || event.ctrlKey || event.metaKey) return;
  const box = picker.querySelector("input");
  const hits = hitsOf(picker);
  const at = hits.indexOf(document.activeElement);
  if (event.key === "ArrowDown") (hits[at + 1] ?? hits[0])?.focus();
  else if (event.key === "ArrowUp") (at > 0 ? hits[at - 1] : box).focus();
  else if (event.key === "Enter" && event.target === box) take(picker, box, hits);
  else return;
  event.preventDefault();
});
function take(picker, box, hits) {
  if (!box.value.trim()) return;
  if (picker.dataset.for !== box.value) picker.dataset.wanted = "";
  else if (hits[0]) hits[0].click();
  else unknown(picker);
}
on("htmx:afterRequest", (event) => {
  const picker = event.target.closest?.("[data-picker]");
  if (picker && event.target.matches("input")) picker.dataset.for = event.target.value;
});
on("htmx:afterSettle", (event) => {
  const picker = event.detail.target?.closest?.("[data-picker]");
  if (picker && "wanted" in picker.dataset) {
    delete picker.dataset.wanted;
    const hit = hitsOf(picker)[0];
    if (hit) hit.click();
    else unknown(picker);
  }
});
// Nobody is known: on to the form for a new customer, with what was typed in the field where it belongs.
function unknown(picker) {
  const said = picker.querySelector(".picker-none");
  const form = document.getElementById("new-caller");
  if (!said || !form) return;
  form.open = true;
  const fields = ["name", "phone", "plate"].map((name) => {
    const field = document.getElementById(`id_new-${name}`);
    const told = said.getAttribute(`data-new-${name}`);
    if (told && !field.value) {
      field.value = told;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
    return field;
  });
  (fields.find((field) => !field.value) ?? fields[0]).focus();
}

// data-key="S": Alt and the letter press it, whatever the keyboard writes with Alt.
on("keydown", (event) => {
  if (!event.altKey || event.ctrlKey || event.metaKey || !event.code.startsWith("Key")) return;
  const all = [...document.querySelectorAll(`[data-key="${event.code.slice(3)}"]`)];
  const wanted = all.find((node) => node.checked) ?? all[0];
  if (!wanted) return;
  event.preventDefault();
  wanted.focus();
  if (!wanted.matches("details[open] > summary")) wanted.click();
  document.getElementById(wanted.dataset.then)?.focus();
});

// What was typed is kept when the page is left, unless it was sent.
for (const form of document.querySelectorAll("form[data-keep]")) {
  let typed = "typed" in form.dataset;
  form.addEventListener("input", () => (typed = true));
  form.addEventListener("submit", () => (typed = false));
  window.addEventListener("pagehide", () => {
    if (!typed) return;
    const data = new FormData(form);
    data.set("quiet", "1");
    navigator.sendBeacon(form.dataset.keep, data);
  });
}

// Priced and searched on the server whenever something changes.
if (booking) {
  booking.addEventListener("change", (event) => {
    if (!("quiet" in event.target.dataset)) window.htmx.trigger("#wire", "redraft");
  });
  // All asking goes through one element that stays, one request after the other: a button may be
  // replaced by the answer to an earlier one. Without scripts the buttons submit the form themselves.
  booking.addEventListener("click", (event) => {
    const button = event.target.closest("button[formaction][name]");
    if (!button) return;
    event.preventDefault();
    const values = { [button.name]: button.value };
    window.htmx.ajax("POST", button.formAction, { source: "#wire", target: "#draft", values });
    const picker = button.closest("[data-picker][data-clears]");
    if (!picker) return;
    const box = picker.querySelector("input");
    box.value = "";
    delete picker.dataset.for;
    picker.querySelector(".picker-hits").replaceChildren();
    box.focus();
  });
  // An answer never overwrites what was typed or chosen since it was asked for; that asks again. A button's
  // answer is needed all the same: a time ticked meanwhile is ticked again in it.
  const quantity = (node) => (node?.matches?.("#draft input.item-quantity") ? node : null);
  const ticked = () => booking.querySelector("input[name=starts_at]:checked")?.id;
  let changes = 0;
  let asked = { field: null, value: "", changes: 0 };
  let carried = null;
  // While a finger is down on the draft its answer waits: a swap between press and release would swallow both.
  let pressed = false;
  let waiting = null;
  booking.addEventListener("pointerdown", (event) => (pressed = Boolean(event.target.closest("#draft"))));
  for (const name of ["pointerup", "pointercancel"]) {
    on(name, () => {
      pressed = false;
      if (waiting) setTimeout(waiting);
      waiting = null;
    });
  }
  booking.addEventListener("change", (event) => {
    if (event.target.closest("#draft")) changes += 1;
  });
  on("htmx:beforeRequest", (event) => {
    if (event.detail.target?.id !== "draft") return;
    const field = quantity(document.activeElement);
    asked = { field, value: field?.value ?? "", changes };
  });
  on("htmx:beforeSwap", (event) => {
    const { target, xhr } = event.detail;
    if (target.id !== "draft") return;
    if (pressed) {
      event.detail.shouldSwap = false;
      const since = changes;
      waiting = () => {
        carried = changes === since ? null : ticked();
        window.htmx.swap(target, xhr.responseText, { swapStyle: "innerHTML" });
      };
      return;
    }
    const field = quantity(document.activeElement);
    const stale = changes !== asked.changes;
    const typing = field && field.value !== (field === asked.field ? asked.value : field.defaultValue);
    if (typing || (stale && event.detail.requestConfig.triggeringEvent)) event.detail.shouldSwap = false;
    carried = stale ? ticked() : null;
  });
  on("htmx:afterSwap", () => {
    const slot = carried && document.getElementById(carried);
    if (slot) slot.checked = true;
    carried = null;
  });
  // A full day leads to the waiting list, with that day as the wish.
  booking.addEventListener("click", (event) => {
    const day = event.target.closest("[data-wish]")?.dataset.wish;
    if (!day) return;
    event.preventDefault();
    document.getElementById("wish").open = true;
    for (const name of ["from_day", "till_day"]) document.getElementById(`id_wish-${name}`).value = day;
    document.getElementById("wait").focus();
  });
  // Enter in a field is not yet the wish to book; Ctrl-Enter and the button are.
  booking.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.ctrlKey && !event.metaKey && event.target.matches("input:not([data-quiet])")) {
      event.preventDefault();
      event.target.dispatchEvent(new Event("change", { bubbles: true }));
    }
  });
}
