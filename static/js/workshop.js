// The dispatch board: drag a bar or a queued job to a lane and a time; the running clocks of the floor.
// The server judges every drop: refused, its sentence becomes a toast and the bar stays where it was.
import { clock, dragging, hourPx, onTracks } from "./drag.js";

const STEP_MINUTES = 5;
const page = document.getElementById("dispatch-page");
const slot = document.getElementById("job-slot");
const LANES = ".tracks[data-drop] .track[data-lane]";
const board = () => document.getElementById("dispatch");
const tracks = () => document.querySelector(".tracks[data-drop]");

function lift(handle, grip) {
  const hours = Number(handle.dataset.hours) / 3600;
  const plate = handle.querySelector(".plate") ?? handle.querySelector("strong");
  const isBar = handle.classList.contains("bar");
  return { width: hours * hourPx(tracks()), label: plate.textContent.trim(), grip: isBar ? grip : 0 };
}

function where(event, _load, grip) {
  const place = onTracks(event, grip, { lanes: LANES, step: STEP_MINUTES });
  return place && { ...place, target: place.lane, words: clock(place.minutes) };
}

function drop(handle, { lane, minutes }) {
  const { day, by } = board().dataset;
  const values = { day, by, starts_at: `${day}T${clock(minutes)}`, bay: "", technician: "" };
  values[by] = lane.dataset.lane;
  return window.htmx.ajax("POST", page.dataset.plan.replace("/0/", `/${handle.dataset.drag}/`), {
    source: board(),
    target: board(),
    swap: "outerHTML",
    values,
  });
}

if (page) {
  const find = (target) => tracks() && target.closest("[data-drag]");
  const hand = dragging({ find, lift, where, drop, held: board });
  const close = () => {
    const open = slot.children.length > 0;
    slot.replaceChildren();
    return open;
  };
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    if (hand.isHolding()) hand.letGo();
    else if (!document.querySelector("dialog[open]")) close();
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-job-close]")) {
      event.preventDefault();
      close();
    }
  });
  document.addEventListener("job-settled", close);
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target !== slot) return;
    slot.querySelector("[data-job-close]")?.focus({ preventScroll: true });
    slot.scrollTop = 0;
  });
  // The now-line and the time that is left go on without any event.
  setInterval(() => {
    const now = board();
    if (document.hidden || hand.isHolding() || !now) return;
    window.htmx.ajax("GET", now.dataset.liveUrl, { source: now, target: now, swap: "outerHTML" });
  }, 60_000);
}

// Running clocks: data-since (ISO, business time) beside the page's own clock.
function tick() {
  for (const node of document.querySelectorAll("[data-running]")) {
    node.dataset.from ??= String(Date.now() - Number(node.dataset.running) * 1000);
    const seconds = Math.max(Math.floor((Date.now() - Number(node.dataset.from)) / 1000), 0);
    const text = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
    node.textContent = text.map((n, i) => (i ? String(n).padStart(2, "0") : String(n))).join(":");
  }
}
tick();
setInterval(tick, 1000);
document.addEventListener("htmx:afterSwap", tick);

// A chosen photo is sent at once.
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-send-at-once]") && event.target.files.length) event.target.form.requestSubmit();
});
