// A month's figures: bars that can be read in print, too, and tables with the same numbers.

import { byId, clock, day, h, length, t } from "./common.js";

const ROW = 48;
const WIDTH = 340;
const KINDS = ["real", "false", "exercises"];

/** {real, false, exercises} of a row of counts: false alarms are among the alarms there. */
const parts = (row) => ({ real: (row.alarms ?? 0) - (row.false ?? 0), false: row.false ?? 0, exercises: row.exercises ?? 0 });
const total = (row) => KINDS.reduce((sum, kind) => sum + parts(row)[kind], 0);

/** Bars: filled for incidents, outlined for false alarms, grey for exercises; their sum at the end. */
function chart(rows, title) {
  const most = Math.max(1, ...rows.map(total));
  const scale = (WIDTH - 44) / most;
  const svg = h("svg", { class: "chart", viewBox: `0 0 ${WIDTH} ${rows.length * ROW + 8}`, role: "img", "aria-label": title });
  rows.forEach((row, number) => {
    const y = number * ROW + 4;
    svg.append(h("text", { x: 0, y: y + 14 }, row.label));
    let x = 0;
    for (const kind of KINDS) {
      const wide = parts(row)[kind] * scale;
      if (wide > 0) svg.append(h("rect", { class: kind, x: (x + 1).toFixed(1), y: y + 20, width: Math.max(2, wide - 2).toFixed(1), height: 16 }));
      x += wide;
    }
    svg.append(h("text", { x: (x + 6).toFixed(1), y: y + 33 }, String(total(row))));
  });
  const key = h("ul", { class: "legend" }, ...KINDS.map((kind) =>
    h("li", {}, h("svg", { class: "chart", viewBox: "0 0 18 18", "aria-hidden": "true" }, h("rect", { class: kind, x: 1, y: 1, width: 16, height: 16 })), t(`kind_${kind}`))));
  return h("div", {}, svg, key);
}

function table(heads, rows) {
  return h("div", { class: "scroll" }, h("table", {},
    h("thead", {}, h("tr", {}, ...heads.map((head, at) => h("th", { scope: "col", class: at && "number" }, head)))),
    h("tbody", {}, ...rows.map((row) => h("tr", {}, ...row.map((cell, at) => h("td", { class: at && "number" }, cell)))))));
}

const counts = (rows) => table([t("what"), ...KINDS.map((kind) => t(`kind_${kind}`))],
  rows.map((row) => [row.label, ...KINDS.map((kind) => String(parts(row)[kind]))]));

function times(rows) {
  const said = (seconds) => (seconds === null || seconds === undefined ? "–" : length(seconds));
  return table([t("what"), t("first_answer"), t("arrival")],
    rows.map((row) => [`${row.label}, ${row.village_name ?? ""}`, said(row.first_response_s), said(row.arrival_s)]));
}

function events(rows) {
  return h("ul", { class: "news" }, ...rows.map((row) => h("li", {},
    h("time", {}, row.at === null ? "?" : `${day(row.at, { day: "numeric", month: "short" })} ${clock(row.at)}`), row.text ?? row.label,
    row.expected ? ` · ${t("rings", { n: row.sounded, of: row.expected })}` : "", row.note ? ` · ${row.note}` : "")));
}

function monthName(month) {
  const [year, number] = (month || "").split("-").map(Number);
  if (!year) return t("undated");
  return new Date(year, number - 1, 1).toLocaleDateString(data.language === "id" ? "id-ID" : "en-GB", { month: "long", year: "numeric" });
}

/** Shows the month in `figures`. Nothing of a month that cannot be read is shown as "no alarms". */
export function showMonth(found) {
  const place = byId("figures");
  if (found.month) byId("month").value = found.month;
  byId("csv").href = `/posko/laporan.csv?bulan=${encodeURIComponent(byId("month").value)}`;
  const rows = found.incidents ?? [];
  if (rows.length === 0) return place.replaceChildren(h("p", {}, t("no_alarms")));
  const villages = found.villages ?? [];
  place.replaceChildren(
    h("h3", {}, monthName(found.month)),
    h("h4", {}, t("per_incident")), chart(rows, t("per_incident")), counts(rows),
    h("h4", {}, t("per_village")), counts(villages),
    ...(found.response_times?.length ? [h("h4", {}, t("response_times")), times(found.response_times)] : []),
    h("h4", {}, t("each_alarm")), events(found.events ?? []));
}

/** Loads a month, or the last that has any. */
export async function loadMonth(month) {
  const place = byId("figures");
  place.replaceChildren(h("p", { class: "hint" }, t("loading")));
  try {
    const answer = await fetch(`/api/riwayat?bulan=${encodeURIComponent(month)}`, { credentials: "same-origin", cache: "no-store" });
    const found = await answer.json();
    if (answer.ok) return showMonth(found);
    place.replaceChildren(h("p", { class: "alert" }, found.salah ?? String(answer.status)));
  } catch {
    place.replaceChildren(h("p", { class: "alert" }, t("no_answer")));
  }
}
