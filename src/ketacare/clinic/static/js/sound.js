// The sound of an infusion page, and its test: a browser only sounds in a tab somebody has tapped in. The
// page says whether it can; it sounds when a crossed limit is new, and when it loses the server. The bedside
// monitor is the primary alarm; without this file the page is silent and says so.

const place = document.querySelector("[data-sound]");
const words = place?.dataset ?? {};
let context = null;
let heard = false; // by a person, in this tab
let known = new Set();

const line = place?.querySelector("[data-sound-line]");
const test = place?.querySelector("[data-sound-test]");
const answers = place?.querySelector("[data-sound-answers]");

function say() {
  if (!place) return;
  const can = heard && context?.state === "running";
  place.toggleAttribute("data-quiet", !can);
  line.textContent = can ? words.ready : words.untested;
}

async function beep(times) {
  if (!context) return;
  await context.resume();
  for (let each = 0; each < times; each += 1) {
    const tone = context.createOscillator();
    const level = context.createGain();
    const at = context.currentTime + each * 0.35;
    tone.frequency.value = 880;
    level.gain.setValueAtTime(0.25, at);
    level.gain.setValueAtTime(0, at + 0.2);
    tone.connect(level).connect(context.destination);
    tone.start(at);
    tone.stop(at + 0.25);
  }
  say();
}

const held = () => new Set([...document.querySelectorAll("[data-held]")].map((e) => e.dataset.held));

function look() {
  const now = held();
  if (heard && [...now].some((each) => !known.has(each))) beep(3);
  known = now;
}

if (place) {
  test.hidden = false;
  known = held();
  test.addEventListener("click", () => {
    context ??= new AudioContext();
    context.addEventListener("statechange", say);
    answers.hidden = false;
    beep(2);
    answers.querySelector("button")?.focus();
  });
  answers.addEventListener("click", (event) => {
    const answer = event.target.closest("button")?.value;
    if (!answer) return;
    heard = answer === "yes";
    answers.hidden = true;
    test.focus();
    say();
  });
  document.body.addEventListener("htmx:afterSwap", look);
  document.addEventListener("ketacare:link", (event) => {
    if (heard && event.detail !== "live") beep(1);
  });
  say();
}
