"""Client ids are one space for the whole broker: who connects under another's id ends that one's connection.

So nobody can take the id of a box, of the hub, of an operator or of a reader, on any listener: as an account of the
same listener the broker gives it its own, and as one of another listener it cannot guess them. Mosquitto itself logs
each connection that another one ends.
"""

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from broker.mosquitto import end, program
from testing.program import LIMIT_S, Program
from tests.broker.installation import BASE, Installation, run
from tests.broker.test_posts import POST, begin_hub, make_post
from tests.support.waiting import wait_until

ENDED = "already connected, closing old connection"
THIEVES = ("situbondo.posko", "situbondo.patokan.polsek", "situbondo.olean", "operator", "siti", "layar")
# What anybody knows, or reads in these sources, of how the accounts and programs are called.
KNOWN = (
    POST, "situbondo.patokan.polsek", "situbondo.olean", "situbondo.posko", "situbondo.posko.look",
    "situbondo.posko.survey", "situbondo.posko.revoke", "operator", "siti", "layar", "situbondo.operator",
    "situbondo.reader", "auto-", "mosq-",
)
CONNECTED = re.compile(r"New client connected from \S+ as (\S+) \(p5, c1, k\d+, u'([^']+)'\)")


def log(made: Installation) -> str:
    return (made.folder.parent / "log").read_text("utf-8", "replace")


def ids(made: Installation) -> dict[str, set[str]]:
    """Every client id that the broker has known so far, by the name under which its account logged in."""
    found: dict[str, set[str]] = {}
    for client_id, name in CONNECTED.findall(log(made)):
        found.setdefault(name, set()).add(client_id)
    return found


@contextmanager
def everybody(made: Installation) -> Iterator[None]:
    """A hub, a post, an operator's watch and a reader's listener at work, as their bundles have them."""
    place = made.folder.parent
    for name in ("operator", "layar"):
        run(["sh", str(made.bundle(name) / "pasang")], home=place / name)
    watch = Program("watch", ["watch", "--config", str(place / "operator/.config/kentongan/posko.yaml")])
    with ExitStack() as stack:
        hub, post = begin_hub(made, place / "hub"), make_post(made, place / "a")
        stack.callback(hub.kill)
        stack.callback(post.kill)
        post.begin()
        watch.start()
        stack.callback(watch.kill)
        listener = subprocess.Popen(
            [program("mosquitto_sub"), "-t", f"{BASE}/#"], stdout=subprocess.DEVNULL,
            env={"HOME": str(place / "layar")},
        )
        stack.callback(end, listener)
        names = {made.name(each) for each in (POST, "situbondo.posko", "operator", "layar")}
        assert wait_until(lambda: names <= ids(made).keys()), ids(made).keys()
        yield


def try_to_take(made: Installation, thief: str, client_id: str) -> None:
    with made.connect(thief) as client:
        assert client.log_in(client_id, made.name(thief), made.password(thief)) == 0
        client.catch_up()


@pytest.fixture
def lively(fresh: Installation) -> Iterator[Installation]:
    """A broker with an uplink's, an operator's and a reader's account, and everybody at work."""
    assert fresh.tool("add", "operator", "siti", "--village", "kalibagor").code == 0
    assert fresh.tool("provision", "--village-broker", "olean=127.0.0.1").code == 0
    fresh.start()
    with everybody(fresh):
        yield fresh


def test_no_account_takes_the_client_id_of_another_on_any_listener(lively: Installation) -> None:
    theirs = ids(lively)
    for thief in THIEVES:
        for client_id in KNOWN:
            try_to_take(lively, thief, client_id)
        for secret in {each for found in theirs.values() for each in found}:
            if thief in ("situbondo.patokan.polsek", "situbondo.olean"):  # at their listener even who knows it cannot
                try_to_take(lively, thief, secret)

    assert ENDED not in log(lively)


