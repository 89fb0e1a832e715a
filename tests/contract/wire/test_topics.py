"""Topics: each is written and read back, and what is no topic of this district is none."""

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.wire import topics
from contract.wire.topics import (
    ActiveTopic,
    AlarmTopic,
    CommandTopic,
    LaporTopic,
    NodeTopic,
    ResponseTopic,
    RondaTopic,
    Topic,
    Urgency,
    read,
    write,
)
from tests.contract.shipped import quick

SLUGS = st.lists(st.text("akz09", min_size=1, max_size=4), min_size=1, max_size=3).map("-".join)
TOPICS = st.one_of(
    st.builds(AlarmTopic, SLUGS, SLUGS),
    st.builds(CommandTopic, SLUGS, SLUGS),
    st.builds(RondaTopic, SLUGS),
    st.builds(ResponseTopic, SLUGS),
    st.builds(LaporTopic, SLUGS),
    st.builds(ActiveTopic),
    st.builds(NodeTopic, SLUGS.filter(lambda slug: slug != "semua"), SLUGS, st.sampled_from(["status", "event"])),
)


@pytest.mark.parametrize(
    ("name", "topic"),
    [
        ("kentongan/situbondo/kalibagor/alarm/pencurian", AlarmTopic("kalibagor", "pencurian")),
        ("kentongan/situbondo/semua/alarm/bencana", AlarmTopic("semua", "bencana")),
        ("kentongan/situbondo/kalibagor/alarm/aman", AlarmTopic("kalibagor", "aman")),
        ("kentongan/situbondo/kalibagor/ronda", RondaTopic("kalibagor")),
        ("kentongan/situbondo/kalibagor/respon", ResponseTopic("kalibagor")),
        ("kentongan/situbondo/kalibagor/lapor", LaporTopic("kalibagor")),
        ("kentongan/situbondo/kalibagor/command/silence", CommandTopic("kalibagor", "silence")),
        ("kentongan/situbondo/semua/command/test", CommandTopic("semua", "test")),
        ("kentongan/situbondo/active", ActiveTopic()),
        ("kentongan/situbondo/kalibagor/node/pos-1/status", NodeTopic("kalibagor", "pos-1", "status")),
        ("kentongan/situbondo/kalibagor/node/pos-1/event", NodeTopic("kalibagor", "pos-1", "event")),
    ],
)
def test_each_topic_of_the_contract_is_written_and_read(name: str, topic: Topic) -> None:
    assert write("situbondo", topic) == name
    assert read("situbondo", name) == topic


@quick
@given(SLUGS, TOPICS)
def test_what_is_written_is_read_back(district: str, topic: Topic) -> None:
    assert read(district, write(district, topic)) == topic


WORDS = ["kentongan", "situbondo", "kalibagor", "semua", "alarm", "ronda", "respon", "lapor", "command", "active",
         "node", "status", ""]


@quick
@given(st.text() | st.lists(st.sampled_from(WORDS) | st.text(max_size=3), max_size=8).map("/".join))
def test_any_name_is_no_topic_or_written_back_the_same(name: str) -> None:
    topic = read("situbondo", name)

    assert topic is None or write("situbondo", topic) == name


# A typo must be answered, so it must be read.
@pytest.mark.parametrize(
    ("name", "topic"),
    [
        ("kentongan/situbondo/kalibagr/alarm/pencurian", AlarmTopic("kalibagr", "pencurian")),
        ("kentongan/situbondo/kalibagor/alarm/Kebakaran", AlarmTopic("kalibagor", "Kebakaran")),
        ("kentongan/situbondo/kalibagor/command/silent", CommandTopic("kalibagor", "silent")),
    ],
)
def test_a_misspelt_village_incident_or_command_is_still_a_topic(name: str, topic: Topic) -> None:
    assert read("situbondo", name) == topic


