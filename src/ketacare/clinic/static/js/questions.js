// A tap on an answer goes on to the next question; the page says so beforehand. Choosing with the
// keyboard (arrow keys, space) or with assistive technology that sends no pointer never does:
// there the Continue button is the only way on.

const RECENT_MS = 900;
const SEE_IT_MS = 180; // long enough to see the chosen answer marked

document.querySelectorAll("form[data-tap]").forEach((form) => {
  let touched = 0;
  let going = false;

  const hint = form.querySelector("[data-tap-hint]");
  if (hint) hint.hidden = false;

  form.addEventListener("pointerdown", (event) => {
    touched = event.target.closest(".choice") ? performance.now() : 0;
  });
  form.addEventListener("keydown", () => { touched = 0; });
  form.addEventListener("click", (event) => {
    const chosen = event.target.matches('input[type="radio"]');
    if (!chosen || going || !touched || performance.now() - touched > RECENT_MS) return;
    going = true;
    setTimeout(() => form.requestSubmit(form.querySelector('button[type="submit"]')), SEE_IT_MS);
  });
  // Two taps on a button send once; a page brought back by "Back" can be sent again.
  form.addEventListener("submit", () => { going = true; });
  window.addEventListener("pageshow", () => { going = false; });
});
