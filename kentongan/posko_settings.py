"""What the posko's commands share: their settings, their language, and how they report a fault of the user's."""

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NoReturn

import click

from contract.settings.schema import SettingsError
from kentongan import usage
from kentongan.usage import LANGUAGE_VARIABLE
from posko import config
from posko.labels import language, texts
from posko.labels.labels import Labels, make_labels
from posko.labels.language import Language

VARIABLE = "KENTONGAN_CONFIG"
HOME_VARIABLE = "XDG_CONFIG_HOME"


def places(environ: Mapping[str, str]) -> tuple[Path, Path]:
    """Where settings are sought, in order. The first is where Mosquitto's clients seek theirs, and `pasang` puts both.

    So `kentongan alarm` rings as whoever `mosquitto_pub` does: with the variable set, nothing in ~/.config counts.
    """
    return Path(environ.get(HOME_VARIABLE) or "~/.config", "kentongan/posko.yaml"), Path("/etc/kentongan/posko.yaml")


def fail(faults: Iterable[str]) -> NoReturn:
    """Ends the program with *faults*, which are the user's to fix."""
    raise SettingsError(faults)


_WANTED = language.Text("tulis --config FILE, atau isi {variable}, atau buat {place}",
                        "give --config FILE, or set {variable}, or write {place}")
_CLOSED = language.Text("tidak ada pengaturan yang boleh dibaca: {place} tertutup; {wanted}",
                        "no settings that this user may read: {place} is closed; {wanted}")
_NONE = language.Text("tidak ada pengaturan: {wanted}; contohnya config/posko.yaml",
                      "no settings: {wanted}; config/posko.yaml is an example")


def find(sought: Sequence[Path], speech: Language = Language.EN) -> Path:
    """The first of the places *sought* where there are settings; ends the program where there are none."""
    wanted = _WANTED.say(speech, variable=VARIABLE, place=sought[0])
    folders = {place: place.expanduser().parent for place in sought}
    for place in folders:
        if os.access(place.expanduser(), os.F_OK):
            return place.expanduser()
    for place, folder in folders.items():
        if os.access(folder, os.F_OK) and not os.access(folder, os.X_OK):
            fail([_CLOSED.say(speech, place=place, wanted=wanted)])
    fail([_NONE.say(speech, wanted=wanted)])


def _given_or_found(context: click.Context, _parameter: click.Parameter, given: Path | None) -> Path | None:
    if given is not None or context.resilient_parsing:  # a shell asks what there is; it needs no settings
        return given
    return find(places(os.environ), usage.language_at(context))


CONFIG = click.option(
    "--config", "path", envvar=VARIABLE, type=click.Path(readable=False, path_type=Path), metavar="FILE",
    callback=_given_or_found,
    help=f"The settings, such as config/posko.yaml. Otherwise ${VARIABLE}, ~/.config/kentongan/posko.yaml (with "
         f"${HOME_VARIABLE}, there instead of ~/.config) or /etc/kentongan/posko.yaml.",
)


def _language(_context: click.Context, _parameter: click.Parameter, given: str | None) -> Language:
    return language.choose(given, os.environ)


LANG = click.option(
    "--lang", "speech", envvar=LANGUAGE_VARIABLE, type=click.Choice([each.value for each in Language]),
    callback=_language,
    help="The language of the output: id, Bahasa Indonesia, or en, English. Otherwise "
         f"${LANGUAGE_VARIABLE}; otherwise en where the locale is English, and id everywhere else.",
)


def load(path: Path, speech: Language = Language.ID) -> tuple[config.Config, Labels]:
    """The configuration in *path*, and the labels of its district; ends the program with its faults."""
    found = config.load(path)
    return found, make_labels(speech, found.district, found.catalogue)


def fit_together(configs: Sequence[config.Config], labels: Labels) -> None:
    """Ends the program where *configs* are not those of districts that can be shown together."""
    seen: set[str] = set()
    for each in configs:
        if each.district.district in seen:
            fail([labels(texts.WATCHED_TWICE, district=each.district.name)])
        seen.add(each.district.district)
        zone = configs[0].district.zone
        if each.district.zone != zone:
            fail([labels(texts.OTHER_ZONE, district=each.district.name, zone=each.district.zone.name,
                                        here=zone.name)])