@pytest.mark.parametrize(
    "name",
    [
        "", "/", "kentongan", "kentongan/", "kentongan/situbondo", "kentongan/situbondo/",
        "kentongan/situbondo/kalibagor", "kentongan/situbondo/kalibagor/alarm",
        "kentongan/situbondo/kalibagor/alarm/pencurian/x", "kentongan/situbondo/kalibagor/alarm/pencurian/",
        "/kentongan/situbondo/kalibagor/alarm/pencurian", "kentongan//kalibagor/alarm/pencurian",
        "Kentongan/situbondo/kalibagor/alarm/pencurian", "kentongan/situbondo/kalibagor/Alarm/pencurian",
        "kentongan/situbondo/kalibagor/alarms/pencurian", "kentongan/situbondo/alarm/pencurian",
        "kentongan/situbondo/kalibagor/ronda/x", "kentongan/situbondo/ronda", "kentongan/situbondo/lapor",
        "kentongan/situbondo/kalibagor/lapor/x", "kentongan/situbondo/kalibagor/active",
        "kentongan/situbondo/active/", "kentongan/situbondo/kalibagor/command", "kentongan/situbondo/aktif",
        "kentongan/situbondo/kalibagor/node/pos-1", "kentongan/situbondo/kalibagor/node/pos-1/log",
        "kentongan/situbondo/kalibagor/node/pos-1/status/x", "kentongan/situbondo/kalibagor/node/status",
        "$SYS/broker/uptime", "homeassistant/status",
    ],
)
def test_what_the_contract_does_not_know_is_no_topic(name: str) -> None:
    assert read("situbondo", name) is None


@pytest.mark.parametrize(
    ("name", "urgency", "longest"),
    [
        ("kentongan/situbondo/kalibagor/alarm/pencurian", Urgency.ORDINARY, 4096),
        ("kentongan/situbondo/kalibagor/ronda", Urgency.ORDINARY, 4096),
        ("kentongan/situbondo/kalibagor/lapor", Urgency.ORDINARY, 4096),
        ("kentongan/situbondo/kalibagor/command/test", Urgency.ORDINARY, 4096),
        ("kentongan/situbondo/kalibagor/alarm/aman", Urgency.ENDS_SOUND, 4096),
        ("kentongan/situbondo/semua/command/silence", Urgency.ENDS_SOUND, 4096),
        ("kentongan/situbondo/active", Urgency.BEACON, 262_144),
        ("kentongan/situbondo/kalibagor/node/pos-1/status", Urgency.ORDINARY, 262_144),
        ("kentongan/situbondo/posko/event", Urgency.ORDINARY, 262_144),
    ],
)
def test_what_ends_sound_is_dropped_last_and_reports_may_be_long(name: str, urgency: Urgency, longest: int) -> None:
    assert (topics.urgency(name), topics.longest(name)) == (urgency, longest)


@pytest.mark.parametrize("kind", ["status", "event"])
def test_no_node_speaks_for_all_villages(kind: str) -> None:
    assert read("situbondo", f"kentongan/situbondo/semua/node/pos-1/{kind}") is None


@pytest.mark.parametrize("district", ["panji", "Situbondo", "situbondo2", "situ", "", "+", "#"])
def test_a_foreign_district_is_none_of_ours(district: str) -> None:
    names = [
        f"kentongan/{district}/kalibagor/alarm/pencurian", f"kentongan/{district}/kalibagor/ronda",
        f"kentongan/{district}/semua/command/silence", f"kentongan/{district}/active",
        f"kentongan/{district}/kalibagor/node/pos-1/status",
    ]

    assert [read("situbondo", name) for name in names] == [None] * 5


@pytest.mark.parametrize(
    ("topic", "name"),
    [
        (AlarmTopic("+", "bencana"), "kentongan/situbondo/+/alarm/bencana"),
        (AlarmTopic("kalibagor", "+"), "kentongan/situbondo/kalibagor/alarm/+"),
        (AlarmTopic("kalibagor", "#"), "kentongan/situbondo/kalibagor/alarm/#"),
        (CommandTopic("semua", "+"), "kentongan/situbondo/semua/command/+"),
        (RondaTopic("+"), "kentongan/situbondo/+/ronda"),
        (ResponseTopic("+"), "kentongan/situbondo/+/respon"),
        (LaporTopic("+"), "kentongan/situbondo/+/lapor"),
        (NodeTopic("+", "+", "status"), "kentongan/situbondo/+/node/+/status"),
        (NodeTopic("+", "+", "+"), "kentongan/situbondo/+/node/+/+"),
    ],
)
def test_wildcards_stand_for_words_of_a_subscription(topic: Topic, name: str) -> None:
    assert write("situbondo", topic) == name


