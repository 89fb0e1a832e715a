#!/bin/bash
# capparselib: area codes and identifiers that look like numbers become numbers; "007" and "7" are one alert.
#
# Expected: in CAP 1.2 (OASIS) an identifier and the <value> of a <geocode> are strings, and the library checks
#   each alert against that very schema. So 35.10 (Kemendagri: Kabupaten Banyuwangi), 006109 (SAME) and the
#   identifier 007 come back as written.
# Happens: the values are guessed by their looks, not by the schema: 35.10 arrives as 35.1, 006109 as 6109, and
#   two alerts with the identifiers 007 and 7 compare equal and fall together in a set or a dict. 35.12.07, with
#   two points, stays a string, so that the codes of a kecamatan work in a test and those of its kabupaten do not.
# Versions: capparselib 0.6.6 with lxml 6.0.2, Python 3.11.
# Consequence for an alarm: the table of places has no 35.1, so the alert finds no village; and a receiver that
#   rings each identifier once, as it must, takes a new alert for an old one. The original text is in `.text` of
#   each value; take nothing else.
# Seen on 2026-11-28:
#   geocode 35.10     arrives as 35.1      (its .text: 35.10)
#   geocode 006109    arrives as 6109      (its .text: 006109)
#   geocode 35.12.07  arrives as 35.12.07  (its .text: 35.12.07)
#   identifiers 007 and 7: equal True, entries in a set of both: 1
# Exit: 0 as recorded, 1 the behaviour changed, 2 it could not be tried.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 2' INT TERM
cd "$work"
python3 -m venv venv || exit 2
# Without its dependencies: it pins an lxml that builds on no current Python; the parser needs lxml alone.
timeout 300 venv/bin/pip -q install --only-binary=:all: --no-deps capparselib==0.6.6 lxml==6.0.2 2>pip.log ||
    { cat pip.log; exit 2; }

timeout 60 venv/bin/python - <<'PY'
import sys

from capparselib.parsers import CAPParser

CODES = ["35.10", "006109", "35.12.07"]


def alert(identifier: str) -> dict:
    codes = "".join(f"<geocode><valueName>code</valueName><value>{code}</value></geocode>" for code in CODES)
    return CAPParser(
        f'<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>{identifier}</identifier>'
        "<sender>posko@situbondo</sender><sent>2026-11-28T10:30:00+07:00</sent><status>Exercise</status>"
        "<msgType>Alert</msgType><scope>Public</scope><info><language>id-ID</language><category>Fire</category>"
        "<event>Kebakaran</event><urgency>Immediate</urgency><severity>Severe</severity><certainty>Observed"
        f"</certainty><area><areaDesc>Situbondo</areaDesc>{codes}</area></info></alert>"
    ).as_dict()[0]


seen = []
for code, geocode in zip(CODES, alert("007")["cap_info"][0]["cap_area"][0]["geocodes"]):
    value = geocode["value"]
    seen.append((str(value), value.text))
    print(f"geocode {code:9} arrives as {value!s:9} (its .text: {value.text})")
first, second = alert("007")["cap_id"], alert("7")["cap_id"]
seen.append((bool(first == second), len({first, second})))
print(f"identifiers 007 and 7: equal {seen[-1][0]}, entries in a set of both: {seen[-1][1]}")
recorded = [("35.1", "35.10"), ("6109", "006109"), ("35.12.07", "35.12.07"), (True, 1)]
sys.exit(0 if seen == recorded else "CHANGED: not what the head of this file records")
PY
