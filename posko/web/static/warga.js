// The resident's page: hold a button, follow the alarm, withdraw it, report without a siren.

import { ago, ask, byId, data, follow, h, identifier, phones, post, say, sync, t, toast } from "./common.js";
import { holdable } from "./hold.js";
import { Outbox } from "./outbox.js";
import { whereabouts } from "./where.js";

const WITHDRAW_S = 20;
let view = data.view;
let fresh = true;
let isTwoSteps = false;
const ENDED = ["berakhir", "ditolak", "terlambat"];
const ENDED_S = 600; // how long after the press one that is over is shown; what never rang, until it is put away
const CLOSED = "kentongan.tutup";
const closed = readClosed(); // presses that the person has put away
const withdrawals = new Map(); // by identifier: "busy", "done", or why not
const where = whereabouts();
const outbox = new Outbox(view.me.name, (item) => arrived(item));

const village = () => byId("village").value || view.me.villages[0] || view.district.villages[0]?.slug;
const villageName = (slug) => view.district.villages.find((each) => each.slug === slug)?.name ?? (slug === "semua" ? t("everywhere") : slug);

function press(incident, label) {
  navigator.vibrate?.([200, 100, 200]);
  const body = { village: village(), incident, identifier: identifier(), ...where.body() };
  outbox.add("/api/alarm", body, { label, village: body.village });
  toast(outbox.isKept ? "" : t("storage_full")); // "nothing was sent", of an attempt before, holds no longer
  byId("mine").scrollIntoView({ block: "start" });
}

function arrived(item) {
  if (item && withdrawals.get(item.body.identifier) === "wanted") {
    outbox.remove(item);
    withdrawFromServer(item.body);
  }
  if (item?.path === "/api/lapor" && item.answer) {
    toast(item.answer.ok ? t("report_sent") : t("failed", { why: item.answer.why }));
    outbox.remove(item);
  }
  show(view, fresh);
}

function watchButtons() {
  const ring = byId("holding");
  for (const button of document.querySelectorAll(".hold")) {
    const { incident, label } = button.dataset;
    const confirm = async () => {
      if (await ask(t("sure", { incident: label, village: villageName(village()) }), t("send_alarm"))) press(incident, label);
    };
    holdable(button, {
      isEnabled: () => !isTwoSteps,
      begin: () => {
        say(byId("holding-what"), label);
        ring.hidden = false;
        ring.classList.add("held-ring");
      },
      done: () => { endRing(ring); press(incident, label); },
      early: (why) => { endRing(ring); toast(t(why === "released" ? "released" : "broken_off")); },
      tapped: confirm,
    });
  }
  byId("two-steps").addEventListener("click", () => {
    isTwoSteps = !isTwoSteps;
    byId("two-steps").setAttribute("aria-pressed", String(isTwoSteps));
    say(byId("two-steps"), t(isTwoSteps ? "hold_again" : "two_steps"));
    say(byId("hold-hint"), t(isTwoSteps ? "two_steps_on" : "hold_hint"));
  });
}

function endRing(ring) {
  ring.hidden = true;
  ring.classList.remove("held-ring");
}

/** The presses to show, newest first: those on this phone, then the server's. */
function presses() {
  const known = new Map((view.presses ?? []).map((each) => [each.identifier, { ...each, age_s: each.age_s + view.lag_s,
    cancel_s: (each.cancel_s ?? 0) - view.lag_s }]));
  for (const item of outbox.items.filter((each) => each.path === "/api/alarm")) {
    const name = item.body.identifier;
    if (known.has(name)) {
      if (item.answer) queueMicrotask(() => outbox.remove(item));
      continue;
    }
    const { age_s, by_clock } = outbox.age(item);
    known.set(name, { identifier: name, ...item.shown, incident: item.body.incident, age_s, by_clock, item,
      state: stateOf(item), why: item.answer?.why ?? item.why, cancel_s: WITHDRAW_S - age_s });
  }
  return [...known.values()]
    .filter((each) => !closed.has(each.identifier) && (each.state !== "berakhir" || each.age_s < ENDED_S))
    .sort((a, b) => a.age_s - b.age_s).slice(0, 3);
}

