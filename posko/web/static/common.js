// What every page has: its texts, the link to the server, orders, and safe ways to show what came from outside.
//
// The server's View is the only truth. Values go into the page as text, never as markup.

export const data = JSON.parse(document.getElementById("data").textContent);
export const byId = (id) => document.getElementById(id);
const PULSE_S = 12; // without a word from the server for so long, the page counts as not connected
const FIRST_S = 6; // so long the page itself counts as fresh, until the first word
const POST_S = 15;
const RETRY_MS = 2000;

/** The text `name` in the page's language, with `values` in its places. */
export function t(name, values = {}) {
  const found = data.texts[name] ?? name;
  return found.replace(/\{(\w+)\}/g, (whole, key) => (key in values ? String(values[key]) : whole));
}

/** An element with attributes (a function listens to the event of its name) and children, strings as text. */
export function h(tag, attributes = {}, ...children) {
  const svg = ["svg", "use", "path", "circle", "rect", "line", "g", "text", "title", "polygon"].includes(tag);
  const made = svg ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") made.addEventListener(name, value);
    else made.setAttribute(name, value === true ? "" : String(value));
  }
  made.append(...children.filter((each) => each !== null && each !== undefined && each !== ""));
  return made;
}

/** Shows `text` in `element`, unless it stands there: what has not changed is not announced again. */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Brings the children of `parent` in line with `items`, keeping the elements of the same key: focus and taps survive. */
export function sync(parent, items, key, make, update) {
  const old = new Map([...parent.children].map((each) => [each.dataset.key, each]));
  let before = parent.firstElementChild;
  for (const item of items) {
    const name = key(item);
    let element = old.get(name);
    if (element === undefined) {
      element = make(item);
      element.dataset.key = name;
    }
    old.delete(name);
    if (element === before) before = before.nextElementSibling;
    else parent.insertBefore(element, before);
    update?.(element, item);
  }
  for (const gone of old.values()) gone.remove();
}

/** The pictogram of an incident. */
export function picture(incident) {
  const name = data.pictures.includes(incident) ? incident : "lainnya";
  return h("svg", { class: "picture", "aria-hidden": "true" }, h("use", { href: `/static/ikon.svg#${name}` }));
}

/** A length of time, short: "9 dtk", "4 mnt 5 dtk", "2 jam". */
export function length(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 60) return t("length_s", { n: whole });
  if (whole < 3600) return t("length_min", { m: Math.floor(whole / 60), s: whole % 60 });
  return t("length_h", { n: Math.floor(whole / 3600) });
}

export const ago = (seconds) => (seconds < 5 ? t("just_now") : t("ago", { length: length(seconds) }));

/** The date and time of day of an instant in the district's zone, whatever this phone is set to: read by getUTC…. */
export const there = (epoch_s) => new Date((epoch_s + 3600 * (data.view?.district?.zone?.hours ?? 0)) * 1000);

/** The day of an instant, as the page's language writes it. */
export const day = (epoch_s, parts) =>
  there(epoch_s).toLocaleDateString(data.language === "id" ? "id-ID" : "en-GB", { ...parts, timeZone: "UTC" });

/** The time of day of an instant in seconds since the epoch, as the page's language writes it. */
export function clock(epoch_s, withSeconds = false) {
  const at = there(epoch_s);
  const parts = [at.getUTCHours(), at.getUTCMinutes(), ...(withSeconds ? [at.getUTCSeconds()] : [])];
  return parts.map((each) => String(each).padStart(2, "0")).join(data.language === "id" ? "." : ":");
}

/** A name that nobody else has given: 20 random hexadecimal digits. */
export function identifier() {
  const bytes = crypto.getRandomValues(new Uint8Array(10));
  return `hp-${[...bytes].map((each) => each.toString(16).padStart(2, "0")).join("")}`;
}

let toastTimer = 0;
/** A short message at the foot of the screen, announced. */
export function toast(text) {
  say(byId("toast"), text);
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => say(byId("toast"), ""), 8000);
}

