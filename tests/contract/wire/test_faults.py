"""The names of faults: all of them are on the page of faults, with what they mean and what to do."""

import re
from pathlib import Path

import pytest

from contract.wire.faults import Fault
from node.core.switching import Role

ROOT = Path(__file__).parents[3]
PRODUCT = ("node", "posko", "runtime", "broker")
ROW = re.compile(r"^\| `([a-z ]+?)(?: [A-Z]+)?` \| (.+) \| (.+) \|$", re.MULTILINE)


def test_the_page_names_every_fault_with_its_meaning_and_its_remedy() -> None:
    assert ROW.findall((ROOT / "docs" / "faults.md").read_text("utf-8")) == [
        (fault.value, fault.meaning, fault.remedy) for fault in Fault
    ]


def test_a_fault_is_its_name() -> None:
    assert (Fault.LINK, str(Fault.SIREN_THREAD), Fault.BUTTON.of("pencurian")) == (
        "link", "siren thread", "button pencurian",
    )


@pytest.mark.parametrize("role", Role)
def test_every_output_has_a_fault_of_its_name(role: Role) -> None:
    assert role.value in set(Fault)


@pytest.mark.parametrize("fault", Fault)
def test_every_fault_says_in_a_sentence_each_what_it_means_and_what_to_do(fault: Fault) -> None:
    for sentence in (fault.meaning, fault.remedy):
        assert sentence[0].isupper() or sentence.startswith("systemd")
        assert sentence.endswith(".")
        assert sentence.count(". ") == 0


def sources() -> dict[Path, str]:
    return {path: path.read_text("utf-8") for folder in PRODUCT for path in (ROOT / folder).rglob("*.py")}


def test_no_program_spells_a_faults_name_out() -> None:
    spelt = re.compile(r"""(Faulted|Recovered|\.fault|\.recover)\(f?["']""")

    assert [path for path, text in sources().items() if spelt.search(text)] == []


def test_every_fault_is_some_programs() -> None:
    reporting = [text for path, text in sources().items() if path.parent.name != "labels"]
    used = set(re.findall(r"\bFault\.([A-Z_]+)", "\n".join(reporting)))

    assert {fault.name for fault in Fault} - used == {role.name for role in Role}  # those are by their role
