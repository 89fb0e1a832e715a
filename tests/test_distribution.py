"""How the tests are given to the processes that run them."""

import re

import pytest

from tests.conftest import APART, FIRST
from tests.support.nodes import ROOT


@pytest.mark.parametrize("name", [each.removesuffix("::") for each in APART])
def test_the_tests_of_a_file_that_are_given_out_one_by_one_share_nothing_that_is_costly_to_make(name: str) -> None:
    """What a fixture of a module or a session makes would be made in each process anew."""
    text = (ROOT / name).read_text("utf-8")

    assert re.search(r'scope="(module|session)"|\b(neighbours: Neigh|shared: Inst|place: Place)', text) is None


@pytest.mark.parametrize("name", FIRST)
def test_a_folder_whose_tests_begin_first_is_there(name: str) -> None:
    assert (ROOT / name).is_dir()
