"""Who may publish and hear what, asked of the real broker, against a table written by hand."""

import pytest

from broker.trial.client import Client
from tests.broker.installation import BASE, Installation

WHO = {
    "hub": "situbondo.posko", "web": "situbondo.web", "node": "situbondo.kalibagor.pos-1",
    "polsek": "situbondo.patokan.polsek", "uplink": "situbondo.olean",
    "all": "operator", "camat": "camat", "siti": "siti", "danramil": "danramil",
    "reader": "layar", "damkar": "damkar", "babinsa": "babinsa",
}
# r: hears it, w: publishes it. `all` may ring semua; `camat` any village but not semua; `siti` kalibagor;
# `danramil` kalibagor and semua. `damkar` is a petugas of the district, `babinsa` one of kalibagor. The node is
# kalibagor's pos-1, the uplink olean's; `web` is the page. Where nobody may write, nobody can hear.
TABLE = """
topic                            hub web node polsek uplink all  camat siti danramil reader damkar babinsa
kalibagor/alarm/pencurian        rw  rw  rw   r      -      rw   rw    rw   rw       r      r      r
kalibagor/alarm/aman             rw  rw  rw   r      -      rw   rw    rw   rw       r      r      r
kalibagor/alarm/pencurain        rw  rw  rw   r      -      rw   rw    rw   rw       r      r      r
kalibagor/ronda                  rw  rw  rw   r      -      rw   rw    rw   rw       r      r      r
kalibagor/respon                 rw  rw  w    -      -      rw   rw    rw   rw       r      rw     rw
kalibagor/lapor                  rw  rw  w    -      -      rw   rw    rw   rw       r      r      r
kalibagor/command/silence        rw  rw  r    r      -      rw   rw    rw   rw       r      r      r
kalibagor/command/test           rw  rw  r    r      -      rw   rw    rw   rw       r      r      r
kalibagor/node/pos-1/status      rw  r   w    -      -      r    r     r    r        r      r      r
kalibagor/node/pos-1/event       r   r   w    -      -      r    r     r    r        r      r      r
kalibagor/node/pos-2/status      rw  r   -    -      -      r    r     r    r        r      r      r
kalibagor/node/pos-1/other       -   -   -    -      -      -    -     -    -        -      -      -
patokan/alarm/pencurian          rw  rw  r    rw     -      rw   rw    r    r        r      r      -
patokan/ronda                    rw  rw  r    rw     -      rw   rw    r    r        r      r      -
patokan/respon                   rw  rw  -    w      -      rw   rw    r    r        r      rw     -
patokan/lapor                    rw  rw  -    w      -      rw   rw    r    r        r      r      -
patokan/command/silence          rw  rw  r    r      -      rw   rw    r    r        r      r      -
patokan/node/polsek/event        r   r   -    w      -      r    r     r    r        r      r      -
patokan/node/pos-1/status        rw  r   -    -      -      r    r     r    r        r      r      -
olean/alarm/kebakaran            rw  rw  r    r      w      rw   rw    r    r        r      r      -
olean/ronda                      rw  rw  r    r      w      rw   rw    r    r        r      r      -
olean/respon                     rw  rw  -    -      w      rw   rw    r    r        r      rw     -
olean/lapor                      rw  rw  -    -      w      rw   rw    r    r        r      r      -
olean/command/silence            rw  rw  r    r      -      rw   rw    r    r        r      r      -
olean/command/test               rw  rw  r    r      r      rw   rw    r    r        r      r      -
olean/node/pos-1/status          rw  r   -    -      w      r    r     r    r        r      r      -
olean/node/pos-1/event           r   r   -    -      w      r    r     r    r        r      r      -
semua/alarm/bencana              rw  rw  r    r      -      rw   -     r    rw       r      r      r
semua/alarm/tsunami              rw  rw  r    r      -      rw   -     r    rw       r      r      r
semua/alarm/aman                 rw  rw  r    r      -      rw   -     r    rw       r      r      r
semua/ronda                      rw  rw  r    r      -      rw   -     r    rw       r      r      r
semua/respon                     rw  rw  -    -      -      rw   -     r    rw       r      rw     r
semua/lapor                      rw  rw  -    -      -      rw   -     r    rw       r      r      r
semua/command/silence            rw  rw  r    r      -      rw   -     r    rw       r      r      r
olean/command/status             rw  rw  r    r      r      rw   rw    r    r        r      r      -
semua/command/status             rw  rw  r    r      r      rw   -     r    rw       r      r      r
semua/command/test               rw  rw  r    r      r      rw   -     r    rw       r      r      r
kalibagr/alarm/pencurian         rw  rw  r    r      -      rw   rw    r    r        r      r      -
kalibagr/command/silence         rw  rw  r    r      -      rw   rw    r    r        r      r      -
kalibagr/respon                  rw  rw  -    -      -      rw   rw    r    r        r      rw     -
kalibagr/lapor                   rw  rw  -    -      -      rw   rw    r    r        r      r      -
active                           rw  r   r    r      r      r    r     r    r        r      r      r
posko/status                     rw  r   -    -      -      r    r     r    r        r      r      r
posko/event                      rw  r   -    -      -      r    r     r    r        r      r      r
kalibagor                        -   -   -    -      -      -    -     -    -        -      -      -
kalibagor/alarm                  -   -   -    -      -      -    -     -    -        -      -      -
kalibagor/alarm/pencurian/x      -   -   -    -      -      -    -     -    -        -      -      -
"""
FENCE = b"fence"
# What no line of the table covers: other roots, the broker's own, another district.
FOREIGN = ("kentongan/panji/kalibagor/alarm/pencurian", "kentongan", "lain", "$SYS/broker/uptime")