def test_client_ids_have_64_random_bits_and_stand_in_nothing_that_another_account_can_read(
    lively: Installation
) -> None:
    with lively.login("layar", "#", "$SYS/#") as reader:
        for name in ("operator", "situbondo.posko"):  # what they say is refused becomes a fault and a log line
            with lively.login(name) as client:
                client.publish(f"{BASE}/kalibagor/alarm/pencurian", b"{}")
        assert reader.wait(lambda messages: any(each.topic.endswith("/active") for each in messages))
        assert reader.wait(lambda messages: any("/node/" in each.topic for each in messages))
        heard = b"\n".join(each.topic.encode() + each.payload for each in reader.messages)
    owners = {lively.name(each): each for each in (POST, "situbondo.posko", "operator", "layar")}
    theirs = ids(lively)

    for name, owner in owners.items():
        for client_id in theirs[name] - {owner}:  # the probes of this test call themselves by their account
            secret = client_id.removeprefix(owner).removeprefix("situbondo.operator")
            assert len(re.sub("[^0-9A-Za-z]", "", secret)) >= 16, client_id  # base 16 or 32
            assert client_id.encode() not in heard
            for folder in lively.folder.glob("*/*"):
                if folder.is_dir() and folder != lively.bundle(owner):
                    assert not [path for path in folder.rglob("*") if client_id in path.read_text("utf-8")]


def test_two_lines_and_two_listeners_of_one_operator_go_on_side_by_side(shared: Installation, tmp_path: Path) -> None:
    run(["sh", str(shared.bundle("operator") / "pasang")], home=tmp_path)
    home = {"HOME": str(tmp_path)}
    words = ["stdbuf", "-oL", program("mosquitto_sub"), "-d", "-t", f"{BASE}/+/alarm/+", "-C", "2", "-W",
             str(int(LIMIT_S))]
    listeners = [subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env={"PATH": os.environ["PATH"], **home})
                 for _ in range(2)]
    for each in listeners:
        assert each.stdout is not None
        assert any(line.startswith("Subscribed") for line in each.stdout)  # before anybody publishes
    ring = [program("mosquitto_pub"), "-t", f"{BASE}/kalibagor/alarm/pencurian", "-m"]
    lines = [subprocess.Popen([*ring, note], env=home) for note in ("RT 3", "RT 4")]
    heard = [sorted(line for line in each.communicate(timeout=LIMIT_S)[0].splitlines() if line.startswith("RT "))
             for each in listeners]

    assert [each.wait(LIMIT_S) for each in lines] == [0, 0]
    assert heard == [["RT 3", "RT 4"]] * 2


def made_before(fresh: Installation) -> None:
    """Makes of *fresh* an installation from the time when boxes logged in under names that could be guessed."""
    for path in fresh.folder.rglob("*"):
        if path.suffix in (".yaml", ".acl", ".passwd") and path.name != "accounts.yaml":
            path.write_text(re.sub("_[a-z2-7]{16}", "", path.read_text("utf-8")), "utf-8")
    state = fresh.folder / "accounts.yaml"
    text = state.read_text("utf-8")
    state.write_text(text[: text.index("# What follows the name")], "utf-8")


def test_an_installation_of_before_stays_as_it_is_and_is_told_what_to_do(fresh: Installation) -> None:
    made_before(fresh)
    todo = [f"TO DO: situbondo.{box}: its client id can be guessed, and who has an operator's or a reader's account "
            f"can end its connection by it; kentongan broker rotate {box} --reload, and hand over its bundle"
            for box in ("dawuhan.pos-1", "kalibagor.pos-1", "kotakan.pos-1", "olean.pos-1", "patokan.polsek",
                        "patokan.pos-1", "talkandang.pos-1")]
    assert [line for line in fresh.tool("provision").lines if line.startswith("TO DO")] == todo  # the archives follow
    before = fresh.files()

    assert fresh.tool("provision").lines == ["nothing to do", *todo]
    assert fresh.files() == before
    assert not [path for path, body in before.items() if path.endswith(("node.yaml", ".passwd")) and b"pos-1_" in body]
    said = fresh.tool("check")
    assert (said.code, said.lines[-8:]) == (
        1, [*todo, "11 accounts: 0 surprises, 7 client ids that can be guessed"])
    for line in todo:
        box = line.split()[2].removesuffix(":").removeprefix("situbondo.")
        assert fresh.tool("rotate", box).code == 0
    assert fresh.tool("provision").lines == ["nothing to do"]
    assert fresh.tool("check").code == 0


def test_the_boxes_of_a_village_with_a_broker_of_its_own_are_nobodys_neighbours(fresh: Installation) -> None:
    """There is no operator's listener there."""
    made_before(fresh)
    said = fresh.tool("provision", "--village-broker", "olean=127.0.0.1")
    assert "olean" not in "".join(line for line in said.lines if line.startswith("TO DO"))


def test_one_box_has_one_connection(shared: Installation) -> None:
    """So a stolen one cannot fill its listener with them."""
    with shared.login(POST) as first, shared.login(POST):
        assert first.hung_up()


