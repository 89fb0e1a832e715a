#!/bin/bash
# Apprise: the address that is meant to be shown (privacy=True) has ntfy's topic and a web hook's path whole.
#
# Expected: `url(privacy=True)` is for logs and screens: it hides "tokens, passwords, apikeys, and any other sensitive
#   information" (caronc/apprise, pull request 156). ntfy's manual says that the topic is essentially a password
#   (docs.ntfy.sh/publish); the path of a web hook is what keeps others from calling it.
# Happens: a Telegram token and a mail password are hidden. An ntfy topic is shown whole, as a path and as a host, and
#   so is every path of json://. Only what the plug-in marks is hidden, and these mark nothing.
# Versions: Apprise 2.3.0 on Python 3.11.
# Consequence for an alarm: whoever sees a log or a screen with the "private" address reads all alarms with their
#   notes, and writes false ones that people's telephones show as the posko's. Show scheme, host and the beginning of a
#   path at most.
# Seen on 2026-11-29:
#   hidden  tgram://1...p/12345678/
#   hidden  mailtos://sri:****@gmail.com/
#   SHOWN   ntfys://ntfy.sh/rahasia-7k2m9
#   SHOWN   ntfys://rahasia-7k2m9
#   SHOWN   json://kait.example.com/rahasia-7k2m9
# Exit: 0 as recorded, 1 the behaviour changed, 2 it could not be tried.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 2' INT TERM
cd "$work"
python3 -m venv venv || exit 2
timeout 300 venv/bin/pip -q install apprise==2.3.0 2>pip.log || { cat pip.log; exit 2; }

timeout 120 venv/bin/python - <<'PY'
import sys

from apprise import Apprise

SECRET = "rahasia-7k2m9"
URLS = {
    "tgram://123456789:rahasia-7k2m9_abcdefghijklmnop/12345678": False,
    "mailto://sri:rahasia-7k2m9@gmail.com": False,
    "ntfys://ntfy.sh/rahasia-7k2m9": True,
    "ntfy://rahasia-7k2m9": True,
    "json://kait.example.com/rahasia-7k2m9": True,
}
seen = {}
for url in URLS:
    shown = Apprise.instantiate(url).url(privacy=True)
    seen[url] = SECRET in shown
    print(f"{'SHOWN ' if seen[url] else 'hidden'}  {shown.partition('?')[0]}")
sys.exit(0 if seen == URLS else "CHANGED: not what the head of this file records")
PY
