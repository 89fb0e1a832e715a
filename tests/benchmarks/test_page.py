"""The page's count of presses: one that never comes to the hub is told with where it stands, and ends no benchmark."""

from http.client import BadStatusLine
from io import StringIO
from pathlib import Path
from unittest.mock import Mock

import pytest

from benchmarks import page
from benchmarks.run import MeasureError, Run
from testing.page import Answered
from testing.posko import Posko

PRESSED = {"crowd.0.0", "crowd.0.1"}


def wait(folder: Path, *recorded: str) -> str:
    """What is shown while PRESSED is waited for, of which the hub has *recorded*."""
    hub = Mock(spec=Posko, lines=["accepted: crowd.0.0", "refused: crowd.0.1: too many"])
    hub.rows.side_effect = lambda _question: [(name,) for name in recorded]
    phone = Mock()
    phone.view.return_value = {"presses": [
        {"identifier": "crowd.0.0", "state": "accepted"}, {"identifier": "crowd.0.1", "state": "refused"}]}
    stream = StringIO()
    page._wait(Run("page", folder, stream=stream), hub, PRESSED, [phone])
    return stream.getvalue()


def test_nothing_is_said_where_the_hub_has_every_press(folder: Path) -> None:
    assert wait(folder, "crowd.0.1", "crowd.0.0", "another") == ""


def test_a_press_that_the_hub_has_not_is_shown_and_raises_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def over(_ready: object, what: str) -> None:
        raise MeasureError(what)

    monkeypatch.setattr(page, "wait_until", over)

    assert wait(folder, "crowd.0.0") == (
        "page: the hub lacks ['crowd.0.1'] after 30 s; the page shows them as ['refused']; "
        "['refused: crowd.0.1: too many']\n")


@pytest.mark.parametrize("fault", [TimeoutError("timed out"), KeyError("presses"), BadStatusLine("")], ids=repr)
def test_a_page_that_does_not_show_them_ends_nothing_either(fault: Exception) -> None:
    phone = Mock()
    phone.view.side_effect = fault

    assert page._shown([phone], ["crowd.0.1"]) == f"the page does not show them: {fault!r}"


@pytest.mark.parametrize(("answer", "told"), [
    (Answered(503, {}, b"busy"), "page: press crowd.0.1: the page answers 503: b'busy'\n"),
    (TimeoutError("timed out"), "page: press crowd.0.1: the page does not answer: TimeoutError('timed out')\n"),
], ids=["refused", "not answered"])
def test_a_press_that_the_page_does_not_take_has_no_time_and_is_shown(
    folder: Path, answer: Answered | Exception, told: str
) -> None:
    stream, phone = StringIO(), Mock()
    phone.do.side_effect = [answer]

    assert page._press(Run("page", folder, stream=stream), phone, "kotakan", "kebakaran", "crowd.0.1") is None
    assert stream.getvalue() == told


def test_a_press_that_the_page_takes_has_its_time(folder: Path) -> None:
    stream, phone = StringIO(), Mock()
    phone.do.return_value = Answered(202, {}, b"")
    took_ms = page._press(Run("page", folder, stream=stream), phone, "kotakan", "kebakaran", "crowd.0.1")

    assert took_ms is not None
    assert took_ms >= 0.0
    assert stream.getvalue() == ""
