// The responders' page: what is in force, newest first; one tap a step; the drum beats until somebody answers.

import { byId, data, follow, isKnown, say, showQuiet, t } from "./common.js";
import { isSilenced, showAlarms, showReports } from "./cards.js";
import { keepAwake } from "./awake.js";
import { Drum } from "./sound.js";

const drum = new Drum();
const RANK = { tinggi: 3, sedang: 2, rendah: 1 };
const spoken = new Set();
let screen = null;
let isWanted = false;

byId("sound-on").addEventListener("click", async () => {
  isWanted = !drum.isOn;
  if (isWanted) {
    await drum.start();
    screen ??= keepAwake();
  } else await drum.stop();
  showSound();
});

function showSound() {
  const isOn = drum.isOn;
  const awake = screen === null ? "" : ` · ${t(screen.isHeld() ? "screen_awake" : "screen_sleeps")}`;
  byId("sound").dataset.state = isOn ? (drum.beats ? "beats" : "on") : "off";
  say(byId("sound-said"), isOn ? `${t(drum.beats ? "sound_beats" : "sound_ready")}${awake}` : t("sound_why"));
  say(byId("sound-on"), t(isOn ? "sound_off" : "sound_on"));
  byId("sound-on").className = isOn ? "quiet" : "strong";
}

/** The most severe of those that nobody has answered; of equals the newest. */
function loudest(alarms) {
  const open = alarms.filter((each) => !(each.responders ?? []).length && !isSilenced(each));
  return open.sort((a, b) => (RANK[b.severity] ?? 0) - (RANK[a.severity] ?? 0) || a.age_s - b.age_s)[0];
}

function show(view, fresh) {
  const alarms = [...(view.alarms ?? [])].sort((a, b) => a.age_s - b.age_s);
  const reports = [...(view.reports ?? [])].sort((a, b) => a.age_s - b.age_s);
  const canRespond = view.me.may.includes("respon");
  showAlarms(byId("alarms"), alarms, view, { canRespond });
  showReports(byId("reports"), reports, view, { canRespond });
  showQuiet(byId("quiet"), alarms.length + reports.length === 0, isKnown(view, fresh), t("quiet"));
  const first = loudest(alarms);
  drum.beat(first ? (view.incidents ?? data.view.incidents).find((each) => each.incident === first.incident) ?? null : null);
  const unspoken = [...alarms, ...reports].filter((each) => !spoken.has(each.identifier));
  for (const each of unspoken) spoken.add(each.identifier);
  if (unspoken.length) say(byId("spoken"), unspoken.map((each) => `${each.label ?? t("report")}, ${each.village_name}`).join(". "));
  document.title = alarms.length ? `(${alarms.length}) ${t("title")}` : t("title");
  showSound();
}

follow(show);
