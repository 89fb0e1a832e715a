// What was pressed and has not arrived: on this phone, until the server has it. It survives a reload.
//
//   held ──> kept here ──POST──> 202: the server's from now on
//               │  ^               4xx: refused, for good
//               └──┘ no answer, 5xx, 429 of a report: again, under the same identifier
//
// A press is sent with its age. Within one life of the page that is the larger of two: by the monotonic clock, which
// stands while some phones sleep, and by the wall clock, which may be set. After a reload only the wall clock is left,
// and that is marked. So a press is never sent as younger than it is, and never rings late.

import { post } from "./common.js";

const KEY = "kentongan.kiriman."; // each has a key of its own: two pages of one phone share them
const RETRY_MS = 3000;
const LIFE = identifierOfLife();
const FINAL = [400, 403, 404, 409, 413, 422];

function identifierOfLife() {
  return `${performance.timeOrigin}-${Math.random()}`;
}

/** The presses and reports of one person on this phone. */
export class Outbox {
  constructor(who, changed) {
    this.who = who;
    this.isKept = true; // whether this phone could write the last one down
    this.items = this.#read();
    this.changed = changed;
    this.busy = new Set();
    addEventListener("online", () => this.deliver());
    setInterval(() => this.deliver(), RETRY_MS);
  }

  /** Keeps {path, body} and sends it at once. `shown` is what the page shows of it. */
  add(path, body, shown) {
    const item = { path, body, shown, who: this.who, wall_ms: Date.now(), mono_ms: performance.now(), life: LIFE };
    this.items.push(item);
    this.#keep(item);
    this.changed();
    this.deliver();
    return item;
  }

  /** Takes `item` out: what was not sent yet never will be; what is on its way is withdrawn once it has arrived. */
  remove(item) {
    this.items = this.items.filter((each) => each !== item);
    this.#forget(item);
    this.changed();
  }

  /** How long ago it was pressed, in seconds; and whether by the wall clock alone. */
  age(item) {
    const wall_s = Math.max(0, (Date.now() - item.wall_ms) / 1000);
    if (item.life !== LIFE) return { age_s: wall_s, by_clock: true };
    return { age_s: Math.max(wall_s, (performance.now() - item.mono_ms) / 1000), by_clock: false };
  }

  deliver() {
    for (const item of this.items) {
      if (item.answer === undefined && !this.busy.has(item)) this.#send(item);
    }
  }

  async #send(item) {
    this.busy.add(item);
    const { age_s } = this.age(item);
    const answer = await post(item.path, { ...item.body, ...(item.tried || age_s > 1 ? { age_s: Math.round(age_s * 10) / 10 } : {}) });
    item.tried = true;
    this.busy.delete(item);
    const isFinal = answer.ok || FINAL.includes(answer.status) || (answer.status === 429 && item.path === "/api/alarm");
    if (isFinal) {
      item.answer = { ok: answer.ok, status: answer.status, why: answer.why };
      this.#forget(item);
    } else item.why = answer.status === 0 ? "" : answer.why;
    this.changed(item);
  }

  #read() {
    const found = [];
    try {
      for (const key of Object.keys(localStorage).filter((each) => each.startsWith(KEY))) {
        const item = JSON.parse(localStorage.getItem(key));
        if (item.who === this.who) found.push(item);
      }
    } catch {
      // The phone gives nothing back: there is nothing to send.
    }
    return found;
  }

  #keep(item) {
    try {
      localStorage.setItem(KEY + item.body.identifier, JSON.stringify(item));
      this.isKept = true;
    } catch {
      this.isKept = false; // full, or forbidden
    }
  }

  #forget(item) {
    try {
      localStorage.removeItem(KEY + item.body.identifier);
    } catch {
      // It was not kept.
    }
  }
}
