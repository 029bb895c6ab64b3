// What is kept on this device until the server has it: each entry apart, encrypted with a key that only
// the pages of its person get from the server and that is never stored here. Where the browser cannot
// encrypt or store (an address without https), entries live in this tab alone, and the page says so.

const PREFIX = "ketacare.kept.";
const FORGOTTEN_MS = 7 * 24 * 3600 * 1000; // nobody came back for it; the server took it for a day only

const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)));

// Everything stored, as [name in the storage, whose, when, and the closed rest].
function stored() {
  try {
    return Object.keys(localStorage)
      .filter((name) => name.startsWith(PREFIX))
      .map((name) => [name, JSON.parse(localStorage.getItem(name))])
      .filter(([, row]) => row);
  } catch {
    return [];
  }
}

const mine = (user) => stored().filter(([name]) => name.startsWith(`${PREFIX}${user}.`));

// How many entries of this person wait here; and forgetting them, when the person signs out.
export const waitingOf = (user) => mine(user).length;
export const forget = (user) => mine(user).forEach(([name]) => localStorage.removeItem(name));

// Whose entries wait here beside those of this person: a name and how many.
export function others(user) {
  const found = new Map();
  for (const [name, row] of stored()) {
    if (name.startsWith(`${PREFIX}${user}.`)) continue;
    if (Date.now() - row.at > FORGOTTEN_MS) localStorage.removeItem(name);
    else found.set(row.who, (found.get(row.who) ?? 0) + 1);
  }
  return found;
}

export const newKey = () => {
  const [a, b] = [crypto.getRandomValues(new Uint8Array(16)), "0123456789abcdef"];
  a[6] = (a[6] & 0x0f) | 0x40; // a UUID of version 4, also where randomUUID is not offered
  a[8] = (a[8] & 0x3f) | 0x80;
  const hex = [...a].map((n) => b[n >> 4] + b[n & 15]).join("");
  return hex.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5");
};

export class Keeping {
  constructor({ user, who, secret }) {
    this.user = user;
    this.who = who;
    this.here = new Map(); // by key, as they were entered; the truth of this tab
    this.lasts = Boolean(crypto.subtle);
    this.secret = this.lasts
      ? crypto.subtle.importKey("raw", bytes(secret), "AES-GCM", false, ["encrypt", "decrypt"])
      : null;
  }

  name(key) {
    return `${PREFIX}${this.user}.${key}`;
  }

  async put(entry) {
    this.here.set(entry.key, entry);
    if (!this.lasts) return;
    try {
      const iv = crypto.getRandomValues(new Uint8Array(12));
      const plain = new TextEncoder().encode(JSON.stringify(entry));
      const closed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await this.secret, plain);
      if (!this.here.has(entry.key)) return; // sent meanwhile
      const row = { who: this.who, at: entry.at, iv: text(iv), closed: text(closed) };
      localStorage.setItem(this.name(entry.key), JSON.stringify(row));
    } catch {
      this.lasts = false; // the storage is full or forbidden: said by the page
    }
  }

  remove(key) {
    this.here.delete(key);
    try { localStorage.removeItem(this.name(key)); } catch { /* nothing was stored */ }
  }

  // All entries of this person, the oldest first; those of another tab or an earlier page too.
  async all() {
    const found = new Map(this.lasts ? [] : this.here);
    for (const [name, row] of this.secret ? mine(this.user) : []) {
      const key = name.slice(this.name("").length);
      try {
        const way = { name: "AES-GCM", iv: bytes(row.iv) };
        const plain = await crypto.subtle.decrypt(way, await this.secret, bytes(row.closed));
        found.set(key, JSON.parse(new TextDecoder().decode(plain)));
      } catch {
        localStorage.removeItem(name); // closed with a key the clinic no longer has: nobody can open it
      }
    }
    return [...found.values()].sort((one, other) => one.at - other.at);
  }
}
