"""Where an operator's and a hub's settings are sought, and what is said where none may be read."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from contract.settings.schema import SettingsError
from kentongan import posko_settings
from posko.labels.language import Language
from tests.support.unprivileged import unprivileged

WANTED = "give --config FILE, or set KENTONGAN_CONFIG, or write {}"


@pytest.fixture
def places() -> Iterator[tuple[Path, Path]]:
    """Where settings are sought instead of the home and /etc, in folders that every user may look into."""
    with tempfile.TemporaryDirectory(prefix="k") as name:
        found = Path(name) / "home/posko.yaml", Path(name) / "etc/posko.yaml"
        for folder in (Path(name), *(each.parent for each in found)):
            folder.mkdir(exist_ok=True)
            folder.chmod(0o755)
        yield found


def refused(places: tuple[Path, Path]) -> str:
    """What a user who may not read everything is told."""
    with unprivileged(), pytest.raises(SettingsError) as refusal:
        posko_settings.find(places)
    return str(refusal.value)


def test_settings_are_sought_at_home_then_in_etc(places: tuple[Path, Path]) -> None:
    home, etc = places
    etc.touch()
    found = [posko_settings.find(places)]
    home.touch()
    found.append(posko_settings.find(places))

    assert found == [etc, home]


@pytest.mark.parametrize(("environ", "first"), [
    ({}, "~/.config/kentongan/posko.yaml"), ({"XDG_CONFIG_HOME": ""}, "~/.config/kentongan/posko.yaml"),
    ({"XDG_CONFIG_HOME": "/srv/siti"}, "/srv/siti/kentongan/posko.yaml"),
])
def test_they_are_sought_first_where_mosquittos_clients_seek_their_options(
    environ: dict[str, str], first: str
) -> None:
    assert list(map(str, posko_settings.places(environ))) == [first, "/etc/kentongan/posko.yaml"]


def test_without_settings_it_says_where_they_are_sought(places: tuple[Path, Path]) -> None:
    assert refused(places) == (
        f"no settings: {WANTED.format(places[0])}; config/posko.yaml is an example"
    )


def test_a_folder_that_is_closed_to_this_user_is_named(places: tuple[Path, Path]) -> None:
    places[1].touch()
    places[1].parent.chmod(0)

    assert refused(places) == (
        f"no settings that this user may read: {places[1]} is closed; {WANTED.format(places[0])}"
    )


def test_a_folder_that_is_closed_does_not_hide_settings_that_are_found(places: tuple[Path, Path]) -> None:
    places[0].touch()
    places[1].parent.chmod(0)

    with unprivileged():
        assert posko_settings.find(places) == places[0]


def test_an_operator_is_told_in_indonesian(places: tuple[Path, Path]) -> None:
    with unprivileged(), pytest.raises(SettingsError) as refusal:
        posko_settings.find(places, Language.ID)

    assert str(refusal.value) == (f"tidak ada pengaturan: tulis --config FILE, atau isi KENTONGAN_CONFIG, atau buat "
                                  f"{places[0]}; contohnya config/posko.yaml")
