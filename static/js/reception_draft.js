// What is typed on the tablet is kept on the tablet until the server has it.
// <form data-draft="key" data-draft-version="…">: the version names what the server holds; a draft of
// another version is out of date and dropped. data-draft-fresh: the page itself carries what was typed.
// <span data-draft-drop="key" data-draft-version="…">: the server has it; forget older drafts.
const PREFIX = "dms.draft.";
const SKIPPED = new Set(["csrfmiddlewaretoken", "_once"]);

const read = (key) => {
  try {
    return JSON.parse(localStorage.getItem(PREFIX + key));
  } catch {
    return null;
  }
};
const write = (key, value) => {
  try {
    if (value) localStorage.setItem(PREFIX + key, JSON.stringify(value));
    else localStorage.removeItem(PREFIX + key);
    return true;
  } catch {
    return false; // storage refused: the form works, it just is not kept
  }
};

const values = (form) =>
  [...new FormData(form)].filter(([name, value]) => !SKIPPED.has(name) && typeof value === "string");

function restore(form, pairs) {
  const wanted = new Map();
  for (const [name, value] of pairs) wanted.set(name, [...(wanted.get(name) ?? []), value]);
  for (const node of form.elements) {
    if (!node.name || SKIPPED.has(node.name) || node.type === "file") continue;
    const kept = wanted.get(node.name);
    if (node.type === "checkbox" || node.type === "radio") node.checked = Boolean(kept?.includes(node.value));
    else if (kept) node.value = kept[0];
  }
}

function note(form) {
  const line = form.querySelector("[data-draft-note]");
  if (line) line.textContent = line.dataset.text;
}

for (const done of document.querySelectorAll("[data-draft-drop]")) {
  const draft = read(done.dataset.draftDrop);
  if (draft && draft.version !== done.dataset.draftVersion) write(done.dataset.draftDrop, null);
}

for (const form of document.querySelectorAll("form[data-draft]")) {
  const { draft: key, draftVersion: version } = form.dataset;
  const draft = read(key);
  if (draft && draft.version !== version) write(key, null);
  else if (draft && !("draftFresh" in form.dataset)) {
    restore(form, draft.pairs);
    note(form);
  }
  const keep = () => write(key, { version, pairs: values(form) }) && note(form);
  if ("draftFresh" in form.dataset) keep();
  form.addEventListener("input", keep);
  form.addEventListener("change", keep);
  form.addEventListener("submit", (event) => {
    if (navigator.onLine) return;
    event.preventDefault();
    event.stopPropagation();
    const message = document.getElementById("ui-texts")?.dataset.offline;
    document.dispatchEvent(new CustomEvent("toast", { detail: { message, level: "error" } }));
  });
}

// The gauge says its number.
const say = (range) => (range.parentElement.querySelector("output").value = range.value);
for (const range of document.querySelectorAll(".gauge input[type=range]")) {
  say(range);
  range.addEventListener("input", () => say(range));
}

// Whether the register must be signed is decided by the server; here the same rules speak while one types.
const register = document.querySelector("form [data-register]");
if (register) {
  const { waits_here: waits, expected_hours: hours } = register.closest("form").elements;
  const line = (rule) => register.querySelector(`[data-rule=${rule}]`);
  const judge = () => {
    line("customer_leaves").hidden = waits.checked;
    line("long_work").hidden = !(Number(hours.value) > Number(register.dataset.limit));
    const mandatory = Boolean(register.querySelector("[data-rule]:not([hidden])"));
    register.querySelector("[data-mandatory]").hidden = !mandatory;
    register.querySelector("[data-optional]").hidden = mandatory;
  };
  judge();
  for (const field of [waits, hours]) field.addEventListener("input", judge);
}
