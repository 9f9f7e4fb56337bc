// Day and week of the appointments: an appointment is dragged to another time or day. The hours in which it could
// not arrive are shown while it is in the hand; a dialog says what the drop would change, or why it cannot be.
import { clock, dragging, hourPx, onTracks } from "./drag.js";
import { place as layOut } from "./tracks.js";

const STEP_MINUTES = 15;
const page = document.getElementById("planner-page");
const planner = () => document.getElementById("planner");
const tracks = () => planner().querySelector(".tracks");
const address = (kind, pk) => page.dataset[kind].replace("/0/", `/${pk}/`);

// -- the day: along the hours ------------------------------------------------------------------

async function showClosed(pk) {
  const shown = document.getElementById("openings");
  await window.htmx.ajax("GET", `${address("openings", pk)}?day=${planner().dataset.day}`, { target: shown, swap: "innerHTML" });
  if (hand.isHolding() && shown.isConnected) layOut(tracks());
  else shown.replaceChildren();
}

function why(hour) {
  const closed = [...document.querySelectorAll("#openings [data-why]")];
  return closed.find((node) => Number(node.dataset.at) <= hour && hour < Number(node.dataset.till))?.dataset.why;
}

const day = {
  lift(handle) {
    const { at, till, arrives, drag } = handle.dataset;
    showClosed(drag);
    const label = handle.querySelector("strong").textContent.trim();
    return { width: (till - at) * hourPx(tracks()), label, before: Math.round((at - arrives) * 60), from: Number(arrives) * 60 };
  },
  where(event, load, grip) {
    const at = onTracks(event, grip, { lanes: "#planner .track", step: 1 });
    if (!at) return null;
    const minutes = Math.round((at.minutes - load.before) / STEP_MINUTES) * STEP_MINUTES;
    const refused = why(minutes / 60);
    return { target: at.lane, minutes, refused, words: refused ? `${clock(minutes)} ${refused}` : clock(minutes) };
  },
  when: ({ minutes }, load) => (minutes === load.from ? "" : `${planner().dataset.day}T${clock(minutes)}`),
};

// -- the week: to another day, at the same time of day -----------------------------------------

const week = {
  lift: (handle) => ({ width: handle.clientWidth, label: handle.querySelector(".plate")?.textContent.trim() ?? "", time: handle.dataset.time }),
  where(event, load) {
    const under = document.elementsFromPoint(event.clientX, event.clientY);
    const target = under.find((node) => node.matches?.(".week-day[data-day]"));
    return target && { target, words: `${target.dataset.words} ${load.time}` };
  },
  when({ target }, load) {
    const home = document.querySelector(".week-card.is-sending")?.closest(".week-day");
    return target === home ? "" : `${target.dataset.day}T${load.time}`;
  },
};

const kind = page?.dataset.back === "week" ? week : day;
const hand = page && dragging({
  find: (target) => target.closest("#planner [data-drag]"),
  lift: kind.lift,
  where: kind.where,
  held: planner,
  over: () => document.getElementById("openings")?.replaceChildren(),
  drop(handle, place, load) {
    const starts = kind.when(place, load);
    if (!starts) return null;
    const asked = new URLSearchParams({ starts_at: starts, back: page.dataset.back });
    const target = document.getElementById("proposal");
    return window.htmx.ajax("GET", `${address("proposal", handle.dataset.drag)}?${asked}`, { target, swap: "innerHTML" });
  },
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && hand?.isHolding()) hand.letGo();
});
