#!/bin/bash
# Babel: Indonesian's week begins on Monday as "id" and on Sunday as "id_ID"; in ICU on Sunday as both.
#
# Expected: Indonesian is spoken in one country, CLDR has one set of data for it, and every name, pattern and number
#   is the same for "id" and "id_ID". ICU (and so a browser's Intl) completes "id" to Indonesia by CLDR's likely
#   subtags, and both libraries read the same CLDR.
# Happens: Babel completes nothing. Without a territory it falls back to the world's week, which begins on
#   Monday; with ID it takes CLDR's Sunday. So on each Sunday the week number of the server's page differs from
#   that of the same page with the other spelling of the same language, and from the browser's.
# Versions: Babel 2.19.0 on Python 3.11; Node.js 20.20.2 with ICU 78.2.
# Consequence for an alarm: a roster of the night watch (ronda) by week number changes its team on Sunday in the
#   browser and on Monday in the program; for 24 hours the wrong people are called, and all tests on working
#   days pass. Take the week from `date.isocalendar()`, or name the territory everywhere.
# Seen on 2026-11-28 (Sunday 2026-11-29, and the Monday after it):
#   Babel id      first day Monday  week of Sunday 48, of Monday 49
#   Babel id_ID   first day Sunday  week of Sunday 49, of Monday 49
#   Intl  id      first day Sunday
#   Intl  id-ID   first day Sunday
# Exit: 0 as recorded, 1 the behaviour changed, 2 it could not be tried (needs Node.js 20 with its full ICU).
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 2' INT TERM
cd "$work"
command -v node >/dev/null || exit 2
python3 -m venv venv || exit 2
timeout 300 venv/bin/pip -q install babel==2.19.0 2>pip.log || { cat pip.log; exit 2; }

timeout 60 venv/bin/python - <<'PY'
import datetime
import json
import subprocess
import sys

from babel import Locale
from babel.dates import format_date

DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
SUNDAY, MONDAY = datetime.date(2026, 11, 29), datetime.date(2026, 11, 30)
INTL = """
const first = (tag) => { const l = new Intl.Locale(tag); return (l.getWeekInfo ? l.getWeekInfo() : l.weekInfo).firstDay; };
console.log(JSON.stringify(["id", "id-ID"].map(first)));
"""
seen = []
for tag in ("id", "id_ID"):
    first = DAYS[Locale.parse(tag).first_week_day]
    weeks = [format_date(day, "w", locale=tag) for day in (SUNDAY, MONDAY)]
    seen.append((first, *weeks))
    print(f"Babel {tag:7} first day {first}  week of Sunday {weeks[0]}, of Monday {weeks[1]}")
node = subprocess.run(["node", "-e", INTL], capture_output=True, text=True, timeout=30, check=True)
for tag, day in zip(("id", "id-ID"), json.loads(node.stdout)):
    seen.append(DAYS[day - 1])
    print(f"Intl  {tag:7} first day {seen[-1]}")
recorded = [("Monday", "48", "49"), ("Sunday", "49", "49"), "Sunday", "Sunday"]
sys.exit(0 if seen == recorded else "CHANGED: not what the head of this file records")
PY