/** Asks in a dialog; the answer is true for yes. Cancel has the focus. */
export function ask(text, yes, more = "") {
  const box = byId("ask");
  say(byId("ask-text"), text);
  say(byId("ask-more"), more);
  byId("ask-more").hidden = more === "";
  say(byId("ask-yes"), yes);
  return new Promise((answer) => {
    box.returnValue = "";
    box.addEventListener("close", () => answer(box.returnValue === "yes"), { once: true });
    box.showModal();
  });
}

const csrf = () => document.querySelector('meta[name="csrf"]');

async function send(path, body) {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), POST_S * 1000);
  const response = await fetch(path, {
    method: "POST", body: JSON.stringify(body), credentials: "same-origin",
    headers: { "Content-Type": "application/json", "X-CSRF": csrf().content }, signal: patience.signal,
  }).finally(() => clearTimeout(timer));
  let found = {};
  try {
    found = await response.json();
  } catch {
    // A proxy's own page is no answer of ours; its status is.
  }
  return { ok: response.ok, status: response.status, body: found, why: found.salah ?? String(response.status) };
}

/** True if this page's token was an old one: it was opened without a network, or before another login. */
async function freshToken() {
  const page = await (await fetch(location.pathname, { credentials: "same-origin", cache: "no-store" })).text();
  const found = new DOMParser().parseFromString(page, "text/html").querySelector('meta[name="csrf"]');
  if (!found || found.content === csrf().content) return false;
  csrf().content = found.content;
  return true;
}

/** Posts `body`; {ok, status, body, why}. Status 0: nobody answered. A stale token is renewed, once. */
export async function post(path, body) {
  try {
    const answer = await send(path, body);
    return answer.status === 403 && (await freshToken()) ? await send(path, body) : answer;
  } catch {
    return { ok: false, status: 0, body: {}, why: t("no_answer") };
  }
}

/** Posts an order, and shows why it failed. True if it was taken. */
export async function order(path, body) {
  const answer = await post(path, body);
  if (!answer.ok) toast(t("failed", { why: answer.why }));
  return answer.ok;
}

/**
 * Follows the server's View. `show(view, fresh)` is called for each, and once a second: `view.lag_s` is how old it is.
 * Silence of PULSE_S, or the phone without a network: `fresh` is false.
 */
export function follow(show) {
  let view = data.view;
  let received = performance.now() - (PULSE_S - FIRST_S) * 1000;
  let fresh = Math.abs(Date.now() / 1000 - view.now) < PULSE_S; // not one that the phone kept from last time
  let isFirst = true;
  let source = null;
  let retry = 0;

  const tick = () => {
    fresh = fresh && performance.now() - received < PULSE_S * 1000;
    view.lag_s = isFirst ? 0 : (performance.now() - received) / 1000;
    showLink(view, fresh, isFirst);
    show(view, fresh);
  };
  const take = (text) => {
    const found = JSON.parse(text);
    for (const name of ["district", "incidents"]) found[name] ??= view[name];
    view = found;
    received = performance.now();
    fresh = true;
    isFirst = false;
    tick();
  };
  const connect = () => {
    clearTimeout(retry);
    source?.close();
    source = new EventSource("/api/kejadian");
    source.addEventListener("keadaan", (event) => take(event.data));
    source.addEventListener("selesai", () => { // revoked, or logged out elsewhere; or the server ends
      source.close();
      fresh = false;
      checkSession();
    });
    source.addEventListener("error", () => {
      if (source.readyState !== EventSource.CLOSED) return;
      retry = setTimeout(checkSession, RETRY_MS);
    });
  };
  const checkSession = async () => {
    try {
      const answer = await fetch("/api/keadaan", { credentials: "same-origin", cache: "no-store" });
      if (answer.status === 401) return sessionOver();
      if (answer.ok) take(await answer.text());
    } catch {
      // Nobody answers; the next attempt follows.
    }
    retry = setTimeout(connect, RETRY_MS);
  };
  addEventListener("online", connect);
  addEventListener("offline", () => { fresh = false; tick(); });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && performance.now() - received > PULSE_S * 1000) connect();
  });
  setInterval(() => {
    if (performance.now() - received > 2 * PULSE_S * 1000 && source?.readyState === EventSource.OPEN) {
      received = performance.now() - PULSE_S * 1000;
      connect(); // a link that is open and silent is dead
    }
    tick();
  }, 1000);
  tick();
  connect();
}

