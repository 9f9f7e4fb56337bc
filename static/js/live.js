// Live fragments. The stream says only that something changed; each fragment is fetched again, so
// permissions are judged again. Use:
//   <meta name="live-stream" content="/live/…">  or data-live-stream on any element
//   <section id="…" data-live-url="/…/fragment/" data-live-on="workorder visit">…</section>
// data-live-on lists the topics that concern the fragment; without it every event does.
const COALESCE_MS = 200;
const LOST_AFTER_MS = 2500;
const source =
  document.querySelector('meta[name="live-stream"]')?.content ??
  document.querySelector("[data-live-stream]")?.dataset.liveStream;
const badge = document.getElementById("live-badge");
const texts = document.getElementById("ui-texts")?.dataset ?? {};
const due = new Set();
const running = new Set();
let timer = 0;
let stream = null;
let opened = false;
let lostTimer = 0;
let attempts = 0;

const fragments = () => document.querySelectorAll("[data-live-url]:not([data-live-url=''])");
const key = (node) => node.id || node.dataset.liveUrl;
const held = (node) =>
  "liveHold" in node.dataset ||
  (node.contains(document.activeElement) && document.activeElement.matches("input, textarea, select"));

function mark(topic) {
  for (const node of fragments()) {
    const topics = node.dataset.liveOn?.split(/\s+/).filter(Boolean) ?? [];
    if (!topic || !topics.length || topics.some((t) => topic === t || topic.startsWith(`${t}.`))) due.add(key(node));
  }
  if (due.size && !timer) timer = setTimeout(flush, COALESCE_MS);
}

async function flush() {
  timer = 0;
  if (document.hidden) return; // fetched when the page is looked at again
  for (const node of fragments()) {
    const name = key(node);
    if (!due.has(name) || running.has(name) || held(node)) continue;
    due.delete(name);
    running.add(name);
    try {
      await window.htmx.ajax("GET", node.dataset.liveUrl, { source: node, target: node, swap: node.dataset.liveSwap ?? "outerHTML" });
    } finally {
      running.delete(name);
    }
  }
  if (due.size && !timer) timer = setTimeout(flush, COALESCE_MS * 5);
}

function show(state) {
  if (!badge) return;
  badge.hidden = state === "none";
  badge.dataset.state = state;
  badge.textContent = state === "lost" ? texts.lost : texts.live;
  document.documentElement.toggleAttribute("data-live-lost", state === "lost");
}

function heard(event) {
  let topic = "";
  try {
    const data = JSON.parse(event.data);
    topic = data.topic ?? data.kind ?? "";
  } catch {
    topic = event.type === "message" ? event.data : "";
  }
  mark(event.type === "resync" || topic === "resync" ? "" : topic);
}

function connect() {
  stream = new EventSource(source);
  stream.onopen = () => {
    clearTimeout(lostTimer);
    lostTimer = 0;
    attempts = 0;
    show("live");
    if (opened) mark(""); // catch up on what was missed
    opened = true;
  };
  stream.onmessage = heard;
  for (const name of ["change", "resync"]) stream.addEventListener(name, heard);
  stream.onerror = () => {
    lostTimer ||= setTimeout(() => show("lost"), LOST_AFTER_MS);
    if (stream.readyState !== EventSource.CLOSED) return; // the browser tries again by itself
    attempts += 1;
    setTimeout(connect, Math.min(30000, 1000 * 2 ** attempts) * (0.5 + Math.random()));
  };
}

if (source) {
  connect();
  document.addEventListener("visibilitychange", () => document.hidden || flush());
  document.addEventListener("focusout", () => due.size && (timer ||= setTimeout(flush, COALESCE_MS)));
  window.addEventListener("pagehide", () => stream?.close());
  window.addEventListener("pageshow", (event) => event.persisted && connect());
}
