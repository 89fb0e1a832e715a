// The operators' desk: the map, the posts, what is in force; orders in two steps; reports; the month.

import { ago, ask, byId, clock, data, follow, h, identifier, isKnown, order, say, showQuiet, sync, t, telephone, toast } from "./common.js";
import { showAlarms, showReports } from "./cards.js";
import { showElsewhere } from "./elsewhere.js";
import { loadMonth } from "./history.js";
import { drawMap, kindOf, mark } from "./map.js";

const { district, incidents } = data.view;
const may = (what) => data.view.me.may.includes(what);
const everywhere = { slug: "semua", name: t("everywhere") };
const own = data.view.me.villages.length ? district.villages.filter((each) => data.view.me.villages.includes(each.slug)) : [...district.villages, everywhere];
const nameOf = (slug) => [...district.villages, everywhere].find((each) => each.slug === slug)?.name ?? slug;
const showMap = drawMap(byId("map"), district);

/** Asks, then sends the order; says what was sent. */
async function send(question, yes, path, body, done, more = "") {
  if ((await ask(question, yes, more)) && (await order(path, body))) toast(done);
}

const clearVillage = (village) => send(t("clear_sure", { what: nameOf(village) }), t("all_clear"), "/api/aman", { village },
  t("raised", { what: t("clear_village", { village: nameOf(village) }) }));

const silenceVillage = (village) => send(t("silence_sure", { village: nameOf(village) }), t("silence"), "/api/senyap", { village },
  t("raised", { what: `${t("silence")}, ${nameOf(village)}` }));

async function testVillage(village, ketuk) {
  if (await order("/api/uji", { village, ketuk })) toast(t("test_sent", { village: nameOf(village) }));
}

const ORDERS = {
  aman: clearVillage, senyap: silenceVillage,
  uji: (village) => testVillage(village, false), ketuk: (village) => testVillage(village, true),
};

/** Nothing is chosen beforehand where there is a choice: what rings is what somebody picked. */
function choices(select, rows) {
  if (rows.length > 1) select.append(h("option", { value: "" }, t("choose")));
  select.append(...rows.map(([value, label]) => h("option", { value }, label)));
}

function fillForms() {
  for (const id of ["ring-village", "order-village"]) choices(byId(id), own.map((each) => [each.slug, each.name]));
  choices(byId("ring-incident"), incidents.map((each) => [each.incident, each.label]));
  byId("ring-incident").addEventListener("change", () => {
    const found = incidents.find((each) => each.incident === byId("ring-incident").value);
    if (found?.everywhere && own.includes(everywhere)) byId("ring-village").value = "semua";
  });
  byId("ring").addEventListener("submit", (event) => {
    event.preventDefault();
    raise();
  });
  for (const button of document.querySelectorAll("[data-order]")) {
    button.addEventListener("click", () => {
      const village = byId("order-village").value;
      if (village) ORDERS[button.dataset.order](village);
      else toast(t("choose_first"));
    });
  }
  byId("ring").hidden = !may("alarm");
  byId("orders").hidden = !may("aman");
}

async function raise() {
  const [village, incident] = [byId("ring-village").value, byId("ring-incident").value];
  if (!village || !incident) return toast(t("choose_first"));
  const exercise = byId("ring-exercise").checked;
  const label = incidents.find((each) => each.incident === incident).label;
  const what = `${exercise ? `${t("exercise")}: ` : ""}${label}`;
  const note = byId("ring-note").value.trim();
  const body = { village, incident, identifier: identifier(), exercise, ...(note ? { note } : {}) };
  await send(t("ring_sure", { incident: what, village: nameOf(village) }), t("ring_now"), "/api/alarm", body,
    t("raised", { what: `${what}, ${nameOf(village)}` }), note ? `${t("note")}: ${note}` : "");
}

function showPosts(posts) {
  const phone = (post) => district.posts.find((each) => each.post === post)?.phone;
  const rank = { rings: 0, trouble: 1, gone: 2, good: 3 };
  const sorted = [...posts].sort((a, b) => rank[kindOf(a.state)] - rank[kindOf(b.state)]);
  sync(byId("posts"), sorted, (each) => each.post, (each) => h("tr", {},
    h("td", {}, each.name, " ", telephone(phone(each.post)) || ""), h("td", {}, h("span", { class: "state" }), h("span", { class: "faults" })), h("td", { class: "when" })),
  (row, each) => {
    const kind = kindOf(each.state);
    const [cell, faults] = row.children[1].children;
    if (cell.dataset.kind !== kind) {
      cell.dataset.kind = kind;
      cell.className = `state state-${kind}`;
      cell.replaceChildren(h("svg", { viewBox: "-12 -12 24 24", "aria-hidden": "true" }, mark(kind)), h("span"));
    }
    say(cell.lastChild, each.label);
    say(faults, (each.faults ?? []).join("; "));
    say(row.children[2], each.seen_s === null ? t("never") : ago(each.seen_s));
  });
}

function show(view, fresh) {
  const alarms = [...(view.alarms ?? [])].sort((a, b) => a.age_s - b.age_s);
  const reports = [...(view.reports ?? [])].sort((a, b) => a.age_s - b.age_s);
  showQuiet(byId("quiet"), alarms.length === 0, isKnown(view, fresh), t("nothing_in_force"));
  byId("no-reports").hidden = reports.length > 0;
  const canRespond = may("respon");
  showAlarms(byId("alarms"), alarms, view, { canRespond, makeMore: (current) => h("div", { class: "row" },
    may("aman") ? h("button", { type: "button", class: "quiet", click: () => clearVillage(current().village) }, t("clear_village", { village: nameOf(current().village) })) : null,
    may("senyap") ? h("button", { type: "button", class: "quiet", click: () => silenceVillage(current().village) }, t("silence")) : null) });
  showReports(byId("reports"), reports, view, { canRespond });
  showPosts((view.posts ?? []).map((each) => ({ ...each, seen_s: each.seen_s === null ? null : each.seen_s + view.lag_s })));
  showMap(view.posts ?? [], alarms);
  sync(byId("news"), view.news ?? [], (each) => `${each.at}/${each.text}`,
    (each) => h("li", {}, h("time", {}, clock(each.at, true)), each.text));
  showElsewhere(byId("elsewhere"), view, fresh);
  document.title = alarms.length ? `(${alarms.length}) ${t("title")}` : t("title");
}

fillForms();
byId("history").addEventListener("submit", (event) => { event.preventDefault(); loadMonth(byId("month").value); });
byId("print").addEventListener("click", () => print());
loadMonth("");
follow(show);
