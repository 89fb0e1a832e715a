#!/bin/bash
# mosquitto_pub: its file of default options can hold no MQTT 5 property, though the command line can.
#
# Expected: the manual says that the file $XDG_CONFIG_HOME/mosquitto_pub has one option on each line, written as on the
#   command line, and excludes none. So a line `-D publish user-property sender sri` or
#   `-D publish message-expiry-interval 60` should give every later message that property.
# Happens: of each line the first word is the option and all the rest one single value. An option that takes three or
#   four words is refused, however it is quoted, and with it every line that is published: exit 1, nothing is sent.
#   The same words on the command line work.
# Versions: Mosquitto 2.0.11 (Debian 12), MQTT 5.
# Consequence for an alarm: who rings cannot be told in a property that an installer sets once for each operator, nor can
#   an expiry be set for all; it has to be in the payload, or typed each time. A file that has such a line keeps an
#   operator from ringing at all.
# Seen on 2026-11-28:
#   command line -D publish user-property sender sri: exit 0, delivered with sender:sri
#   file         -D publish user-property sender sri: exit 1, nothing delivered
#   file         -D "publish user-property sender sri": exit 1, nothing delivered
#   file         -D publish message-expiry-interval 60: exit 1, nothing delivered
#   file         -V 5 and -q 1: exit 0, delivered
# Exit: 0 as recorded, 1 the behaviour changed, 2 it could not be tried.
set -eu
work=$(mktemp -d)
broker=
trap '[ -z "$broker" ] || kill "$broker"; rm -rf "$work"' EXIT
trap 'exit 2' INT TERM
cd "$work"
# Mosquitto as Debian 12 packages it, unpacked beside this run; nothing is installed.
packages="mosquitto mosquitto-clients libmosquitto1 libcjson1 libdlt2 libwebsockets17 libev4 libuv1"
# shellcheck disable=SC2086
timeout 300 apt-get -qq download $packages 2>apt.log || { cat apt.log; echo "run 'apt-get update' first?"; exit 2; }
for package in ./*.deb; do dpkg-deb -x "$package" debian; done
LD_LIBRARY_PATH=$(dirname "$(find "$work/debian/usr/lib" -name libmosquitto.so.1)")
export LD_LIBRARY_PATH PATH="$work/debian/usr/sbin:$work/debian/usr/bin:$PATH"
mosquitto -h | head -1 | grep -q ' 2\.0\.11$' || { mosquitto -h | head -1; echo "not Mosquitto 2.0.11"; exit 2; }
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
printf 'listener %s 127.0.0.1\nallow_anonymous true\n' "$port" >broker.conf
mosquitto -c broker.conf >broker.log 2>&1 &
broker=$!
for _ in $(seq 100); do python3 -c "import socket; socket.create_connection(('127.0.0.1', $port))" 2>/dev/null && break; sleep 0.1; done

# try NAME FILE_LINES WORDS...: publishes one message with these default options and words, and prints what came of it.
try() {
    name=$1 lines=$2
    shift 2
    mkdir -p home none
    printf '%s\n' "$lines" >home/mosquitto_pub
    XDG_CONFIG_HOME=$work/none timeout 20 mosquitto_sub -h 127.0.0.1 -p "$port" -V 5 -t alarm -C 1 -W 3 -F '%p %P' >got 2>/dev/null &
    sub=$!
    sleep 0.7
    code=0
    XDG_CONFIG_HOME=$work/home mosquitto_pub -h 127.0.0.1 -p "$port" "$@" -t alarm -m x >said 2>&1 || code=$?
    wait "$sub" || true
    if [ -s got ]; then came="delivered $(cat got)"; else came="nothing delivered"; fi
    printf '%s: exit %s, %s\n' "$name" "$code" "$came"
}

{
    try "command line, user-property" "-V 5" -D publish user-property sender sri
    try "file, user-property" "$(printf '%s\n%s' '-V 5' '-D publish user-property sender sri')"
    try "file, quoted" "$(printf '%s\n%s' '-V 5' '-D "publish user-property sender sri"')"
    try "file, message-expiry-interval" "$(printf '%s\n%s' '-V 5' '-D publish message-expiry-interval 60')"
    try "file, options of one word" "$(printf '%s\n%s' '-V 5' '-q 1')"
} | tee found

cat >wanted <<'T'
command line, user-property: exit 0, delivered x sender:sri
file, user-property: exit 1, nothing delivered
file, quoted: exit 1, nothing delivered
file, message-expiry-interval: exit 1, nothing delivered
file, options of one word: exit 0, delivered x 
T
if diff -b wanted found; then echo "as recorded"; else echo "the behaviour changed"; exit 1; fi
