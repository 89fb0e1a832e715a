// Further districts, a card each: whether an alarm is in force there, which, and how its posts are. No orders go there.

import { ago, h, picture, say, sync, t } from "./common.js";

/** What the card of one says first: an alarm, that there is none, or that nobody knows. */
function verdict(each, known) {
  if (each.alarms.length) return t("elsewhere_alarms", { n: each.alarms.length });
  return known ? t("elsewhere_quiet") : t("elsewhere_unknown");
}

function line(alarm, view) {
  const name = `${alarm.exercise ? `${t("exercise")}: ` : ""}${alarm.label}, ${alarm.village_name}`;
  const rings = alarm.of ? t("rings", { n: alarm.rings, of: alarm.of }) : t("no_post");
  return [name, alarm.listed && ago(alarm.age_s + view.lag_s), rings, alarm.unanswered && t("not_answered")].filter(Boolean).join(" · ");
}

const isReal = (each) => each.alarms.some((one) => !one.exercise);

/** Where the card of one stands: a wall has room for some, and nobody scrolls there. */
const place = (each, fresh) => (isReal(each) ? 0 : each.alarms.length ? 1 : fresh && each.known ? 3 : 2);

/** Shows the further districts of `view` in `list`; the section around it is hidden where there are none. */
export function showElsewhere(list, view, fresh) {
  const districts = [...(view.elsewhere ?? [])].sort((a, b) => place(a, fresh) - place(b, fresh));
  list.parentElement.hidden = districts.length === 0;
  sync(list, districts, (each) => each.district, (each) => h("li", { class: "card" },
    h("div", { role: "status" }, h("h3", {}, each.name), h("p", { class: "verdict" })), h("ul", { class: "alarms" }), h("p", { class: "facts" })),
  (card, each) => {
    const known = fresh && each.known;
    const part = (name) => card.querySelector(name);
    card.className = `card ${isReal(each) ? "tinggi" : known ? "" : "unknown"}`;
    part(".verdict").className = `verdict ${each.alarms.length ? "alert" : known ? "well" : "doubt"}`;
    say(part(".verdict"), verdict(each, known));
    sync(part(".alarms"), each.alarms, (one) => `${one.village}/${one.incident}`,
      (one) => h("li", {}, picture(one.incident), h("span")), (row, one) => say(row.lastChild, line(one, view)));
    const posts = each.posts.map((one) => `${one.count} ${one.label}`).join(" · ");
    say(part(".facts"), [fresh ? posts : "", each.why].filter(Boolean).join(" · "));
  });
}