function readClosed() {
  try {
    return new Set(JSON.parse(localStorage.getItem(CLOSED) ?? "[]"));
  } catch {
    return new Set();
  }
}

function putAway(name) {
  closed.add(name);
  try {
    localStorage.setItem(CLOSED, JSON.stringify([...closed].slice(-50)));
  } catch {
    // Until the next reload, then.
  }
  show(view, fresh);
}

function stateOf(item) {
  if (item.answer === undefined) return "lokal";
  if (item.answer.ok) return "disimpan";
  return item.answer.status === 409 ? "terlambat" : "ditolak";
}

function withdraw(each) {
  if (each.state === "lokal" && !outbox.busy.has(each.item)) {
    outbox.remove(each.item);
    toast(t("withdrawn_here"));
    return;
  }
  withdrawals.set(each.identifier, "wanted");
  if (each.state !== "lokal") withdrawFromServer(each); // what is on its way is withdrawn once it is answered
  show(view, fresh);
}

/** Asks until the server answers: it decides whether it is soon enough. */
async function withdrawFromServer({ village, incident, identifier: name }) {
  withdrawals.set(name, "busy");
  const answer = await post("/api/aman", { village, incident, identifier: name });
  if (answer.status === 0 || answer.status >= 500) {
    setTimeout(() => withdrawFromServer({ village, incident, identifier: name }), 2000);
    return;
  }
  withdrawals.set(name, answer.ok ? "done" : answer.why);
  if (answer.status === 400) toast(t("withdrawn_here")); // the server never had it
  show(view, fresh);
}

const ORDER = ["lokal", "disimpan", "terkirim", "dicatat", "berbunyi", "petugas"];

/** The four lines on an alarm's way: [class, text]. */
function way(each) {
  const at = ORDER.indexOf(each.state);
  const isRecorded = at >= 3 || each.state === "berakhir";
  const rings = each.rings ?? 0;
  const of = each.of ?? 0;
  const isSent = at >= 1 || each.state === "berakhir";
  const bells = rings >= of ? "done" : "part";
  const officer = each.step === "diterima" ? "part" : "done";
  const lines = [
    isSent ? ["done", t("sent")] : ["", t("sending")],
    isRecorded ? ["done", t("recorded")] : ["", t("waits_recorded")],
    of > 0 && rings > 0 ? [bells, t("rings", { n: rings, of })] : ["", t("waits_rings")],
    each.step ? [officer, t(`officer_${each.step}`)] : ["", t("waits_officer")],
  ];
  return each.state === "berakhir" ? lines.filter(([kind]) => kind !== "") : lines; // nothing is waited for any more
}

function makePress(each) {
  return h("article", { class: "box press" },
    h("h2", {}, `${each.label}, ${villageName(each.village)}`),
    h("p", { class: "facts" }),
    h("p", { class: "alert", role: "alert" }),
    h("ul", { class: "way", "aria-live": "polite" }),
    h("div", { class: "row" },
      h("button", { type: "button", class: "danger wrong" }),
      h("button", { type: "button", class: "quiet put-away", click: () => putAway(each.identifier) }, t("close"))));
}

