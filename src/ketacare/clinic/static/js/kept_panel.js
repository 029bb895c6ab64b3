// Shows what is kept on this device: what waits for the server, what was not accepted, and that entries of
// another person wait. It shows nothing of theirs.

import { others } from "./keeping.js";

const make = (tag, className, words) => {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (words !== undefined) made.textContent = words;
  return made;
};

const clockOf = (entry) =>
  new Date(entry.at - (entry.ahead ?? 0)).toLocaleTimeString("en-GB", { timeZone: zone });
const saidOf = (entry) => entry.typed.map(([label, value]) => (label ? `${label} ${value}` : value)).join("; ");

let zone;
let shown = "";

function rowOf(entry, { place, remove, asNote }) {
  const row = make("li", "kept__entry");
  const here = entry.whose === place.dataset.whose ? "" : `${entry.whose}: `;
  row.append(make("strong", "", `${here}${entry.title}, ${clockOf(entry)}`));
  const said = saidOf(entry);
  if (said) row.append(make("span", "kept__typed", said));
  if (!entry.refused) return row;
  row.classList.add("kept__entry--refused");
  row.append(make("span", "kept__why", `${place.dataset.refused} ${entry.refused}`));
  const buttons = make("span", "button-row");
  const note = make("button", "button button--secondary", place.dataset.asNote);
  const words = `${entry.title}, ${clockOf(entry)}: ${said} (${place.dataset.refused} ${entry.refused})`;
  note.type = "button";
  note.addEventListener("click", () => asNote(entry, words));
  const away = make("button", "button button--quiet", place.dataset.remove);
  away.type = "button";
  away.addEventListener("click", () => remove(entry.key));
  if (!entry.url.endsWith("/do/note/")) buttons.append(note);
  buttons.append(away);
  row.append(buttons);
  return row;
}

export function showKept(place, { entries, lasts, asks, remove, asNote }) {
  zone = place.dataset.zone;
  const strangers = [...others(place.dataset.user)];
  const now = JSON.stringify([entries, lasts, asks, strangers]);
  if (now === shown) return;
  shown = now;
  const waiting = entries.filter((entry) => !entry.refused);
  const refused = entries.filter((entry) => entry.refused);
  const words = place.dataset;
  const parts = [];
  const list = (rows) => {
    const made = make("ul", "kept__list");
    made.append(...rows.map((entry) => rowOf(entry, { place, remove, asNote })));
    return made;
  };
  if (waiting.length) {
    parts.push(make("p", "kept__title", words.waiting), list(waiting));
    parts.push(make("p", "small", lasts ? words.lasts : words.fleeting));
    if (asks) {
      const line = make("p");
      const way = make("a", "button button--secondary", words.signIn);
      way.href = words.page;
      line.append(way);
      parts.push(line);
    }
  }
  if (refused.length) parts.push(make("p", "kept__title", words.notTaken), list(refused));
  for (const [who, n] of strangers) {
    parts.push(make("p", "small", words.others.replaceAll("%who", who).replace("%n", n)));
  }
  place.replaceChildren(...parts);
  place.hidden = !parts.length;
}
