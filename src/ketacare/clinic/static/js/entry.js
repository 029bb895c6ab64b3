// One entry of a form: what was typed into it, and sending it once with its key and its time.

import { clock } from "./live.js";
import { newKey } from "./keeping.js";

const cookie = (name) =>
  document.cookie.split("; ").find((part) => part.startsWith(`${name}=`))?.slice(name.length + 1);
export const token = () =>
  cookie("csrftoken") ?? document.querySelector('input[name="csrfmiddlewaretoken"]')?.value ?? "";

// What was typed, as the person reads it: [label, value] of every field that holds something.
function typed(form, button) {
  const found = [];
  for (const field of form.elements) {
    if (field.type === "hidden" || !field.name || field.tagName === "BUTTON") continue;
    const choice = field.type === "radio" || field.type === "checkbox";
    if (choice ? !field.checked : !field.value.trim()) continue;
    const own = field.labels?.[0]?.textContent.trim() ?? field.name;
    const group = field.closest("fieldset")?.querySelector("legend")?.textContent.trim();
    found.push(choice ? [group ?? "", own] : [own, field.value]);
  }
  if (button?.name) found.push(["", button.innerText.trim().replace(/\s+/g, " ")]);
  return found;
}

// The entry a form makes when it is sent now.
export function entryOf(form, button, { whose, note }) {
  const fields = [...new FormData(form, button)].filter(
    ([name, value]) => name !== "csrfmiddlewaretoken" && typeof value === "string",
  );
  return {
    key: newKey(), url: form.dataset.entry, title: form.dataset.entryTitle, whose, note, fields,
    typed: typed(form, button), at: Date.now(), ahead: clock(),
  };
}

// Send one entry; return what became of it: done, refused, asks (for a password) or away.
export async function send(entry, { user, gone, kept, patience }) {
  const body = new FormData();
  for (const [name, value] of entry.fields) body.append(name, value);
  body.set("entry_key", entry.key);
  body.set("entry_for", user);
  body.set("entry_kept", kept ? "1" : "0");
  body.set("entry_at", entry.at);
  body.set("entry_ahead", entry.ahead ?? "");
  body.set("entry_sent_at", Date.now());
  try {
    const answer = await fetch(entry.url, {
      method: "POST", body, redirect: "manual", signal: AbortSignal.timeout(patience),
      headers: { "X-CSRFToken": token(), Accept: "application/json" },
    });
    if (answer.status >= 500) return { away: true };
    const isJson = answer.headers.get("Content-Type")?.startsWith("application/json");
    const said = isJson ? await answer.json() : null;
    if (answer.ok && said) return { done: said };
    if (said?.refused) return { refused: said.refused };
    return answer.status === 404 ? { refused: gone } : { asks: true };
  } catch {
    return { away: true };
  }
}