function updatePress(box, each) {
  const [facts, alert, list, row] = [box.children[1], box.children[2], box.children[3], box.children[4]];
  const withdrawal = withdrawals.get(each.identifier);
  const isBad = ["ditolak", "terlambat", "lokal"].includes(each.state) && withdrawal !== "done";
  box.classList.toggle("bad", isBad && (each.state !== "lokal" || !fresh));
  say(facts, ago(each.age_s) + (each.by_clock ? ` (${t("by_clock")})` : ""));
  let text = "";
  if (withdrawal === "done") text = t("withdrawn");
  else if (withdrawal === "busy" || withdrawal === "wanted") text = t("withdrawing");
  else if (withdrawal) text = t("not_withdrawn", { why: withdrawal });
  else if (each.state === "lokal" && (!fresh || each.item?.tried)) text = each.why ? `${t("kept_here")} (${each.why})` : t("kept_here");
  else if (each.state === "terlambat") text = t("late");
  else if (each.state === "ditolak") text = t("refused", { why: each.why });
  else if (each.state === "berakhir") text = t("over");
  say(alert, text);
  const isHere = each.state === "lokal" && text !== "";
  const lines = isHere || withdrawal === "done" || ["ditolak", "terlambat"].includes(each.state) ? [] : way(each);
  lines.forEach(([kind, line], at) => {
    const item = list.children[at] ?? list.appendChild(h("li"));
    if (item.className !== kind) item.className = kind;
    say(item, line);
  });
  while (list.children.length > lines.length) list.lastChild.remove();
  const wrong = row.querySelector(".wrong");
  const left = Math.ceil(each.cancel_s);
  wrong.hidden = left <= 0 || withdrawal !== undefined || ENDED.includes(each.state);
  say(wrong, t("wrong_press", { s: Math.max(0, left) }));
  wrong.onclick = () => withdraw(each);
  row.querySelector(".put-away").hidden = !wrong.hidden || each.state === "lokal";
}

function showAround() {
  const mine = new Set(presses().map((each) => each.identifier));
  const near = (view.alarms ?? []).filter((each) => !mine.has(each.identifier));
  byId("around-box").hidden = near.length === 0;
  sync(byId("around"), near, (each) => `${each.village}/${each.incident}/${each.identifier}`,
    () => h("li", {}, h("span"), " ", h("small")),
    (line, each) => {
      const exercise = each.exercise ? `${t("exercise")} ` : "";
      say(line.children[0], `${exercise}${each.label}, ${each.village_name}`);
      say(line.children[1], ` ${ago(each.age_s + view.lag_s)}`);
    });
}

function showReports() {
  const known = new Set((view.reports ?? []).map((each) => each.identifier));
  const waiting = outbox.items.filter((each) => each.path === "/api/lapor" && !known.has(each.body.identifier))
    .map((each) => ({ ...each.body, age_s: outbox.age(each).age_s - view.lag_s, waits: each.why || t(each.tried ? "report_kept" : "sending") }));
  const mine = [...waiting.reverse(), ...(view.reports ?? [])];
  byId("reports-box").hidden = mine.length === 0;
  sync(byId("reports"), mine, (each) => each.identifier, (each) => h("li", { class: `card ${each.severity}` }, h("p", { class: "note" }, each.text), h("p", { class: "facts" })),
    (card, each) => say(card.children[1], `${ago(each.age_s + view.lag_s)} · ${each.waits ?? (each.step ? t(`step_${each.step}`) : t("nobody_yet"))}`));
}

function show(found, isFresh) {
  view = found;
  view.lag_s ??= 0;
  fresh = isFresh;
  const isStuck = presses().some((each) => each.state === "lokal" && each.item.tried); // whatever else still arrives
  byId("offline").hidden = fresh && !isStuck;
  sync(byId("mine"), presses(), (each) => each.identifier, makePress, updatePress);
  showAround();
  showReports();
}

function prepare() {
  const own = view.me.villages.length ? view.me.villages : view.district.villages.map((each) => each.slug);
  byId("village").append(...own.map((slug) => h("option", { value: slug }, villageName(slug))));
  byId("village-choice").hidden = own.length < 2;
  for (const list of ["phones", "offline-phones"]) phones(byId(list), view.district, own);
  byId("insecure").hidden = isSecureContext;
  byId("report").addEventListener("submit", (event) => {
    event.preventDefault();
    const text = byId("report-text").value.trim();
    if (!text) return toast(t("report_empty"));
    const severity = new FormData(byId("report")).get("severity");
    const { place } = where.body();
    toast(fresh ? "" : t("report_kept"));
    outbox.add("/api/lapor", { village: village(), identifier: identifier(), text, severity, ...(place ? { place } : {}) }, {});
    byId("report-text").value = "";
    byId("report-box").open = false;
  });
}

prepare();
watchButtons();
outbox.deliver();
follow(show);
