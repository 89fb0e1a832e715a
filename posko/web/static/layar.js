// The screen on the wall: what is in force, large; a clock whose seconds run; whether the link is alive.

import { ago, byId, clock, day, follow, h, isKnown, picture, say, showQuiet, sync, t, there } from "./common.js";
import { keepAwake } from "./awake.js";
import { showElsewhere } from "./elsewhere.js";

function tick() {
  const now = Date.now() / 1000;
  say(byId("hm"), clock(now));
  say(byId("ss"), String(there(now).getUTCSeconds()).padStart(2, "0"));
  say(byId("day"), day(now, { weekday: "long", day: "numeric", month: "long", year: "numeric" }));
}

function card(each) {
  return h("li", { class: each.exercise ? "exercise" : "" },
    h("h2", {}, picture(each.incident), h("span", {}, `${each.exercise ? `${t("exercise")}: ` : ""}${each.label}`)),
    h("p", { class: "where" }), h("p", { class: "ring" }), h("p", { class: "who" }), h("p", { class: "note" }));
}

function update(line, each, view) {
  const part = (name) => line.querySelector(name);
  say(part(".where"), `${each.village_name} · ${ago(each.age_s + view.lag_s)}`);
  say(part(".ring"), each.of ? t("rings", { n: each.rings, of: each.of }) : t("no_post"));
  const who = (each.responders ?? []).map((one) => `${one.by}: ${one.label || t(`step_${one.step}`)}`).join(" · ");
  say(part(".who"), who || (each.unanswered ? t("not_answered") : ""));
  say(part(".note"), each.note ?? "");
}

function show(view, fresh) {
  const alarms = [...(view.alarms ?? [])].sort((a, b) => a.age_s - b.age_s);
  sync(byId("alarms"), alarms, (each) => `${each.village}/${each.incident}/${each.identifier}`, card,
    (line, each) => update(line, each, view));
  showQuiet(byId("quiet"), alarms.length === 0, isKnown(view, fresh), t("quiet"));
  showElsewhere(byId("elsewhere"), view, fresh);
  const posts = view.posts ?? [];
  const ready = posts.filter((each) => ["ready", "sounding"].includes(each.state)).length;
  say(byId("well"), posts.length && fresh ? t("posts_well", { n: ready, of: posts.length }) : "");
  byId("well").className = ready === posts.length ? "well" : "alert";
  sync(byId("news"), (view.news ?? []).slice(0, 6), (each) => `${each.at}/${each.text}`,
    (each) => h("li", {}, h("time", {}, clock(each.at)), each.text));
}

setInterval(tick, 250);
keepAwake();
tick();
follow(show);
