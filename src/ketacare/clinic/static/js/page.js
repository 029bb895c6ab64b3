// Small things every page gets: the list of what is wrong takes the focus, and opened parts of a
// page (htmx) keep theirs. Nothing here is needed to read or send a page.

import { forget, waitingOf } from "./keeping.js";

const focusOnTrouble = (root) => root.querySelector("#error-summary")?.focus();

focusOnTrouble(document);
document.body.addEventListener("htmx:afterSwap", (event) => focusOnTrouble(event.detail.target ?? event.target));

// Details open before printing, so that every table is on paper.
let opened = [];
window.addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll("details:not([open])")];
  opened.forEach((part) => { part.open = true; });
});
window.addEventListener("afterprint", () => opened.forEach((part) => { part.open = false; }));

// Signing out leaves nothing of the person on this device; what was never sent is asked about first.
const signOut = document.querySelector("form[data-sign-out]");
signOut?.addEventListener("submit", (event) => {
  const { signOut: user, unsent } = signOut.dataset;
  const waiting = waitingOf(user);
  if (waiting && !confirm(unsent.replace("%n", waiting))) event.preventDefault();
  else forget(user);
});
