#!/bin/bash
# systemd-watchdog: a clock that is set back stops the pings, and systemd kills a healthy service.
#
# Expected: systemd's watchdog counts on the monotonic clock, so a library whose `ping()` "sends when prudent"
#   (at half of WatchdogSec) counts on it too. Calling `ping()` often, from the loop that proves the service
#   alive, is then all that is needed.
# Happens: the library takes the time of the last ping from the wall clock. When that clock is set back by an
#   hour, `ping()` sends nothing for an hour and reports False, the value that it also returns when all is
#   well. systemd waits for WatchdogSec and ends the service. Set forward, as NTP does with most Pis at boot,
#   the clock does no harm, so that the usual test finds nothing.
# Versions: systemd-watchdog 1.0.1, with time-machine 3.2.0 as the wall clock and a real notification socket.
# Consequence for an alarm: a Pi without a battery clock lives with wrong times. The moment when a time that was
#   too late is corrected (a bad RTC, a date typed wrong, the first NTP answer after days without a network)
#   kills a healthy siren service in the middle of whatever it does, an alarm included, and leaves no trace but
#   "watchdog timeout". Send WATCHDOG=1 on a monotonic schedule of one's own; `notify()` sends always.
# Seen on 2026-11-28 (WatchdogSec=10, a ping each simulated second):
#   clock runs evenly, 60 s:          12 pings at the socket
#   clock set back 1 h, then 60 s:     0 pings at the socket
#   notify() in the same state:        1 ping at the socket
# Exit: 0 as recorded, 1 the behaviour changed, 2 it could not be tried.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 2' INT TERM
cd "$work"
python3 -m venv venv || exit 2
timeout 300 venv/bin/pip -q install systemd-watchdog==1.0.1 time-machine==3.2.0 2>pip.log || { cat pip.log; exit 2; }

timeout 60 venv/bin/python - <<'PY'
import datetime
import os
import socket
import sys

import time_machine
from systemd_watchdog import WatchDog

systemd = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
systemd.bind("notify.sock")
systemd.setblocking(False)
os.environ |= {"NOTIFY_SOCKET": "notify.sock", "WATCHDOG_USEC": "10000000", "WATCHDOG_PID": str(os.getpid())}
SECOND = datetime.timedelta(seconds=1)


def received() -> int:
    pings = 0
    while True:
        try:
            pings += systemd.recv(200) == b"WATCHDOG=1\n"
        except BlockingIOError:
            return pings


def a_minute_of_pings() -> int:
    pings = 0
    for _ in range(60):
        clock.shift(SECOND)
        watchdog.ping()
        pings += received()
    return pings


with time_machine.travel(datetime.datetime(2026, 11, 28, 10, tzinfo=datetime.timezone.utc), tick=False) as clock:
    watchdog = WatchDog()
    watchdog.ping()
    received()
    even = a_minute_of_pings()
    clock.shift(datetime.timedelta(hours=-1))
    set_back = a_minute_of_pings()
    watchdog.notify()
    forced = received()
print(f"clock runs evenly, 60 s:         {even:3} pings at the socket")
print(f"clock set back 1 h, then 60 s:   {set_back:3} pings at the socket")
print(f"notify() in the same state:      {forced:3} ping at the socket")
sys.exit(0 if (even, set_back, forced) == (12, 0, 1) else "CHANGED: not what the head of this file records")
PY
