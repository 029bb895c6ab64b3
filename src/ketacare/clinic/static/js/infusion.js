// The infusion page with JavaScript: the first field of an opened entry takes the focus, the live
// parts wait while a finger or the keyboard is on them. What comes from the server is in live.js.
// Without this file the page shows the same and is brought up to date by "Show the newest".

// The focus moves within the tap itself: a field that takes it a moment later loses the first digit of
// a value typed at once ("20" for "720"), and some phones show their keypad only for a tap's own focus.
document.addEventListener("click", (event) => {
  const entry = event.target.closest?.("summary")?.parentElement;
  if (!entry?.matches(".entry, .offer") || entry.open) return;
  event.preventDefault();
  entry.open = true;
  entry.querySelector("input:not([type=hidden]), textarea, .step")?.focus({ preventScroll: false });
});

// A part being touched is not exchanged under the finger; the next change brings it up to date.
let touched = null;
document.addEventListener("pointerdown", (event) => { touched = event.target; });
const letGo = () => { setTimeout(() => { touched = null; }, 400); };
document.addEventListener("pointerup", letGo);
document.addEventListener("pointercancel", letGo);
document.body.addEventListener("htmx:beforeSwap", (event) => {
  const part = event.detail.target;
  const busy = part.contains(touched) || part.querySelector("details[open], :focus");
  if (busy && part.id.startsWith("live-")) event.detail.shouldSwap = false;
});

// What somebody else did meanwhile is said beside the forms too: they may be all that is in view.
document.body.addEventListener("htmx:afterSwap", (event) => {
  // An exchange by the stream names no target: only one that this page asked for is meant.
  if (event.detail.target?.id !== "live-now") return;
  const place = document.querySelector("[data-meanwhile-here]");
  const said = event.detail.target.querySelector("[data-meanwhile]")?.cloneNode(true);
  said?.removeAttribute("role");
  place?.replaceChildren(...(said ? [said] : []));
});
