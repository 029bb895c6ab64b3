// A page that shows chairs as they change: it says aloud whether it hears the clinic's server, lets
// the age of every value run on by the server's clock, and keeps the board's cards in their order.
// Without this file the page shows the same and is brought up to date by loading it again.

const SILENT_MS = 9500; // three beats of the stream
const words = {
  live: "Live.",
  lost: "This page has lost the clinic's server: values here are old. Watch the monitor.",
  keeps: " What you enter is kept on this device and sent later.",
  trouble: "The clinic's server cannot read its records: values here are old. Watch the monitor.",
  full: "The clinic's disk is full: no value is stored, those here are old. Watch the monitor, call whoever looks after the server.",
  waiting: "The clinic's records are held up: new values wait to be stored, those here are old. Watch the monitor.",
  unstored: "The clinic's server cannot store what monitors send: values here are old. Watch the monitor.",
  clock: "The clock of the clinic's server was set: ages and times here may be wrong for a minute. Watch the monitor.",
  left: "You are signed out: nothing here is brought up to date. Sign in again.",
};

const line = document.querySelector("[data-link]");
let heard = performance.now(); // not the clock on the wall: somebody may set it
let ahead = null; // of this device's clock before the server's, in ms; null before the first beat
let state = "live";

const WRONG_MS = 30_000;
const keeps = document.querySelector("[data-keeping]") !== null;

// By how much this device's clock is ahead of the server's; null when that is not known.
export const clock = () => ahead;

function clockSaid() {
  if (Math.abs(ahead ?? 0) < WRONG_MS) return "";
  const by = Math.abs(ahead) < 120_000 ? `${Math.round(Math.abs(ahead) / 1000)} s` : `${Math.round(Math.abs(ahead) / 60_000)} min`;
  return ` This device's clock is ${by} ${ahead > 0 ? "ahead" : "behind"}; the server's time is used.`;
}

const hear = (event) => {
  heard = performance.now();
  if (event?.type === "beat") ahead = Date.now() - Number(event.data);
  if (event?.type === "trouble") state = event.data in words ? event.data : "live";
  if (event?.type === "left") state = "left";
};

function reorder(order) {
  const places = [...document.querySelectorAll("[data-seat]")];
  const here = places.map((place) => place.dataset.seat);
  const wanted = order.split(" ").filter(Boolean);
  if (here.join(" ") === wanted.join(" ")) return;
  if ([...here].sort().join() !== [...wanted].sort().join()) {
    htmx.trigger("#board", "reorder"); // somebody came or left
    return;
  }
  const place = places[0].parentNode;
  if (place.contains(document.activeElement)) return; // not under a finger or the keyboard
  for (const each of wanted) place.append(places[here.indexOf(each)]);
}

document.body.addEventListener("htmx:sseOpen", ({ detail: { source } }) => {
  hear();
  state = "live";
  for (const name of ["beat", "trouble", "left", "tiles", "phase", "changed", "minute", "order"]) {
    source.addEventListener(name, hear);
  }
  source.addEventListener("order", (event) => reorder(event.data));
  source.addEventListener("left", () => source.close());
  source.addEventListener("over", () => source.close());
});

const spoken = (seconds) => {
  if (seconds < 60) return `${seconds} s ago`;
  return seconds < 7200 ? `${Math.floor(seconds / 60)} min ago` : `${Math.floor(seconds / 3600)} h ago`;
};

function everySecond() {
  const now = (Date.now() - (ahead ?? 0)) / 1000;
  for (const place of document.querySelectorAll("[data-age]")) {
    const since = Number(place.dataset.age);
    if (since) place.textContent = spoken(Math.max(0, Math.round(now - since)));
  }
  if (!line) return;
  const lost = state === "live" && performance.now() - heard > SILENT_MS;
  const found = lost ? "lost" : state;
  const said = words[found] + (found === "lost" && keeps ? words.keeps : "") + clockSaid();
  if (line.textContent === said) return;
  line.textContent = said;
  if (line.dataset.state === found) return;
  line.dataset.state = found;
  line.toggleAttribute("data-lost", found !== "live");
  document.dispatchEvent(new CustomEvent("ketacare:link", { detail: found }));
}

setInterval(everySecond, 1000);
everySecond();
