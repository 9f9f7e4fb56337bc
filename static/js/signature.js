// Signing on screen: strokes go into the hidden input as JSON points (small, scalable), and a PNG
// beside them when an input named "<name>_png" exists. Needs signature_pad.umd.min.js on the page.
function fit(canvas, pad) {
  const ratio = Math.max(window.devicePixelRatio || 1, 1);
  const strokes = pad.toData();
  canvas.width = canvas.offsetWidth * ratio;
  canvas.height = canvas.offsetHeight * ratio;
  canvas.getContext("2d").scale(ratio, ratio);
  pad.fromData(strokes);
}

function start(box) {
  if (box.dataset.started) return;
  box.dataset.started = "1";
  const canvas = box.querySelector("canvas");
  const input = box.querySelector("input[type=hidden]");
  const picture = input.form?.elements[`${input.name}_png`];
  const pad = new window.SignaturePad(canvas, { penColor: "#14171c", minWidth: 0.8, maxWidth: 2.6 });
  if (input.value) pad.fromData(JSON.parse(input.value).strokes); // a refused form keeps what was signed
  const keep = () => {
    input.value = pad.isEmpty() ? "" : JSON.stringify({ width: canvas.offsetWidth, height: canvas.offsetHeight, strokes: pad.toData() });
    if (picture) picture.value = pad.isEmpty() ? "" : pad.toDataURL("image/png");
    input.dispatchEvent(new Event("change", { bubbles: true }));
  };
  pad.addEventListener("endStroke", keep);
  box.querySelector("[data-signature-clear]").addEventListener("click", () => {
    pad.clear();
    keep();
  });
  new ResizeObserver(() => fit(canvas, pad)).observe(canvas);
}

const all = (scope) => window.SignaturePad && scope.querySelectorAll?.("[data-signature-pad]").forEach(start);
all(document);
document.addEventListener("htmx:load", (event) => all(event.detail.elt));