def test_every_role_writes_and_hears_exactly_what_the_table_says(shared: Installation) -> None:
    head, *lines = [line.split() for line in TABLE.strip().splitlines()]
    wanted = {line[0]: dict(zip(head[1:], line[1:], strict=True)) for line in lines}
    clients = {role: shared.login(name, "#", "$SYS/#") for role, name in WHO.items()}
    try:
        wrote = {
            role: {topic for topic in wanted if client.publish(f"{BASE}/{topic}", role.encode()) in (0, 0x10)}
            for role, client in clients.items()
        }
        foreign = {(role, topic) for role, client in clients.items() for topic in FOREIGN
                   if client.publish(topic, b"?") in (0, 0x10)}
        heard = hear(clients)
    finally:
        for client in clients.values():
            client.close()
    found = {
        topic: {role: ("r" if f"{BASE}/{topic}" in heard[role] else "") + ("w" if topic in wrote[role] else "") or "-"
                for role in clients} for topic in wanted
    }
    assert found == wanted
    assert foreign == set()
    assert {topic for topics in heard.values() for topic in topics} <= {f"{BASE}/{topic}" for topic in wanted}


def hear(clients: dict[str, Client]) -> dict[str, set[str]]:
    """What each has heard, up to the hub's last word, which all may hear."""
    clients["hub"].publish(f"{BASE}/active", FENCE)
    for role, client in clients.items():
        assert client.wait(lambda messages: any(each.payload == FENCE for each in messages)), role
    return {role: {each.topic for each in client.messages} for role, client in clients.items()}


def test_a_will_on_a_foreign_topic_is_never_spoken(shared: Installation) -> None:
    name = "situbondo.kalibagor.pos-1"
    with shared.login("layar", "#") as reader:
        for topic in (f"{BASE}/patokan/node/polsek/status", f"{BASE}/kalibagor/node/pos-1/status"):
            client = shared.connect(name)
            if client.log_in(name, shared.name(name), shared.password(name), will=(topic, b"gone")) == 0:
                client.drop()
        assert reader.wait(bool)
        assert [each.topic for each in reader.messages] == [f"{BASE}/kalibagor/node/pos-1/status"]


def test_the_tool_proves_its_own_files(shared: Installation) -> None:
    said = shared.tool("check")
    assert said.code == 0, said.lines
    assert said.lines[-1] == "16 accounts: as it should be; without a password nobody gets in"


def test_the_proof_works_after_su_which_leaves_roots_name_in_the_environment_wrong(
    shared: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("LOGNAME", "USER"):
        monkeypatch.setenv(variable, "nobody")
    assert shared.tool("check").code == 0


def test_the_tools_proof_finds_a_line_too_many_and_one_too_few(fresh: Installation) -> None:
    rights = fresh.folder / "broker/nodes.acl"
    text = rights.read_text("utf-8")
    name = f"user {fresh.name('situbondo.kalibagor.pos-1')}\n"
    rights.write_text(text.replace(name, f"{name}topic write {BASE}/+/command/silence\n", 1), "utf-8")
    said = fresh.tool("check")
    assert said.code == 1
    assert f"SURPRISE: situbondo.kalibagor.pos-1 can write {BASE}/dawuhan/command/silence" in said.lines
    rights.write_text(text.replace(f"{name}topic read {BASE}/+/alarm/+\n", name, 1), "utf-8")
    said = fresh.tool("check")
    assert said.code == 1
    assert f"SURPRISE: situbondo.kalibagor.pos-1 cannot hear {BASE}/dawuhan/alarm/pencurian" in said.lines
    rights.write_text(text, "utf-8")
    config = fresh.folder / "broker/mosquitto.conf"
    config.write_text(config.read_text("utf-8").replace("allow_anonymous false", "allow_anonymous true"), "utf-8")
    said = fresh.tool("check")
    assert said.code == 1
    assert "SURPRISE: anybody gets in at the listener operators, without a name" in said.lines
