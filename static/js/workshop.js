// The dispatch board: drag a bar or a queued job to a lane and a time; the running clocks of the floor.
// The server judges every drop: refused, its sentence becomes a toast and the bar stays where it was.
const STEP_MINUTES = 5;
const FAR_ENOUGH_PX = 6;
const page = document.getElementById("dispatch-page");
const slot = document.getElementById("job-slot");
let drag = null;
let dropped = false;

const tracks = () => document.querySelector(".tracks[data-drop]");

function begin(event) {
  const handle = event.target.closest("[data-drag]");
  if (!handle || !tracks() || event.button || event.pointerType === "touch") return;
  const box = handle.getBoundingClientRect();
  const isBar = handle.classList.contains("bar");
  drag = { handle, x: event.clientX, y: event.clientY, grip: isBar ? event.clientX - box.left : 0, ghost: null };
}

function lift(event) {
  const { handle } = drag;
  const ghost = document.createElement("div");
  const hours = Number(handle.dataset.hours) / 3600;
  const board = tracks();
  const width = board.querySelector(".track").clientWidth;
  drag.hourPx = width / (Number(board.dataset.to) - Number(board.dataset.from));
  ghost.className = "drag-ghost";
  ghost.style.width = `${Math.max(hours * drag.hourPx, 40)}px`;
  const plate = document.createElement("strong");
  plate.textContent = (handle.querySelector(".plate") ?? handle.querySelector("strong")).textContent.trim();
  const time = document.createElement("span");
  ghost.append(plate, time);
  document.body.append(ghost);
  Object.assign(drag, { ghost, time, pointer: event.pointerId });
  handle.classList.add("is-dragged");
  document.documentElement.classList.add("is-dragging");
  // The board must not be replaced under the hand.
  document.getElementById("dispatch").dataset.liveHold = "";
}

function where(event) {
  const lane = document
    .elementsFromPoint(event.clientX, event.clientY)
    .find((node) => node.matches?.(".tracks[data-drop] .track[data-lane]"));
  if (!lane) return null;
  const board = lane.closest(".tracks");
  const left = lane.getBoundingClientRect().left;
  const hours = Number(board.dataset.from) + (event.clientX - drag.grip - left) / drag.hourPx;
  const minutes = Math.max(Math.round((hours * 60) / STEP_MINUTES) * STEP_MINUTES, Number(board.dataset.from) * 60);
  return { lane, minutes };
}

const clock = (minutes) =>
  `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;

function move(event) {
  if (!drag) return;
  if (!drag.ghost) {
    if (Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < FAR_ENOUGH_PX) return;
    lift(event);
  }
  event.preventDefault();
  const place = where(event);
  drag.lane?.classList.remove("is-target");
  drag.lane = place?.lane;
  drag.lane?.classList.add("is-target");
  drag.time.textContent = place ? clock(place.minutes) : "";
  drag.ghost.style.transform = `translate(${event.clientX - drag.grip}px, ${event.clientY - 18}px)`;
}

function let_go() {
  drag?.ghost?.remove();
  drag?.lane?.classList.remove("is-target");
  drag?.handle.classList.remove("is-dragged");
  document.documentElement.classList.remove("is-dragging");
  const board = document.getElementById("dispatch");
  if (board) delete board.dataset.liveHold;
  const was = drag;
  drag = null;
  return was;
}

async function drop(event) {
  if (!drag) return;
  if (!drag.ghost) {
    drag = null;
    return;
  }
  const place = where(event);
  const { handle } = let_go();
  dropped = true; // the click that follows is not meant
  setTimeout(() => (dropped = false), 0);
  if (!place) return;
  const board = document.getElementById("dispatch");
  const values = {
    day: board.dataset.day,
    by: board.dataset.by,
    starts_at: `${board.dataset.day}T${clock(place.minutes)}`,
    bay: "",
    technician: "",
  };
  values[board.dataset.by] = place.lane.dataset.lane;
  handle.classList.add("is-sending");
  try {
    await window.htmx.ajax("POST", page.dataset.plan.replace("/0/", `/${handle.dataset.drag}/`), {
      source: board,
      target: board,
      swap: "outerHTML",
      values,
    });
  } finally {
    handle.classList.remove("is-sending");
  }
}

if (page) {
  document.addEventListener("pointerdown", begin);
  document.addEventListener("pointermove", move, { passive: false });
  document.addEventListener("pointerup", drop);
  document.addEventListener("pointercancel", let_go);
  document.addEventListener("dragstart", (event) => event.target.closest("[data-drag]") && event.preventDefault());
  document.addEventListener(
    "click",
    (event) => {
      if (!dropped) return;
      event.preventDefault();
      event.stopImmediatePropagation();
    },
    true,
  );
  const close = () => {
    const open = slot.children.length > 0;
    slot.replaceChildren();
    return open;
  };
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    if (drag?.ghost) let_go();
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
    const board = document.getElementById("dispatch");
    if (document.hidden || drag || !board) return;
    window.htmx.ajax("GET", board.dataset.liveUrl, { source: board, target: board, swap: "outerHTML" });
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
