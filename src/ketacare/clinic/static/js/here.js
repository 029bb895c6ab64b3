// Says every few seconds that this page shows its session, and says good-bye when it is hidden or closed,
// so that the clinic's server notices a page that falls silent. Without this file nobody's page is missed.

import { token } from "./entry.js";
import { newKey } from "./keeping.js";

const BEAT_MS = 4000; // the server calls silence after nine seconds
const address = document.querySelector("[data-here]").dataset.here;
const page = newKey();

const body = (more = {}) => {
  const made = new FormData();
  for (const [name, value] of Object.entries({ page, ...more })) made.set(name, value);
  return made;
};

function beat() {
  if (document.visibilityState !== "visible") return;
  const headers = { "X-CSRFToken": token(), "X-Background": "1" };
  fetch(address, { method: "POST", body: body(), headers, redirect: "manual" }).catch(() => {
    // Not heard: the page says so itself (live.js), and the server notices.
  });
}

function leave() {
  navigator.sendBeacon(address, body({ leaves: "1", csrfmiddlewaretoken: token() }));
}

document.addEventListener("visibilitychange", () => (document.hidden ? leave() : beat()));
window.addEventListener("pagehide", leave);
window.addEventListener("pageshow", beat);
setInterval(beat, BEAT_MS);
