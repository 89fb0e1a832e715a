#!/bin/bash
# Babel's correct Indonesian times and dates are read wrong by espeak-ng's Indonesian voice; its numbers right.
#
# Expected: text for people is formatted by CLDR (Babel, locale "id") and spoken by a voice of the same language.
#   The two agree on numbers: 1.500 is "seribu lima ratus" and 1,5 "satu koma lima", point and comma as in
#   Indonesia. So they should agree on a time of day as well.
# Happens: CLDR writes Indonesian times with a point, 07.30, as Indonesians do. espeak-ng knows the point only as
#   a thousands separator (three digits after it) and else reads it aloud: "nol tujuh titik tiga puluh", zero
#   seven dot thirty. The foreign 07:30 is the one that it reads as a time. The short date's strokes become
#   "garis miring", and the short unit "mnt" is spelt.
# Versions: Babel 2.19.0; espeak-ng 1.52.0 as bundled by espeakng-loader 0.2.4 (Debian 12's 1.51 reads them alike).
# Consequence for an alarm: "Kebakaran pukul 07.30" reaches frightened people once, over a horn. Text
#   for the eye and text for the voice need two formatters: times with a colon, dates in full ("long"), units
#   written out.
# Seen on 2026-11-28 (phonemes as IPA):
#   time   07.30     nˈol tˈudʒuh tˈitiʔ tˈiɡapˌuluh
#   colon  07:30     tˈudʒuh tˈiɡapˌuluh
#   number 1.500     səɹˈibu lˈimarˈatus
#   number 1,5       sˈatu kˌoma lˈima
#   date   28/11/26  dˈuapˌuluhdəlˈapan ɡˌaris mˈiriŋ sˈəbəlas ɡˌaris mˈiriŋ dˈuapˌuluhˈənam
#   unit   3 mnt     tˈiɡa ˌɛmˌɛntˈe
# Exit: 0 as recorded, 1 the behaviour changed, 2 it could not be tried.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 2' INT TERM
cd "$work"
python3 -m venv venv || exit 2
timeout 300 venv/bin/pip -q install babel==2.19.0 espeakng-loader==0.2.4 2>pip.log || { cat pip.log; exit 2; }

PYTHONIOENCODING=utf-8 timeout 60 venv/bin/python - <<'PY'
import ctypes
import datetime
import sys

import espeakng_loader
from babel.dates import format_date, format_time
from babel.numbers import format_decimal
from babel.units import format_unit

RETRIEVAL, UTF8, IPA = 1, 1, 2
espeak = ctypes.CDLL(espeakng_loader.get_library_path())
espeak.espeak_TextToPhonemes.restype = ctypes.c_char_p
if espeak.espeak_Initialize(RETRIEVAL, 0, espeakng_loader.get_data_path().encode(), 0) < 0:
    sys.exit("espeak-ng did not start")
if espeak.espeak_SetVoiceByName(b"id") != 0:
    sys.exit("espeak-ng has no Indonesian voice")


def spoken(text: str) -> str:
    rest = ctypes.pointer(ctypes.cast(ctypes.c_char_p(text.encode()), ctypes.c_void_p))
    clauses = []
    while rest.contents.value:
        clauses.append(espeak.espeak_TextToPhonemes(rest, UTF8, IPA).decode())
    return " | ".join(clauses)


moment = datetime.datetime(2026, 11, 28, 7, 30)
texts = [
    ("time", format_time(moment.time(), "short", locale="id"), "nˈol tˈudʒuh tˈitiʔ tˈiɡapˌuluh"),
    ("colon", f"{moment:%H:%M}", "tˈudʒuh tˈiɡapˌuluh"),
    ("number", format_decimal(1500, locale="id"), "səɹˈibu lˈimarˈatus"),
    ("number", format_decimal(1.5, locale="id"), "sˈatu kˌoma lˈima"),
    (
        "date",
        format_date(moment, "short", locale="id"),
        "dˈuapˌuluhdəlˈapan ɡˌaris mˈiriŋ sˈəbəlas ɡˌaris mˈiriŋ dˈuapˌuluhˈənam",
    ),
    ("unit", format_unit(3, "minute", "short", locale="id"), "tˈiɡa ˌɛmˌɛntˈe"),
]
seen = [(kind, text, spoken(text)) for kind, text, _ in texts]
for kind, text, phonemes in seen:
    print(f"{kind:6} {text:9} {phonemes}")
written = ["07.30", "07:30", "1.500", "1,5", "28/11/26", "3 mnt"]
same = seen == texts and [text for _, text, _ in seen] == written
sys.exit(0 if same else "CHANGED: not what the head of this file records")
PY
