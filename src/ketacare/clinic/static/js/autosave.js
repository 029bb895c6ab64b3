// Keeps what is typed: a form with data-autosave is sent there as a draft a moment after each
// change. When the session has ended the text stays on the page, the person is told, and sending
// goes on after a new sign-in in another tab.

const PAUSE_MS = 800;
const RETRY_MS = 10000;

const cookie = (name) =>
  document.cookie.split("; ").find((part) => part.startsWith(`${name}=`))?.slice(name.length + 1);

// The line that says "kept" stands above the buttons; without this script there is nothing to say.
function addLine(form) {
  const line = document.createElement("p");
  line.className = "autosave";
  line.setAttribute("role", "status");
  line.dataset.autosaveState = "";
  const buttons = form.querySelector(".button-row");
  if (buttons?.parentNode === form) form.insertBefore(line, buttons);
  else form.append(line);
  return line;
}

function keep(form) {
  let timer = 0;
  let sending = null;
  let sent = false;
  let dirty = false;
  const line = form.querySelector("[data-autosave-state]") ?? addLine(form);
  // A page that answered a form that was not right yet would send that form again when it is
  // reloaded, over the newer draft. Asked for as an address, it comes back with the draft instead.
  const target = form.getAttribute("action") ?? location.pathname;
  if (target === location.pathname) history.replaceState(history.state, "", location.href);

  const say = (text, trouble) => {
    line.textContent = text;
    line.toggleAttribute("data-trouble", Boolean(trouble));
  };

  const later = (pause) => {
    clearTimeout(timer);
    timer = setTimeout(save, pause);
  };

  async function save() {
    if (sent) return;
    sending?.abort();
    sending = new AbortController();
    const token = cookie("csrftoken");
    const field = form.querySelector('input[name="csrfmiddlewaretoken"]');
    if (token && field && line.hasAttribute("data-trouble")) field.value = token;
    const body = new FormData(form);
    for (const [name, value] of [...body]) if (value instanceof File) body.delete(name);
    body.set("draft_key", form.dataset.draftKey);
    dirty = false;
    try {
      const answer = await fetch(form.dataset.autosave, {
        method: "POST",
        body,
        headers: { "X-Autosave": "1", "X-CSRFToken": token ?? field?.value ?? "" },
        signal: sending.signal,
        redirect: "error",
      });
      if (answer.ok) {
        say((await answer.text()).trim(), false);
      } else if (answer.status === 401 || answer.status === 403) {
        dirty = true;
        say(form.dataset.signedOut, true);
        later(RETRY_MS);
      } else {
        say((await answer.text()).trim().slice(0, 200), true);
      }
    } catch (error) {
      if (error.name === "AbortError") return;
      dirty = true;
      say(form.dataset.offline, true);
      later(RETRY_MS);
    }
  }

  form.addEventListener("input", () => { dirty = true; sent = false; later(PAUSE_MS); });
  form.addEventListener("change", () => { dirty = true; sent = false; later(PAUSE_MS); });
  form.addEventListener("submit", () => { sent = true; clearTimeout(timer); sending?.abort(); });
  document.addEventListener("visibilitychange", () => { if (dirty && !sent) save(); });
  window.addEventListener("online", () => { if (dirty && !sent) save(); });
  window.addEventListener("beforeunload", (event) => { if (dirty && !sent) event.preventDefault(); });
}

const start = (root) => root.querySelectorAll("form[data-autosave]:not([data-kept])").forEach((form) => {
  form.dataset.kept = "1";
  keep(form);
});

start(document);
document.body.addEventListener("htmx:afterSwap", (event) => start((event.detail.target ?? event.target).parentNode ?? document));
