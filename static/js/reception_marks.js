// The car drawing: tap, choose, photograph. Each mark is kept in IndexedDB first and then sent under its
// own key, so that it survives a reload or a dead network and arrives once.
const SVG = "http://www.w3.org/2000/svg";
const [WIDTH, HEIGHT] = [1200, 800];
const LONGEST_SIDE = 1920;
const REMEMBERED_MS = 60_000;
const root = document.querySelector("[data-marks]");
const car = root.querySelector("svg.car");
const layer = car.querySelector(".car-marks");
const sheet = document.getElementById("mark-sheet");
const form = sheet.querySelector("form");
const list = root.querySelector("[data-mark-list]");
const hint = document.getElementById("walk-hint");
const text = (name) => root.dataset[`text${name}`];
const zoneNames = new Map();
for (const button of root.querySelectorAll("[data-zone-button]")) zoneNames.set(button.dataset.zoneButton, button.textContent);
const kindNames = new Map();
for (const label of form.querySelectorAll(".kind")) kindNames.set(label.querySelector("input").value, label.textContent.trim());

let marks = JSON.parse(document.getElementById("marks-data").textContent);
let unsent = [];
let photo = null;
let photoUrl = "";

// --- What is kept on the tablet ---
const store = await new Promise((done) => {
  const request = indexedDB.open("dms-reception", 1);
  request.onupgradeneeded = () => request.result.createObjectStore("marks", { keyPath: "key" });
  request.onsuccess = () => done(request.result);
  request.onerror = () => done(null); // a private window may refuse; marks are then only sent
});
const ask = (mode, act) =>
  new Promise((done, failed) => {
    if (!store) return done(undefined);
    const request = act(store.transaction("marks", mode).objectStore("marks"));
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });
const kept = async () => ((await ask("readonly", (s) => s.getAll())) ?? []).filter((m) => m.visit === root.dataset.visit);

// --- Drawing ---
const draw = (name, attributes, ...children) => {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
};

function glyph(mark, number) {
  const colour = mark.earlier ? "#6b7585" : "#d92d26";
  const digits = draw("text", { x: 19, y: -13.5, fill: "#151a23", "font-size": 16, "font-weight": 700, "text-anchor": "middle" });
  digits.textContent = number;
  const body = draw(
    "g",
    { class: "mk-body" },
    draw("circle", { r: 21, fill: colour, stroke: "#fff", "stroke-width": 3 }),
    draw("use", { href: `#mk-${mark.kind}`, x: -12, y: -12, width: 24, height: 24 }),
    draw("g", { class: "mk-number" }, draw("circle", { cx: 19, cy: -19, r: 12, fill: "#fff", stroke: colour, "stroke-width": 2 }), digits),
  );
  const classes = ["mk", mark.earlier && "mk-earlier", mark.unsent && "is-unsent"].filter(Boolean).join(" ");
  const place = `translate(${(mark.x * WIDTH) / 1000} ${(mark.y * HEIGHT) / 1000})`;
  const node = draw("g", { class: classes, transform: place, color: "#fff" }, body);
  node.dataset.key = mark.key || mark.id;
  return node;
}

const make = (name, className, ...children) => {
  const node = document.createElement(name);
  if (className) node.className = className;
  node.append(...children);
  return node;
};

function row(mark, number) {
  const words = make("span", "grow");
  words.append(make("strong", "", zoneNames.get(mark.zone) ?? ""), ` · ${kindNames.get(mark.kind)} `);
  if (mark.earlier) words.append(make("span", "tag", text("Earlier")));
  if (mark.note) words.append(make("span", "sub", mark.note));
  if (mark.unsent) words.append(make("span", "sub", mark.sending ? text("Sending") : text("Kept")));
  const item = make("li", `mark-row${mark.earlier ? " is-earlier" : ""}${mark.unsent ? " is-unsent" : ""}`);
  item.append(make("span", "mark-no", String(number)), words);
  if (mark.photo) item.append(picture(mark));
  item.append(remover(mark));
  item.addEventListener("pointerenter", () => flash(mark));
  return item;
}

function picture(mark) {
  const image = make("img");
  image.src = mark.photo;
  image.alt = text("Photo");
  const link = make(mark.unsent ? "span" : "a", "mark-photo", image);
  if (!mark.unsent) link.href = mark.photo;
  return link;
}

