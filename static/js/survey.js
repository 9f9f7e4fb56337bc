// The survey in the customer's hand: questions appear as they are due, and what is entered is kept at once.
const form = document.querySelector("[data-survey]");
const LOW_UP_TO = 6;
const HIGH_FROM = 9;
const KEEP_AFTER_MS = 600;
const questions = form ? [...form.querySelectorAll(".survey-question")] : [];
let timer = 0;

function answer(question) {
  const field = question.querySelector("input[type=radio]:checked, input:not([type=radio]), textarea, select");
  return field?.value ?? "";
}
function fits(given, wanted) {
  if (given === "") return false;
  const number = Number(given);
  if (wanted === "low") return number <= LOW_UP_TO;
  if (wanted === "high") return number >= HIGH_FROM;
  return given === wanted;
}
// The same rule as the server's: what hangs on an answer is hidden without it; a screening "no" ends the survey.
function walk() {
  const shown = new Map();
  let ended = false;
  for (const question of questions) {
    const { after, answer: wanted, code } = question.dataset;
    const due = !ended && (!after || (shown.has(after) && fits(shown.get(after), wanted)));
    question.hidden = !due;
    if (!due) continue;
    shown.set(code, answer(question));
    ended = "ends" in question.dataset && shown.get(code) === "no";
  }
  const note = form.querySelector("[data-ended]");
  if (note) note.hidden = !ended;
}
async function keep() {
  const body = new FormData(form.closest("form"));
  body.set("draft", "1");
  try {
    await fetch(location.href, { method: "POST", body, credentials: "same-origin", keepalive: true });
  } catch {
    // Kept at the next change; sending says so when there is no network.
  }
}

if (form) {
  walk();
  form.addEventListener("input", () => {
    walk();
    if (!("keeps" in form.dataset)) return;
    clearTimeout(timer);
    timer = setTimeout(keep, KEEP_AFTER_MS);
  });
  form.closest("form").addEventListener("submit", () => clearTimeout(timer));
}
