"""Names: what is drawn for them cannot be foretold, and no name is longer than the contract lets it be."""

from dataclasses import replace
from itertools import pairwise

import pytest

from contract.wire.alarm import Body, read_alarm, write_alarm
from node import service as node_service
from node.core.step import start as start_node
from node.core.transition import Transition as NodeTransition
from posko import service as hub_service
from posko.core.step import start as start_hub
from posko.core.transition import Transition as HubTransition
from runtime import tokens
from runtime.core.events import Clock
from tests.contract import shipped
from tests.model.district import node_config
from tests.node.core.world import make_setup

CLOCK = Clock(synced=False, offset_s=0.0)


def test_tokens_have_at_least_64_bits_and_no_two_are_alike_in_any_run() -> None:
    runs = [tokens.tokens() for _ in range(20)]
    drawn = [token(number) for token in runs for number in range(1, 51)]

    assert {len(token) for token in drawn} == {20}  # 80 bits in hexadecimal
    assert len({*drawn}) == 1000
    bits = [bin(int(token, 16) ^ int(other, 16)).count("1") for token, other in pairwise(drawn)]
    assert 35 < sum(bits) / len(bits) < 45  # half of the bits of one differ from those of the next


def test_a_token_is_the_same_for_the_same_number_as_a_step_is_pure() -> None:
    token = tokens.tokens()

    assert (token(1), token(2)) == (token(1), token(2))


def test_each_run_of_a_node_and_of_the_hub_draws_from_a_secret_of_its_own() -> None:
    config = node_config("kalibagor", "pos-1", "village", 300.0)
    setups = [node_service.make_setup(config, {}) for _ in range(2)]
    hubs = [hub_service.make_setup(shipped.district(), shipped.catalogue()) for _ in range(2)]

    assert len({setup.token(1) for setup in (*setups, *hubs)}) == 4
    names = [NodeTransition(start_node(setup, 0.0, CLOCK), 0.0).identifier() for setup in setups]
    names += [HubTransition(start_hub(setup, 0.0, CLOCK), 0.0).identifier() for setup in hubs]
    assert [name.rsplit(".", 1)[0] for name in names] == ["kalibagor.pos-1"] * 2 + ["posko"] * 2
    assert len({*names}) == 4


@pytest.mark.parametrize("node", ["pos-1", "n" * 80])
def test_a_name_is_at_most_64_characters_however_long_the_places_are_called(node: str) -> None:
    setup = replace(make_setup(), node=node, token=tokens.tokens())
    transition = NodeTransition(start_node(setup, 0.0, CLOCK), 0.0)
    first, second = transition.identifier(), transition.identifier()

    assert first != second
    assert max(len(first), len(second)) <= 64
    assert read_alarm(write_alarm(Body(identifier=first))) == Body(identifier=first)