function remover(mark) {
  const asks = make("form");
  asks.method = "post";
  asks.action = mark.remove ?? "";
  if (mark.earlier) asks.dataset.confirm = text("Gone");
  if (mark.earlier) asks.dataset.confirmYes = text("GoneYes");
  const button = make("button", "btn btn-icon btn-ghost");
  button.setAttribute("aria-label", text("Remove"));
  button.title = text("Remove");
  button.append(document.getElementById("mark-glyphs").content.querySelector("[data-icon=trash]").firstElementChild.cloneNode(true));
  asks.append(button);
  asks.addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopPropagation();
    remove(mark);
  });
  return asks;
}

function flash(mark) {
  const node = layer.querySelector(`[data-key="${CSS.escape(mark.key || mark.id)}"]`);
  node?.classList.add("is-flash");
  setTimeout(() => node?.classList.remove("is-flash"), 700);
}

function show() {
  const all = [...marks, ...unsent];
  layer.replaceChildren(...all.map((mark, i) => glyph(mark, i + 1)));
  if (all.length) list.replaceChildren(make("ol", "mark-list", ...all.map((mark, i) => row(mark, i + 1))));
  else list.replaceChildren(make("p", "muted", text("Tap")));
  root.querySelector("[data-mark-count]").textContent = all.length;
}

// --- Tapping ---
const zoneAt = (code) => car.querySelectorAll(`[data-zone="${code}"]`);
function near(code) {
  for (const shape of car.querySelectorAll(".is-near")) shape.classList.remove("is-near");
  if (code) for (const shape of zoneAt(code)) shape.classList.add("is-near");
  hint.textContent = code ? zoneNames.get(code) : text("Tap");
}
car.addEventListener("pointermove", (event) => event.pointerType === "mouse" && near(event.target.dataset?.zone));
car.addEventListener("pointerleave", () => near(""));
car.addEventListener("click", (event) => {
  const zone = event.target.dataset?.zone;
  if (!zone) return;
  const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(car.getScreenCTM().inverse());
  open({ zone, x: Math.round((point.x / WIDTH) * 1000), y: Math.round((point.y / HEIGHT) * 1000) });
});
root.addEventListener("click", (event) => {
  const button = event.target.closest("[data-zone-button]");
  if (!button) return;
  const x = Math.round((Number(button.dataset.x) / WIDTH) * 1000);
  const y = Math.round((Number(button.dataset.y) / HEIGHT) * 1000);
  open({ zone: button.dataset.zoneButton, x, y });
});

let place = null;
function open(at, typed = {}, errors = {}) {
  place = at;
  form.reset();
  choosePhoto(null);
  sheet.querySelector("#mark-zone").textContent = zoneNames.get(at.zone) ?? "";
  for (const shape of car.querySelectorAll(".is-on")) shape.classList.remove("is-on");
  for (const shape of zoneAt(at.zone)) shape.classList.add("is-on");
  form.elements.note.value = typed.note ?? "";
  for (const radio of form.elements.kind) radio.checked = radio.value === typed.kind;
  complain(errors);
  if (!sheet.open) sheet.showModal();
}
sheet.addEventListener("close", () => {
  for (const shape of car.querySelectorAll(".is-on")) shape.classList.remove("is-on");
});

function complain(errors) {
  for (const line of form.querySelectorAll("[data-error]")) {
    const said = errors[line.dataset.error];
    line.hidden = !said;
    line.textContent = said ? said.join(" ") : "";
  }
}

// --- Photos: made smaller here, what cannot be read goes as it is and is judged by the server ---
async function smaller(file) {
  try {
    const bitmap = await createImageBitmap(file);
    const scale = Math.min(1, LONGEST_SIDE / Math.max(bitmap.width, bitmap.height));
    if (scale === 1 && file.size < 1.5e6) return file;
    const canvas = new OffscreenCanvas(Math.round(bitmap.width * scale), Math.round(bitmap.height * scale));
    canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    return await canvas.convertToBlob({ type: "image/jpeg", quality: 0.85 });
  } catch {
    return file;
  }
}

