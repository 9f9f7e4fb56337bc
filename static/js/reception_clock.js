// Times that run: how long a customer has waited, how long the advisor has listened. The server says
// what time it is (data-now), so that a demonstration's clock holds here too.
const loaded = Date.now();
const seen = new WeakMap(); // a fragment that was fetched anew brings its own "now"

function nowIn(node) {
  const frame = node.closest("[data-now]");
  if (!seen.has(frame)) seen.set(frame, Date.now());
  return Date.parse(frame.dataset.now) + Date.now() - seen.get(frame);
}

function clock(seconds) {
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  const rest = String(seconds % 60).padStart(2, "0");
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}

function wait() {
  for (const row of document.querySelectorAll("[data-since]")) {
    const seconds = Math.max(0, Math.floor((nowIn(row) - Date.parse(row.dataset.since)) / 1000));
    const standard = Number(row.dataset.standard);
    row.querySelector("[data-elapsed]").textContent = clock(seconds);
    row.classList.toggle("is-over", seconds > standard);
    row.classList.toggle("is-near", seconds > standard / 2 && seconds <= standard);
  }
}

function listen() {
  const box = document.querySelector("[data-listen]");
  const started = document.querySelector('input[name="started_at"]');
  if (!box || !started) return;
  const standard = Number(box.dataset.listen);
  const seconds = Math.max(0, Math.floor((nowIn(box) - Date.parse(started.value)) / 1000));
  box.querySelector("[data-listen-time]").textContent = clock(seconds);
  box.querySelector(".ring").style.strokeDasharray = `${Math.min(100, (100 * seconds) / standard)} 100`;
  if (seconds >= standard && !box.classList.contains("is-done")) {
    box.classList.add("is-done");
    box.querySelector("[data-listen-text]").textContent = box.dataset.textDone;
  }
}

const tick = () => {
  wait();
  listen();
};
tick();
setInterval(tick, 1000);
document.addEventListener("htmx:load", tick);

// A chip writes its answer; pressed with an answer there, it adds.
document.addEventListener("click", (event) => {
  const chip = event.target.closest("[data-chip]");
  if (!chip) return;
  const input = chip.closest(".field").querySelector("input");
  const said = input.value.trim();
  const word = chip.textContent.trim();
  if (!said.includes(word)) input.value = (said ? `${said}, ${word}` : word).slice(0, input.maxLength);
  input.dispatchEvent(new Event("input", { bubbles: true }));
});
