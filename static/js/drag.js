// Taking something up with the mouse: a ghost follows the hand, the place under it is marked.
// A touch scrolls; whoever works by touch uses the page behind the thing.
const FAR_ENOUGH_PX = 6;

// find(target) → the handle under the hand, or null.
// lift(handle) → {width, label}; whatever else it holds is given back to the others as `load`.
// where(event, load) → {target, words, refused?, …} or null; drop(handle, place, load) is called on a place.
// held() → the element that must not be replaced under the hand; over() is told when the hand is empty again.
export function dragging({ find, lift, where, drop, held, over }) {
  let drag = null;
  let dropped = false;

  function begin(event) {
    if (event.button || event.pointerType === "touch") return;
    const handle = find(event.target);
    if (!handle) return;
    const left = handle.getBoundingClientRect().left;
    drag = { handle, x: event.clientX, y: event.clientY, grip: event.clientX - left, ghost: null };
  }

  function rise() {
    const load = lift(drag.handle, drag.grip);
    const ghost = document.createElement("div");
    const label = document.createElement("strong");
    const words = document.createElement("span");
    ghost.className = "drag-ghost";
    ghost.style.width = `${Math.max(load.width, 40)}px`;
    label.textContent = load.label;
    ghost.append(label, words);
    document.body.append(ghost);
    Object.assign(drag, { ghost, words, load, grip: load.grip ?? drag.grip });
    drag.handle.classList.add("is-dragged");
    document.documentElement.classList.add("is-dragging");
    const board = held();
    if (board) board.dataset.liveHold = "";
  }

  function move(event) {
    if (!drag) return;
    if (!drag.ghost) {
      if (Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < FAR_ENOUGH_PX) return;
      rise();
    }
    event.preventDefault();
    const place = where(event, drag.load, drag.grip);
    drag.target?.classList.remove("is-target");
    drag.target = place?.target;
    drag.target?.classList.add("is-target");
    drag.words.textContent = place?.words ?? "";
    drag.ghost.classList.toggle("is-refused", Boolean(place?.refused));
    drag.ghost.style.transform = `translate(${event.clientX - drag.grip}px, ${event.clientY - 18}px)`;
  }

  function letGo() {
    const was = drag;
    was?.ghost?.remove();
    was?.target?.classList.remove("is-target");
    was?.handle.classList.remove("is-dragged");
    document.documentElement.classList.remove("is-dragging");
    const board = held();
    if (board) delete board.dataset.liveHold;
    drag = null;
    over?.();
    return was;
  }

  async function release(event) {
    if (!drag) return;
    if (!drag.ghost) {
      drag = null;
      return;
    }
    const place = where(event, drag.load, drag.grip);
    const { handle, load } = letGo();
    dropped = true; // the click that follows is not meant
    setTimeout(() => (dropped = false), 0);
    if (!place) return;
    handle.classList.add("is-sending");
    try {
      await drop(handle, place, load);
    } finally {
      handle.classList.remove("is-sending");
    }
  }

  const on = (name, act, options) => document.addEventListener(name, act, options);
  on("pointerdown", begin);
  on("pointermove", move, { passive: false });
  on("pointerup", release);
  on("pointercancel", letGo);
  on("dragstart", (event) => find(event.target) && event.preventDefault());
  on(
    "click",
    (event) => {
      if (!dropped) return;
      event.preventDefault();
      event.stopImmediatePropagation();
    },
    true,
  );
  // Escape lets go; true where something was in the hand.
  return { isHolding: () => Boolean(drag?.ghost), letGo };
}

export const clock = (minutes) =>
  `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;

// Where the hand is on tracks of time: the lane and the minutes of the day, in steps.
export function onTracks(event, grip, { lanes, step }) {
  const lane = document.elementsFromPoint(event.clientX, event.clientY).find((node) => node.matches?.(lanes));
  if (!lane) return null;
  const board = lane.closest(".tracks");
  const first = Number(board.dataset.from);
  const hours = first + (event.clientX - grip - lane.getBoundingClientRect().left) / hourPx(board);
  return { lane, minutes: Math.max(Math.round((hours * 60) / step) * step, first * 60) };
}

export const hourPx = (board) =>
  board.querySelector(".track").clientWidth / (Number(board.dataset.to) - Number(board.dataset.from));