function choosePhoto(file) {
  if (photoUrl) URL.revokeObjectURL(photoUrl);
  photo = file;
  photoUrl = file ? URL.createObjectURL(file) : "";
  const preview = form.querySelector("[data-photo-preview]");
  preview.hidden = !file;
  if (file) preview.src = photoUrl;
  else preview.removeAttribute("src");
  form.querySelector("[data-photo-empty]").hidden = Boolean(file);
}
form.elements.photo.addEventListener("change", (event) => choosePhoto(event.target.files[0] ?? null));

// --- Sending ---
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  event.stopPropagation();
  const kind = new FormData(form).get("kind");
  if (!kind) return complain({ kind: [text("Kind")] });
  const mark = {
    ...place,
    key: crypto.randomUUID?.() ?? `${Date.now()}-${Math.random().toString(36).slice(2)}`,
    visit: root.dataset.visit,
    kind,
    note: form.elements.note.value.trim(),
    blob: photo && (await smaller(photo)),
  };
  await ask("readwrite", (s) => s.put(mark));
  sheet.close();
  unsent.push(waiting(mark));
  show();
  await send();
});

const waiting = (mark) => ({ ...mark, unsent: true, photo: mark.blob ? URL.createObjectURL(mark.blob) : "" });

function body(mark) {
  const data = new FormData();
  for (const name of ["kind", "x", "y", "note"]) data.set(name, mark[name]);
  data.set("client_key", mark.key);
  if (mark.blob) data.set("photo", mark.blob, mark.blob.name ?? "photo.jpg");
  return data;
}
const post = (url, data) =>
  fetch(url, {
    method: "POST",
    body: data,
    headers: { Accept: "application/json", "X-CSRFToken": document.querySelector('meta[name="csrf-token"]').content },
  });
const toast = (message) => document.dispatchEvent(new CustomEvent("toast", { detail: { message, level: "error" } }));

let sending = null;
const send = () => (sending ??= sendAll().finally(() => (sending = null)));
async function sendAll() {
  for (const mark of [...unsent]) {
    mark.sending = true;
    let answer;
    try {
      answer = await post(root.dataset.post, body(mark));
    } catch {
      mark.sending = false;
      show();
      return; // no network: it stays here
    }
    await settle(mark, answer);
    show();
  }
}

async function settle(mark, answer) {
  mark.sending = false;
  if (answer.status >= 500) return toast(document.getElementById("ui-texts").dataset.server);
  const said = await answer.json().catch(() => ({}));
  // A page that was asked for just before may not know it yet: what was sent is remembered for a moment.
  const sent = { key: mark.key, visit: mark.visit, sent: said, at: Date.now() };
  await ask("readwrite", (s) => (answer.ok ? s.put(sent) : s.delete(mark.key)));
  unsent = unsent.filter((other) => other !== mark);
  if (answer.ok) marks = [...marks.filter((other) => other.id !== said.id), said];
  else if (answer.status === 422) open(mark, mark, said.errors ?? {});
  else toast(said.detail ?? document.getElementById("ui-texts").dataset.refused);
}

async function remove(mark) {
  if (mark.unsent) {
    await ask("readwrite", (s) => s.delete(mark.key));
    unsent = unsent.filter((other) => other !== mark);
    return show();
  }
  const answer = await post(mark.remove, new FormData()).catch(() => null);
  if (answer?.ok && mark.key) await ask("readwrite", (s) => s.delete(mark.key));
  if (answer?.ok || answer?.status === 404) marks = marks.filter((other) => other !== mark);
  else toast((await answer?.json().catch(() => null))?.detail ?? document.getElementById("ui-texts").dataset.offline);
  show();
}

// The slip is signed over all marks: none may still be on its way.
const main = document.getElementById("walk-around");
main.addEventListener("submit", async (event) => {
  if (!unsent.length) return;
  event.preventDefault();
  event.stopPropagation();
  await send();
  if (unsent.length) toast(text("Unsent"));
  else main.requestSubmit();
});

for (const known of await kept()) {
  if (!known.sent) unsent.push(waiting(known));
  else if (Date.now() - known.at < REMEMBERED_MS && !marks.some((mark) => mark.id === known.sent.id)) marks.push(known.sent);
  else await ask("readwrite", (s) => s.delete(known.key));
}
show();
if (unsent.length) send();
window.addEventListener("online", send);
root.dataset.ready = "1";
