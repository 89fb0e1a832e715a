// An alarm's or a report's card, as responders and operators see it.

import { ago, h, length, mapLink, order, picture, say, sync, t } from "./common.js";

const STEPS = ["diterima", "menuju", "di-lokasi", "selesai"];
const isMine = (each, view) => each.who === `${view.me.role}/${view.me.name}`;
const progress = (step) => STEPS.indexOf(step);

/** The four steps as buttons; `body` is what names the alarm or the report. */
function stepButtons(body) {
  return h("div", { class: "steps", role: "group", "aria-label": t("respond") }, ...STEPS.map((step) =>
    h("button", { type: "button", "data-step": step, "aria-pressed": "false", click: async (event) => {
      const button = event.currentTarget;
      button.setAttribute("aria-busy", "true");
      if (await order("/api/respon", { ...body(), step })) button.setAttribute("aria-pressed", "true");
      button.removeAttribute("aria-busy");
    } }, t(`step_${step}`))));
}

function showSteps(group, each, view) {
  const mine = Math.max(-1, ...(each.responders ?? []).filter((one) => isMine(one, view)).map((one) => progress(one.step)));
  for (const button of group.children) button.setAttribute("aria-pressed", String(progress(button.dataset.step) <= mine));
}

function showResponders(list, each) {
  sync(list, each.responders ?? [], (one) => one.who, () => h("li"), (line, one) =>
    say(line, `${one.by}: ${one.label || t(`step_${one.step}`)}`));
}

export const isSilenced = (each) => Array.isArray(each.silenced) ? each.silenced.length > 0 : Boolean(each.silenced);
const alarmKey = (each) => `${each.village}/${each.incident}/${each.identifier}`;

/** Shows `alarms` in `list`; `more(card, each)` adds what a page has besides. */
export function showAlarms(list, alarms, view, { canRespond, more, makeMore }) {
  sync(list, alarms, alarmKey, (first) => {
    let current = first;
    const card = h("li", { class: `card ${first.severity}` },
      h("h3", {}, picture(first.incident), h("span", { class: "what" })),
      h("p", { class: "facts" }), h("p", { class: "note" }), h("div", { class: "at" }),
      h("p", { class: "alert" }), h("p", { class: "ring" }), h("ul", { class: "who-lacks" }), h("ul", { class: "who-comes" }));
    if (canRespond) {
      card.append(stepButtons(() => ({ village: current.village, incident: current.incident, identifier: current.identifier })));
    }
    if (makeMore) card.append(makeMore(() => current));
    card.take = (each) => { current = each; };
    return card;
  }, (card, each) => {
    card.take(each);
    const part = (name) => card.querySelector(name);
    say(part(".what"), `${each.exercise ? `${t("exercise")}: ` : ""}${each.label}, ${each.village_name}`);
    const left_s = each.remaining_s - view.lag_s;
    const facts = [ago(each.age_s + view.lag_s), each.by && t("by", { who: each.by }), left_s > 0 && t("remaining", { length: length(left_s) })];
    say(part(".facts"), facts.filter(Boolean).join(" · "));
    say(part(".note"), each.note ?? "");
    if (part(".at").childElementCount === 0 && each.place) part(".at").append(mapLink(each.place));
    const nobody = each.unanswered && !(each.responders ?? []).length;
    card.classList.toggle("open", Boolean(nobody));
    say(part(".alert"), nobody ? t("not_answered") : each.listed === false ? t("not_recorded") : "");
    say(part(".ring"), [each.of ? t("rings", { n: each.rings, of: each.of }) : t("no_post"), isSilenced(each) && t("silenced")].filter(Boolean).join(" · "));
    part(".ring").className = `ring ${each.of && each.rings >= each.of ? "well" : "alert"}`;
    sync(part(".who-lacks"), each.missing ?? [], (one) => one, (one) => h("li", { class: "hint" }, one));
    showResponders(part(".who-comes"), each);
    if (canRespond) showSteps(part(".steps"), each, view);
    more?.(card, each);
  });
}

/** Shows residents' reports in `list`. */
export function showReports(list, reports, view, { canRespond }) {
  sync(list, reports, (each) => each.identifier, (first) => {
    const card = h("li", { class: `card ${first.severity}` }, h("h3", { class: "what" }), h("p", { class: "facts" }),
      h("p", { class: "note" }), h("div", { class: "at" }), h("ul", { class: "who-comes" }));
    if (canRespond) card.append(stepButtons(() => ({ report: first.identifier, village: first.village })));
    return card;
  }, (card, each) => {
    const part = (name) => card.querySelector(name);
    say(part(".what"), `${t("report")}, ${each.village_name} · ${t("severity", { severity: t(`severity_${each.severity}`) })}`);
    say(part(".facts"), [ago(each.age_s + view.lag_s), each.by && t("by", { who: each.by })].filter(Boolean).join(" · "));
    say(part(".note"), each.text ?? "");
    if (part(".at").childElementCount === 0 && each.place) part(".at").append(mapLink(each.place));
    showResponders(part(".who-comes"), each);
    if (canRespond) showSteps(part(".steps"), each, view);
  });
}
