// Entries of an infusion page that survive the loss of the server: a form with data-entry is sent with a
// key of its own; what finds no server is kept on this device with its time, and sent once when it is
// back. What no longer fits then is shown back with what was typed. Without this file forms are sent as
// forms are.

import { entryOf, send } from "./entry.js";
import { Keeping, newKey } from "./keeping.js";
import { showKept } from "./kept_panel.js";

const PATIENCE_MS = 6000; // for a server that may be slow
const LOST_MS = 1500; // for one the page has lost already
const AGAIN_MS = 4000;

const place = document.querySelector("[data-keeping]");
const words = place.dataset;
const keeping = new Keeping(words);
const underway = new Set(); // keys that this page is sending for the first time
let link = "live";
let asks = false; // somebody must give the password before anything is taken
let busy = false;

// An act of one's own must not make what else waits look outdated.
async function moveOn(entry, { before, version }) {
  const session = entry.url.split("/entries/")[0];
  for (const each of await keeping.all()) {
    const field = each.fields.find(([name]) => name === "version");
    if (!field || !each.url.startsWith(session) || Number(field[1]) !== before) continue;
    field[1] = String(version);
    await keeping.put(each);
  }
}

async function show() {
  const entries = (await keeping.all()).filter(({ key }) => !underway.has(key));
  showKept(place, { entries, lasts: keeping.lasts, asks, remove, asNote });
  return entries.filter((entry) => !entry.refused);
}

const isTyping = () => document.querySelector("details.entry[open], details.offer[open]");

// Send all that waits, in the order it was made; stop where the server is away or asks who is there.
async function sendAll() {
  if (busy) return;
  busy = true;
  let taken = 0;
  try {
    for (const { key } of await show()) {
      const entry = (await keeping.all()).find((each) => each.key === key);
      if (!entry) continue; // another tab has sent it
      const found = await send(entry, { ...words, kept: true, patience: PATIENCE_MS });
      asks = Boolean(found.asks);
      if (found.away || asks) break;
      if (found.refused) {
        await keeping.put({ ...entry, refused: found.refused });
      } else {
        keeping.remove(key);
        await moveOn(entry, found.done);
        taken += 1;
      }
    }
  } finally {
    busy = false;
    await show();
  }
  if (taken && !isTyping()) location.assign(words.page);
}

async function remove(key) {
  keeping.remove(key);
  await show();
}

// What was not accepted goes into the log as a note, in the words it was entered with.
async function asNote(entry, text) {
  const { key, ...rest } = entry;
  const note = { ...rest, key: newKey(), url: entry.note, title: words.noteTitle };
  delete note.refused;
  await keeping.put({ ...note, fields: [["words", text]], typed: [["", text]] });
  keeping.remove(key);
  await sendAll();
}

function sendAsForm(form, button) {
  if (button?.name) {
    const field = Object.assign(document.createElement("input"), { type: "hidden" });
    form.append(Object.assign(field, { name: button.name, value: button.value }));
  }
  HTMLFormElement.prototype.submit.call(form); // and the page that follows says what is wrong
}

document.addEventListener("submit", async (event) => {
  const { target: form, submitter } = event;
  if (!form.matches("form[data-entry]")) return;
  event.preventDefault();
  if (form.dataset.sending) return; // two taps are one entry
  form.dataset.sending = "1";
  const entry = entryOf(form, submitter, words);
  underway.add(entry.key);
  await keeping.put(entry); // before it is sent: a tab that ends now has lost nothing
  const found = await send(entry, {
    ...words, kept: false, patience: link === "live" ? PATIENCE_MS : LOST_MS,
  });
  underway.delete(entry.key);
  if (!found.away) keeping.remove(entry.key);
  if (found.done) return location.assign(words.page);
  if (!found.away) return sendAsForm(form, submitter);
  delete form.dataset.sending;
  form.reset();
  form.closest("details")?.removeAttribute("open");
  await show();
  place.scrollIntoView({ block: "nearest" });
});

document.addEventListener("ketacare:link", ({ detail }) => {
  link = detail;
  if (link === "live") sendAll();
});
window.addEventListener("online", sendAll);
window.addEventListener("beforeunload", (event) => {
  if (!keeping.lasts && keeping.here.size) event.preventDefault();
});
setInterval(async () => { if ((await show()).length) sendAll(); }, AGAIN_MS);
sendAll();