@pytest.mark.parametrize(("name", "report"), [
    ("kentongan/situbondo/olean/node/pos-1/status", True), ("kentongan/situbondo/olean/node/pos-1/event", True),
    ("kentongan/situbondo/olean/alarm/pencurian", False), ("kentongan/situbondo/semua/alarm/aman", False),
    ("kentongan/situbondo/olean/command/status", False), ("kentongan/situbondo/olean/ronda", False),
    ("kentongan/situbondo/active", False), ("kentongan/situbondo/posko/status", False), ("", False), ("a/b/c", False),
])
def test_what_posts_report_of_themselves_is_told_from_what_is_raised(name: str, report: bool) -> None:
    assert topics.is_report(name) is report


@pytest.mark.parametrize("word", ["lapor", "respon"])
def test_what_rings_nothing_is_counted_to_the_village_that_may_publish_it(word: str) -> None:
    name = f"kentongan/situbondo/olean/{word}"
    assert (topics.source(name), topics.speaker(name), topics.is_report(name)) == ("olean", "olean", False)


def test_whoever_makes_up_many_long_topics_does_not_fill_the_memory() -> None:
    tracemalloc.start()
    for number in range(300):
        topics.known(f"kentongan/situbondo/kalibagor/alarm/{number}{'x' * 60_000}")
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert kept < 1_000_000


PANARUKAN = frozenset({"panarukan", "panji"})


@pytest.mark.parametrize(("name", "topic"), [
    ("kentongan/panarukan/sumberkolak/alarm/kebakaran", AlarmTopic("panarukan/sumberkolak", "kebakaran")),
    ("kentongan/panarukan/semua/alarm/aman", AlarmTopic("panarukan/semua", "aman")),
    ("kentongan/panji/active", ActiveTopic("panji")),
])
def test_a_foreign_villages_alarm_and_a_foreign_beacon_are_written_and_read(name: str, topic: Topic) -> None:
    assert write("situbondo", topic) == name
    assert topics.read_foreign(PANARUKAN, name) == topic
    assert read("situbondo", name) is None


@pytest.mark.parametrize("name", [
    "kentongan/situbondo/patokan/alarm/kebakaran", "kentongan/kendit/bugeman/alarm/kebakaran",
    "kentongan/kendit/active", "kentongan/panarukan/sumberkolak/ronda",
    "kentongan/panarukan/sumberkolak/command/silence", "kentongan/panarukan/sumberkolak/node/pos-1/status",
    "kentongan/panarukan/posko/status", "kentongan/panarukan",
    "lain/panarukan/sumberkolak/alarm/kebakaran", "",
])
def test_nothing_else_of_another_district_is_a_topic(name: str) -> None:
    assert topics.read_foreign(PANARUKAN, name) is None


@pytest.mark.parametrize(("name", "who"), [
    ("kentongan/panarukan/sumberkolak/alarm/kebakaran",
     ("panarukan/sumberkolak", "panarukan/sumberkolak", "panarukan")),
    ("kentongan/panarukan/sumberkolak/alarm/aman",
     ("panarukan/sumberkolak", "panarukan/sumberkolak/alarm/aman", "panarukan")),
    ("kentongan/panarukan/active", ("panarukan/active", "panarukan/active", "panarukan")),
    ("kentongan/panarukan/sumberkolak/command/silence", ("panarukan/sumberkolak", "", "panarukan")),
    ("kentongan/situbondo/sumberkolak/alarm/aman", ("sumberkolak", "sumberkolak/alarm/aman", "")),
    ("kentongan/situbondo/active", ("active", "active", "")),
])
def test_who_has_sent_something_in_another_district_is_named_with_it(name: str, who: tuple[str, str, str]) -> None:
    found = topics.known(name, "situbondo")

    assert (found.source, found.speaker, found.district) == who


def test_without_a_home_no_topic_is_another_districts() -> None:
    assert topics.known("kentongan/panarukan/olean/alarm/aman") == topics.known(
        "kentongan/situbondo/olean/alarm/aman", "situbondo")
