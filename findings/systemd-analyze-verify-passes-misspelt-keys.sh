#!/bin/bash
# systemd-analyze verify: exit 0 for a unit with misspelt keys, unless any value of --recursive-errors is named.
#
# Expected: `systemd-analyze verify ./siren.service && install ...` stops at a unit that has an unknown key or a
#   value that cannot be parsed; that is what a verifier in CI is for. And an option that is not given acts like
#   one of its values.
# Happens: each such line is named on standard error, with "ignoring", and the exit code is 0. With
#   `--recursive-errors=no`, documented as the *narrowest* of its three values (this unit, not those that it
#   depends on), the same run exits 1, and so it does with `one` and `yes`. A missing program is an error even
#   without the option, so that the check seems to work.
# Versions: systemd 252 (Debian 12), run as any user, no running systemd needed.
# Consequence for an alarm: `WatchdogSecs=30` for WatchdogSec, `Restart=allways`, `MemoryMax=64MiB` (systemd
#   writes 64M) pass CI, and the siren's service runs without its watchdog, without restart, without limit. It is
#   noticed when it hangs. In CI write `systemd-analyze verify --recursive-errors=no`.
# Seen on 2026-11-28 (three faults in the unit):
#   verify                         exit 0, 3 lines ignored
#   verify --recursive-errors=no   exit 1, 3 lines ignored
#   verify, unit without faults    exit 0, 0 lines ignored
#   verify, program missing        exit 1, 0 lines ignored
# Exit: 0 as recorded, 1 the behaviour changed, 2 it could not be tried.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 2' INT TERM
cd "$work"
# systemd as Debian 12 packages it, unpacked beside this run; nothing is installed.
timeout 300 apt-get -qq download systemd libsystemd-shared 2>apt.log ||
    { cat apt.log; echo "run 'apt-get update' first?"; exit 2; }
for package in ./*.deb; do dpkg-deb -x "$package" debian; done
LD_LIBRARY_PATH=$(dirname "$(find "$work/debian" -name 'libsystemd-shared-252.so')")
export LD_LIBRARY_PATH
analyze=$work/debian/usr/bin/systemd-analyze
"$analyze" --version | head -1 | grep -q '^systemd 252 ' || { "$analyze" --version; echo "not systemd 252"; exit 2; }

cat >good.service <<'UNIT'
[Unit]
Description=Siren
[Service]
Type=notify
ExecStart=/bin/true
WatchdogSec=30
Restart=always
MemoryMax=64M
UNIT
sed 's/WatchdogSec=/WatchdogSecs=/; s/=always/=allways/; s/=64M/=64MiB/' good.service >misspelt.service
sed 's,/bin/true,/no/such/program,' good.service >missing.service

changed=0
try() { # name, expected exit code, expected ignored lines, then the arguments of verify
    name=$1 code=0
    timeout 60 "$analyze" verify --man=no "${@:4}" 2>errors || code=$?
    ignored=$(grep -ci ignoring errors || true)
    printf '%-30s exit %s, %s lines ignored\n' "$name" "$code" "$ignored"
    [ "$code $ignored" = "$2 $3" ] || changed=1
}
try "verify" 0 3 ./misspelt.service
try "verify --recursive-errors=no" 1 3 --recursive-errors=no ./misspelt.service
try "verify, unit without faults" 0 0 ./good.service
try "verify, program missing" 1 0 ./missing.service
[ "$changed" = 0 ] || echo "CHANGED: not what the head of this file records"
exit "$changed"
