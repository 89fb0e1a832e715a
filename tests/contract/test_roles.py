"""What each role may read and write, against a table written by hand; the real broker is asked in tests/broker."""

import pytest

from contract import roles
from contract.roles import Access, Account, Role, Rule

BASE = "kentongan/situbondo"
OF_KALIBAGOR = ("kalibagor",)
WHO = {
    "hub": Account("situbondo.posko", Role.HUB),
    "web": Account("situbondo.web", Role.WEB),
    "node": Account("situbondo.kalibagor.pos-1", Role.NODE, OF_KALIBAGOR, node="pos-1"),
    "uplink": Account("situbondo.kalibagor", Role.UPLINK, OF_KALIBAGOR),
    "all": Account("operator", Role.OPERATOR, everywhere=True),
    "camat": Account("camat", Role.OPERATOR),
    "siti": Account("siti", Role.OPERATOR, OF_KALIBAGOR),
    "damkar": Account("damkar", Role.PETUGAS),
    "babinsa": Account("babinsa", Role.PETUGAS, OF_KALIBAGOR),
    "layar": Account("layar", Role.READER),
    "budi": Account("budi", Role.WARGA, OF_KALIBAGOR),
    "nobody": Account("nobody", Role.WARGA),
}
# r: reads it, w: writes it. `siti`, `babinsa` and the warga `budi` are of Kalibagor; `nobody` is a warga of no village.
TABLE = """
topic                       hub web node uplink all camat siti damkar babinsa layar budi nobody
kalibagor/alarm/pencurian   rw  rw  rw   w      rw  rw    rw   r      r       r     w    -
kalibagor/alarm/aman        rw  rw  rw   w      rw  rw    rw   r      r       r     w    -
kalibagor/alarm/a/b         r   r   -    -      r   r     r    r      r       r     -    -
kalibagor/ronda             rw  rw  rw   w      rw  rw    rw   r      r       r     -    -
kalibagor/respon            rw  rw  w    w      rw  rw    rw   rw     rw      r     -    -
kalibagor/lapor             rw  rw  w    w      rw  rw    rw   r      r       r     w    -
kalibagor/command/silence   rw  rw  r    -      rw  rw    rw   r      r       r     -    -
kalibagor/command/test      rw  rw  r    r      rw  rw    rw   r      r       r     -    -
kalibagor/node/pos-1/status rw  r   w    w      r   r     r    r      r       r     -    -
kalibagor/node/pos-2/event  r   r   -    w      r   r     r    r      r       r     -    -
patokan/alarm/pencurian     rw  rw  r    -      rw  rw    r    r      -       r     -    -
patokan/respon              rw  rw  -    -      rw  rw    r    rw     -       r     -    -
patokan/lapor               rw  rw  -    -      rw  rw    r    r      -       r     -    -
patokan/command/silence     rw  rw  r    -      rw  rw    r    r      -       r     -    -
semua/alarm/tsunami         rw  rw  r    -      rw  -     r    r      r       r     -    -
semua/command/silence       rw  rw  r    -      rw  -     r    r      r       r     -    -
active                      rw  r   r    r      r   r     r    r      r       r     r    r
posko/status                rw  r   -    -      r   r     r    r      r       r     r    r
posko/event                 rw  r   -    -      r   r     r    r      r       r     -    -
"""


def test_every_role_may_read_and_write_exactly_what_the_table_says() -> None:
    head, *lines = [line.split() for line in TABLE.strip().splitlines()]
    wanted = {line[0]: dict(zip(head[1:], line[1:], strict=True)) for line in lines}
    found = {
        topic: {name: ("r" if may(each, Access.READ, topic) else "") + ("w" if may(each, Access.WRITE, topic) else "")
                or "-" for name, each in WHO.items()} for topic in wanted
    }
    assert found == wanted


@pytest.mark.parametrize("name", sorted(WHO.keys() - {"hub"}))
def test_nobody_but_the_hub_reads_or_writes_another_district(name: str) -> None:
    rules = roles.rules("situbondo", WHO[name])
    for access in (Access.READ, Access.WRITE):
        assert not roles.may(rules, access, "kentongan/panji/kalibagor/alarm/pencurian")
        assert not roles.may(rules, access, "kentongan")


def test_a_denial_counts_more_than_what_grants() -> None:
    rules = (Rule(Access.WRITE, "a/+"), Rule(Access.DENY, "a/b"))
    assert [roles.may(rules, Access.WRITE, topic) for topic in ("a/b", "a/c", "a")] == [False, True, False]


def may(account: Account, access: Access, topic: str) -> bool:
    return roles.may(roles.rules("situbondo", account), access, f"{BASE}/{topic}")
