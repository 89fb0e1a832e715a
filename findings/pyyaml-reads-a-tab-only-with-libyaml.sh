#!/bin/bash
# PyYAML: whether a file with a tab between value and comment is YAML depends on which of its two loaders reads it.
#
# Expected: SafeLoader and CSafeLoader read the same files, one slowly and one quickly: the documentation knows of
#   subtle differences that do not matter, and the usual advice is to take CSafeLoader where it is there, and
#   SafeLoader elsewhere. A tab is allowed wherever tokens of a line are separated (YAML 1.2.2, 6.2; only indentation
#   must be spaces, 6.1).
# Happens: CSafeLoader (libyaml) reads `pin: 17<TAB># the relay`, `pin:<TAB>17` and `[1,<TAB>2]`; SafeLoader refuses
#   each: "while scanning for the next token found character '\t' that cannot start any token". `?` within a key of
#   a flow mapping, `{ready?: yes}`, is read by the one and refused by the other, too.
# Versions: PyYAML 6.0.3 (its wheels hold libyaml 0.2.5), Python 3.11.
# Consequence for an alarm system: the settings that work on the desk, where the wheel has libyaml, stop a node whose
#   PyYAML was built without it (a source build without its headers says nothing), or the other way round: the checker
#   on the desk refuses what rings in the village. Have one loader judge, on every machine.
# Seen on 2026-11-29:
#   'pin: 17\t# the relay'  SafeLoader refuses  CSafeLoader {'pin': 17}
#   'pin:\t17'              SafeLoader refuses  CSafeLoader {'pin': 17}
#   'pins: [5,\t6]'         SafeLoader refuses  CSafeLoader {'pins': [5, 6]}
#   '{ready?: 1}'           SafeLoader refuses  CSafeLoader {'ready?': 1}
#   'pin: 17  # the relay'  SafeLoader {'pin': 17}  CSafeLoader {'pin': 17}
# Exit: 0 as recorded, 1 the behaviour changed, 2 it could not be tried.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 2' INT TERM
cd "$work"
python3 -m venv venv || exit 2
timeout 300 venv/bin/pip -q install pyyaml==6.0.3 2>pip.log || { cat pip.log; exit 2; }

timeout 60 venv/bin/python - <<'PY'
import sys

import yaml

if not yaml.__with_libyaml__:
    print("this PyYAML was built without libyaml")
    sys.exit(2)
RECORDED = {
    "pin: 17\t# the relay": (None, {"pin": 17}),
    "pin:\t17": (None, {"pin": 17}),
    "pins: [5,\t6]": (None, {"pins": [5, 6]}),
    "{ready?: 1}": (None, {"ready?": 1}),
    "pin: 17  # the relay": ({"pin": 17}, {"pin": 17}),
}
seen = {}
for text in RECORDED:
    found = []
    for loader in (yaml.SafeLoader, yaml.CSafeLoader):
        try:
            found.append(yaml.load(text, loader))
        except yaml.YAMLError:
            found.append(None)
    seen[text] = tuple(found)
    names = ("SafeLoader", "CSafeLoader")
    print(f"{text!r:24}", *(f"{name} {'refuses' if each is None else each}" for name, each in zip(names, found)), sep="  ")
sys.exit(0 if seen == RECORDED else "CHANGED: not what the head of this file records")
PY
