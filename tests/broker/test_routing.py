"""RabbitMQ's regular expressions grant exactly what Mosquitto's access list grants, written by hand or made up."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broker.core import proof, routing
from contract import roles
from contract.domain.district import read_district
from contract.roles import Access, Account, Role
from contract.settings import yamltext
from posko import service as posko_service
from posko import survey
from posko.notify import service as notify_service
from posko.operator import connection
from tests.broker.installation import DISTRICT
from tests.broker.test_rights import TABLE

D = "situbondo"
ACCOUNTS = {
    "hub": Account("situbondo.posko", Role.HUB),
    "web": Account("situbondo.web", Role.WEB),
    "node": Account("situbondo.kalibagor.pos-1", Role.NODE, ("kalibagor",), node="pos-1", tail="abcdefgh"),
    "polsek": Account("situbondo.patokan.polsek", Role.NODE, ("patokan",), node="polsek"),
    "uplink": Account("situbondo.olean", Role.UPLINK, ("olean",)),
    "all": Account("operator", Role.OPERATOR, everywhere=True),
    "camat": Account("camat", Role.OPERATOR),
    "siti": Account("siti", Role.OPERATOR, ("kalibagor",)),
    "danramil": Account("danramil", Role.OPERATOR, ("kalibagor",), everywhere=True),
    "reader": Account("layar", Role.READER),
    "damkar": Account("damkar", Role.PETUGAS),
    "babinsa": Account("babinsa", Role.PETUGAS, ("kalibagor",)),
}
BY_HAND = tuple(ACCOUNTS)
ACCOUNTS["border"] = Account("situbondo.patokan.pos-1", Role.NODE, ("patokan",), node="pos-1",
                             foreign=("panarukan/sumberkolak",))
EVERYBODY = pytest.mark.parametrize("who", sorted(ACCOUNTS))
WORDS = ("kentongan", D, "panji", "kalibagor", "patokan", "olean", "semua", "alarm", "pencurian", "aman", "ronda",
         "respon", "lapor", "command", "silence", "status", "event", "node", "pos-1", "polsek", "active", "posko", "")
TOPICS = st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map("/".join)
IN_D = st.builds(lambda rest: f"kentongan/{D}/{rest}", TOPICS)
FILTERS = st.builds(
    lambda words, tail: "/".join([*words, *tail]),
    st.lists(st.sampled_from((*WORDS, "+", "+", "*")), min_size=1, max_size=6), st.sampled_from(([], [], ["#"])),
)


def matches(expression: str, key: str) -> bool:
    """As RabbitMQ asks: anywhere in the key."""
    assert expression  # an empty one would match the empty key
    return re.search(expression, key) is not None


def may_write(who: Account, topic: str) -> bool:
    return matches(routing.writes(roles.rules(D, who)), routing.key(topic))


def may_subscribe(who: Account, topic_filter: str) -> bool:
    return matches(routing.reads(who, roles.rules(D, who)), routing.key(topic_filter))


def test_each_role_has_the_rights_that_are_written_by_hand() -> None:
    head, *lines = [line.split() for line in TABLE.strip().splitlines()]
    wanted = {line[0]: dict(zip(head[1:], line[1:], strict=True)) for line in lines}
    written = {topic for topic, cells in wanted.items() if any("w" in cell for cell in cells.values())}
    found = {
        topic: {name: ("r" if topic in written and may_subscribe(who, f"kentongan/{D}/{topic}") else "")
                + ("w" if may_write(who, f"kentongan/{D}/{topic}") else "") or "-" for name, who in ACCOUNTS.items()
                if name in BY_HAND}
        for topic in wanted
    }
    assert found == wanted


@EVERYBODY
def test_each_topic_of_the_proof_is_granted_as_by_mosquitto(who: str) -> None:
    account = ACCOUNTS[who]
    rules = roles.rules(D, account)
    border = DISTRICT.with_name("situbondo-perbatasan.yaml")
    asked = proof.probes(read_district(yamltext.load(border.read_text("utf-8")), border.name))
    assert "kentongan/panarukan/sumberkolak/alarm/pencurian" in asked
    assert {each for each in asked if may_write(account, each)} == {
        each for each in asked if roles.may(rules, Access.WRITE, each)}
    assert {each for each in asked if may_subscribe(account, each)} == {
        each for each in asked if roles.may(rules, Access.READ, each)}


@EVERYBODY
@settings(max_examples=60)
@given(topic=st.one_of(TOPICS, IN_D))
def test_any_topic_is_granted_as_by_mosquitto(who: str, topic: str) -> None:
    account = ACCOUNTS[who]
    rules = roles.rules(D, account)
    assert may_write(account, topic) == roles.may(rules, Access.WRITE, topic)
    # An empty first word is the hub's alone, which answers a topic with a slash too many; nobody may write there.
    if not (who == "hub" and topic.split("/", maxsplit=1)[0] == ""):
        assert may_subscribe(account, topic) == roles.may(rules, Access.READ, topic)


@EVERYBODY
@settings(max_examples=60)
@given(topic_filter=FILTERS, topic=IN_D)
def test_through_a_filter_nobody_hears_what_he_may_not(who: str, topic_filter: str, topic: str) -> None:
    account = ACCOUNTS[who]
    written = any(may_write(each, topic) for each in ACCOUNTS.values())
    as_mqtt = topic_filter.replace("*", "+")  # which is what RabbitMQ makes of it
    nobodys = topic.split("/")[2:4] == ["semua", "node"]  # no post is in semua; the hub could write there, and does not
    if written and not nobodys and may_subscribe(account, topic_filter) and roles.matches(as_mqtt, topic):
        assert roles.may(roles.rules(D, account), Access.READ, topic)


@EVERYBODY
def test_through_the_wide_filters_of_the_proof_nobody_hears_what_he_may_not(who: str) -> None:
    account, district = ACCOUNTS[who], read_district(yamltext.load(DISTRICT.read_text("utf-8")), DISTRICT.name)
    rules = roles.rules(D, account)
    heard = {topic for wide in proof.wide(district) if may_subscribe(account, wide) for topic in proof.probes(district)
             if roles.matches(routing.key(wide).replace("*", "+").replace(".", "/"), topic)
             and any(may_write(each, topic) for each in ACCOUNTS.values())}
    assert {topic for topic in heard if not roles.may(rules, Access.READ, topic)} == set()


@EVERYBODY
@pytest.mark.parametrize("topic", [
    f"kentongan/{D}/kalibagor/alarm/*", f"kentongan/{D}/*/alarm/pencurian", f"kentongan/{D}/kalibagor/alarm/#",
    f"kentongan/{D}/kalibagor/alarm/a.b", f"kentongan/{D}/kalibagor/ronda\n", f"x\nkentongan/{D}/kalibagor/ronda",
])
def test_nobody_publishes_what_would_reach_others_as_another_topic(who: str, topic: str) -> None:
    assert not may_write(ACCOUNTS[who], topic)


def test_an_expression_holds_no_variable_that_rabbitmq_would_replace() -> None:
    for who in ACCOUNTS.values():
        rules = roles.rules(D, who)
        assert not re.search(r"\{(username|vhost|client_id)\}", routing.writes(rules) + routing.reads(who, rules))


def test_the_hub_and_the_programs_beside_it_may_subscribe_to_all_that_they_subscribe_to() -> None:
    found = [*posko_service.subscriptions(D), *notify_service.subscriptions(D),
             *survey.subscriptions(D)]
    district = read_district(yamltext.load(DISTRICT.read_text("utf-8")), DISTRICT.name)
    for out in (frozenset({"patokan"}), frozenset(district.villages)):
        found += posko_service.rationing(district).without(out)
    names = [each.topic for each in found]
    assert [each for each in names if not may_subscribe(ACCOUNTS["hub"], each)] == []


@pytest.mark.parametrize("who", ["web", "all", "camat", "siti", "danramil", "reader", "damkar", "babinsa"])
def test_people_may_subscribe_to_all_that_their_programs_subscribe_to(who: str) -> None:
    account = ACCOUNTS[who]
    villages = account.villages if account.role is Role.PETUGAS and account.villages else ("+",)
    for some in (villages, ("kalibagor",)):
        found = connection.subscriptions(D, some)
        assert [each.topic for each in found if not may_subscribe(account, each.topic)] == []
