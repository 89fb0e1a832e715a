#!/bin/bash
# PostgreSQL, synchronous standby away: statement_timeout does not end a COMMIT, and one that is cancelled has succeeded.
#
# Expected: with synchronous_standby_names set and synchronous_commit = on, a commit() that returns is on the standby's
#   disk; that is what one waits for. statement_timeout makes what takes longer fail, and so does a cancel.
# Happens: while no standby answers, COMMIT waits, whatever statement_timeout is. Cancelled (psycopg's cancel(), which also
#   a cancelled asyncio task sends; or pg_cancel_backend), the server answers it with success and a WARNING: commit()
#   returns, raises nothing, and the connection goes on. The row is there, on this machine alone. Only a notice handler
#   sees it, as SQLSTATE 01000, which any warning has. Any other statement that is cancelled raises QueryCanceled.
# Versions: PostgreSQL 15 (Debian 12), psycopg 3.3.9.
# Consequence for an alarm: a hub with a time limit of its own on the commit, so as not to hang, counts an alarm as kept
#   on two machines that stands on one; when that one burns, its standby is promoted without it, and the post that pressed
#   has let go of it. Register a handler (add_notice_handler) and take a commit with a WARNING for failed; what it wrote
#   may be there, so the next attempt must find out first. Or leave a commit that hangs by closing its socket.
# Source: the server's own WARNING, that the transaction is committed locally and may not be on the standby; that
#   clients report success is what this shows.
# Seen on 2026-11-29 (no standby, statement_timeout 1 s):
#   INSERT, commit():       waits after 3 s; cancelled: no exception, warnings 1 (01000), rows 1
#   autocommit INSERT:      waits after 3 s; cancelled: no exception, warnings 1 (01000), rows 2
#   SELECT pg_sleep(9):     QueryCanceled
# Exit: 0 as recorded, 1 the behaviour changed, 2 it could not be tried.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 2' INT TERM
cd "$work"
# PostgreSQL as Debian 12 packages it, unpacked beside this run; nothing is installed.
timeout 300 apt-get -qq download postgresql-15 libpq5 libxml2 libldap-2.5-0 2>apt.log ||
    { cat apt.log; echo "run 'apt-get update' first?"; exit 2; }
for package in ./*.deb; do dpkg-deb -x "$package" debian; done
LD_LIBRARY_PATH=$(dirname "$(find "$work/debian/usr/lib" -name libpq.so.5)")
export LD_LIBRARY_PATH
bin=$work/debian/usr/lib/postgresql/15/bin
"$bin/postgres" --version | grep -q ' 15\.' || { "$bin/postgres" --version; echo "not PostgreSQL 15"; exit 2; }
python3 -m venv venv || exit 2
timeout 300 venv/bin/pip -q install 'psycopg[binary]==3.3.9' 2>pip.log || { cat pip.log; exit 2; }

as=() # PostgreSQL refuses root
if [ "$(id -u)" = 0 ]; then
    chown -R nobody "$work"
    as=(setpriv --reuid=nobody --regid=nogroup --clear-groups)
fi
"${as[@]}" "$bin/initdb" -D data -U tester --auth=trust --locale=C --encoding=UTF8 --no-sync >init.log 2>&1 || { cat init.log; exit 2; }
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cat >>data/postgresql.conf <<CONF
listen_addresses = '127.0.0.1'
port = $port
unix_socket_directories = ''
dynamic_shared_memory_type = mmap
CONF
"${as[@]}" "$bin/postgres" -D data >log 2>&1 &
server=$!
trap 'kill -INT $server 2>/dev/null; wait $server 2>/dev/null; rm -rf "$work"' EXIT

timeout 120 venv/bin/python - "$port" <<'PY'
import sys
import threading
import time

import psycopg

WAY = f"host=127.0.0.1 port={sys.argv[1]} user=tester dbname=postgres"


def connected(autocommit):
    for _ in range(200):
        try:
            return psycopg.connect(WAY, autocommit=autocommit)
        except psycopg.OperationalError:
            time.sleep(0.1)
    print("PostgreSQL does not start")
    sys.exit(2)


with connected(True) as first:
    first.execute("CREATE TABLE alarms (name text)")
    first.execute("ALTER SYSTEM SET synchronous_standby_names = 'standby'")
    first.execute("SELECT pg_reload_conf()")
    while first.execute("SHOW synchronous_standby_names").fetchone() != ("standby",):
        time.sleep(0.1)
    time.sleep(1)

def limited(autocommit):
    """A connection with a time limit, and the warnings that it gets."""
    connection, seen = connected(autocommit), []
    connection.add_notice_handler(lambda notice: seen.append((notice.severity_nonlocalized, notice.sqlstate)))
    connection.execute("SET statement_timeout = '1s'")
    if not autocommit:
        connection.commit()
    return connection, seen


found = []
for title, autocommit in (("INSERT, commit():", False), ("autocommit INSERT:", True)):
    connection, seen = limited(autocommit)
    ended, waits = threading.Event(), []

    def cancel(connection=connection, ended=ended, waits=waits):
        waits.append(not ended.wait(3))
        connection.cancel()

    canceller = threading.Thread(target=cancel)
    canceller.start()
    said = "no exception"
    try:
        connection.execute("INSERT INTO alarms VALUES ('theft')")
        if not autocommit:
            connection.commit()
    except psycopg.Error as error:
        said = type(error).__name__
    ended.set()
    canceller.join()
    with connected(True) as other:
        rows = other.execute("SELECT count(*) FROM alarms").fetchone()[0]
    codes = sorted({code for severity, code in seen if severity == "WARNING"})
    first = "waits after 3 s; cancelled" if waits == [True] else "ended before 3 s"
    found.append(f"{title:<24}{first}: {said}, warnings {len(seen)} ({', '.join(codes)}), rows {rows}")
    connection.close()
connection, _ = limited(True)
try:
    connection.execute("SELECT pg_sleep(9)")
    said = "no exception"
except psycopg.Error as error:
    said = type(error).__name__
found.append(f"{'SELECT pg_sleep(9):':<24}{said}")
connection.close()

print("\n".join(found))
RECORDED = [
    "INSERT, commit():       waits after 3 s; cancelled: no exception, warnings 1 (01000), rows 1",
    "autocommit INSERT:      waits after 3 s; cancelled: no exception, warnings 1 (01000), rows 2",
    "SELECT pg_sleep(9):     QueryCanceled",
]
if found != RECORDED:
    print("CHANGED: not what the head of this file records")
    sys.exit(1)
PY
