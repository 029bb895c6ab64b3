// A button that copies a text. Without JavaScript the text can be selected by hand.

document.querySelectorAll("[data-copy]").forEach((box) => {
  const button = box.querySelector("[data-copy-button]");
  const text = box.querySelector("[data-copy-text]");
  const done = box.querySelector("[data-copy-done]");
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text.value);
      done.textContent = done.dataset.words;
    } catch {
      text.focus();
      text.select(); // the person copies with the keyboard
    }
  });
});