/** Whether what is in force is known. Before broker and hub have said so nobody may read "no alarm". */
export const isKnown = (view, fresh) => fresh && view.known === true;

/** In `element`: that nothing is in force, or that nobody knows; hidden while there is something to see. */
export function showQuiet(element, isEmpty, known, text) {
  element.hidden = !isEmpty;
  element.classList.toggle("calm", known);
  element.classList.toggle("bad", !known);
  say(element, known ? text : t("state_unknown"));
}

function sessionOver() {
  byId("trouble").hidden = false;
  say(byId("trouble"), t("session_over"));
  document.body.dataset.session = "over";
  dispatchEvent(new Event("sesi-berakhir"));
  setTimeout(() => location.replace("/masuk"), 2500);
}

function showLink(view, fresh, isFirst) {
  const up = fresh && view.link?.up !== false;
  byId("link").dataset.state = !up ? "down" : isFirst ? "wait" : "up";
  say(byId("link-text"), !fresh ? t("not_linked") : !up ? t("broker_off") : isFirst ? t("linking") : t("linked"));
  const trouble = byId("trouble");
  if (document.body.dataset.session === "over") return;
  let text = "";
  if (!fresh) text = t("not_linked_what", { time: clock(view.now) });
  else if (view.link && !view.link.up) text = t("broker_down");
  else if (view.hub === "silent") text = t("hub_silent");
  say(trouble, text);
  trouble.hidden = text === "";
}

/** The list of whom to call: the district's numbers, then the posts' of `villages` (all where there are none). */
export function phones(list, district, villages = []) {
  const found = Object.entries(district.phones ?? {}).filter(([, number]) => number)
    .map(([name, number]) => [t(`phone_${name}`), number]);
  for (const each of district.posts ?? []) {
    if (each.phone && (villages.length === 0 || villages.includes(each.village))) found.push([each.name, each.phone]);
  }
  if (found.length === 0) found.push([t("no_numbers"), "110"]);
  sync(list, found, ([name, number]) => `${name}/${number}`, ([name, number]) =>
    h("li", {}, h("a", { class: "tel", href: `tel:${number.replace(/[^+\d]/g, "")}` }, h("span", {}, name), h("span", {}, number))));
}

/** A post's number as a link, or nothing. */
export const telephone = (number) => number && h("a", { class: "tel", href: `tel:${number.replace(/[^+\d]/g, "")}` }, number);

/** Where somebody is, as a link that the phone's own map opens. */
export function mapLink(place) {
  if (!place) return null;
  const at = `${Number(place.lat).toFixed(5)},${Number(place.lon).toFixed(5)}`;
  return h("p", {}, h("a", { href: `geo:${at}?q=${at}` }, t("place", { m: Math.round(place.accuracy_m ?? 0) })), ` ${at}`);
}

function logOut() {
  byId("log-out")?.addEventListener("click", async () => {
    if (!(await ask(t("log_out_sure"), t("log_out")))) return;
    const answer = await post("/keluar", {});
    if (!answer.ok && answer.status !== 401) return toast(t("failed", { why: answer.why }));
    await forgetPages();
    location.replace("/masuk");
  });
}

/** Whoever logs out leaves no page of his own on the phone. */
export async function forgetPages() {
  if ("caches" in window) for (const name of await caches.keys()) await caches.delete(name);
}

if ("serviceWorker" in navigator && isSecureContext) navigator.serviceWorker.register("/sw.js").catch(() => {});
logOut();
