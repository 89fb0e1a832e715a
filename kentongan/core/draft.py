"""A district that is being written: what is known of it -> its file, each neighbourhood on both sides. Pure."""

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from contract.domain import foreign
from contract.domain.district import Phones
from contract.domain.district import Post as Placed
from contract.settings.schema import SettingsError, read
from contract.settings.suggestions import nearest

_DISTRICT_CODE = re.compile(r"[0-9]{2}\.[0-9]{2}\.[0-9]{2}")
# Kemendagri's: the last part of a kelurahan's code begins with 1, of a desa's with 2 (config/situbondo.yaml has both).
_VILLAGE_CODE = re.compile(r"([0-9]{2}\.[0-9]{2}\.[0-9]{2}\.)?([0-9]{4})")
_TITLES = ("kecamatan ", "kec. ", "desa ", "kelurahan ", "kel. ")
_HEAD = """\
# {name}. Made by `kentongan district new`.
#
# A neighbourhood goes both ways: each of the two names the other, also across the border of two districts. A post
# without `at`, its place as [latitude, longitude], counts as within earshot of the posts of its own village only: give
# each its place. What a post may have besides, and whose telephone numbers belong under `phones`: docs/settings.md,
# "The district file".
"""


@dataclass(frozen=True, slots=True)
class Post:
    """A post; an `office` hears all villages. `at` is its place, latitude and longitude."""

    name: str
    office: bool = False
    at: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Village:
    """A desa or kelurahan with its posts."""

    name: str
    code: str
    kind: str
    posts: tuple[Post, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """The district so far; `neighbours` are pairs of villages in order: slugs, or `district/village` of another one."""

    slug: str
    name: str
    code: str
    rhythms: str
    villages: Mapping[str, Village] = field(default_factory=dict)
    neighbours: frozenset[tuple[str, str]] = frozenset()
    phones: Mapping[str, str] = field(default_factory=dict)

    def neighbours_of(self, village: str) -> tuple[str, ...]:
        """The neighbours of *village*, in order."""
        return tuple(sorted(one if other == village else other for one, other in self.neighbours
                            if village in (one, other)))

    def with_village(self, slug_: str, village: Village) -> "Draft":
        """It with *village*."""
        return replace(self, villages={**self.villages, slug_: village})

    def with_neighbours(self, village: str, others: Iterable[str]) -> "Draft":
        """It with *others* as neighbours of *village*, and *village* of each of them."""
        pairs = {(min(village, other), max(village, other)) for other in others if other != village}
        return replace(self, neighbours=self.neighbours | pairs)

    @property
    def across(self) -> tuple[tuple[str, str], ...]:
        """The neighbourhoods across the border, in order: the village there, and the one here as it is called there."""
        return tuple(sorted(
            (there, foreign.name(self.slug, here)) for pair in self.neighbours
            for there, here in (pair, pair[::-1]) if foreign.is_foreign(there)
        ))

    def find(self, word: str) -> str | None:
        """The slug of the village that *word*, its name or slug in any letters, means; None if there is none."""
        wanted = slug(word)
        return wanted if wanted in self.villages else None

    def meant(self, word: str) -> str | None:
        """The village that *word*, which is none, probably means."""
        return nearest(slug(word), self.villages)


def slug(name: str) -> str:
    """The slug of what people call *name*: small letters, digits and hyphens; "" if none of it can be written so."""
    text = unicodedata.normalize("NFKD", " ".join(name.split())).encode("ascii", "ignore").decode().lower()
    title = next((each for each in _TITLES if text.startswith(each)), "")
    return re.sub(r"[^a-z0-9]+", "-", text.removeprefix(title)).strip("-")


def beyond(word: str) -> str | None:
    """The village of another district that *word* names, as `Panarukan/Sumber Kolak`; None if it names none, or more.
    """
    district, village = foreign.parts(word)
    if not slug(district) or not slug(village) or foreign.is_foreign(village):
        return None
    return foreign.name(slug(district), slug(village))


def district_code(text: str) -> str | None:
    """The Kemendagri code of a kecamatan in *text*; None if it is none."""
    found = text.strip()
    return found if _DISTRICT_CODE.fullmatch(found) else None


def village_code(text: str, district: str) -> str | None:
    """The code of a village of the kecamatan *district*, of which *text* may have the last four digits only."""
    found = _VILLAGE_CODE.fullmatch(text.strip())
    return None if found is None or found[1] not in (None, f"{district}.") else f"{district}.{found[2]}"


def kind(code: str) -> str:
    """What a village with this *code* is, as a rule."""
    return "kelurahan" if code.rpartition(".")[2].startswith("1") else "desa"


def place(text: str) -> tuple[float, float] | None:
    """The latitude and longitude in *text*, as a telephone shows them; None where it has no two numbers."""
    found = re.fullmatch(r"\[?\s*(-?[0-9]{1,3}\.?[0-9]*)\s*[,; ]\s*(-?[0-9]{1,3}\.?[0-9]*)\s*\]?", text.strip())
    return None if found is None else (float(found[1]), float(found[2]))


def in_indonesia(at: tuple[float, float]) -> bool:
    """Whether a district file takes this place; with latitude and longitude swapped it does not."""
    return _taken(Placed, {"name": "x", "at": list(at)})


def is_phone(text: str) -> bool:
    """Whether a district file takes this telephone number."""
    return _taken(Phones, {"posko": text})


def _taken(kind_: type[object], found: object) -> bool:
    try:
        read(kind_, found)
    except SettingsError:
        return False
    return True


def node_ids(posts: Iterable[Post]) -> dict[str, Post]:
    """*posts* by their ids: pos-1, pos-2; an office by the first word of its name."""
    found: dict[str, Post] = {}
    for post in posts:
        word = slug(post.name.split()[0]) if post.office and post.name.split() else ""
        free = (f"pos-{count}" for count in range(1, len(found) + 2) if f"pos-{count}" not in found)
        found[word if word and word not in found and word != "pos" else next(free)] = post
    return found


def plain(draft: Draft) -> dict[str, object]:
    """The district as its file says it."""
    return {
        "district": draft.slug, "name": draft.name, "code": draft.code, "rhythms": draft.rhythms,
        **({"phones": dict(draft.phones)} if draft.phones else {}),
        "villages": {
            name: {
                "name": each.name, "kind": each.kind, "code": each.code,
                "neighbours": list(draft.neighbours_of(name)),
                "posts": {node: _post(post) for node, post in node_ids(each.posts).items()},
            } for name, each in draft.villages.items()
        },
    }


def _post(post: Post) -> dict[str, object]:
    hears, at = ({"hears": "all"} if post.office else {}), ({"at": list(post.at)} if post.at else {})
    return {"name": post.name, **hears, **at}


def write(draft: Draft) -> str:
    """The district file."""
    found = plain(draft)
    villages = found.pop("villages")
    lines = [_HEAD.format(name=" ".join(draft.name.split()))]
    lines += [f"{key}: {_yaml(value)}\n" for key, value in found.items()]
    lines.append("\nvillages:\n" if villages else "\nvillages: {}\n")
    for name, village in villages.items():  # type: ignore[attr-defined]
        lines.append(f"  {_yaml(name)}:\n")
        lines += [f"    {key}: {_yaml(value)}\n" for key, value in village.items() if key != "posts"]
        lines.append("    posts:\n" if village["posts"] else "    posts: {}\n")
        lines += [f"      {_yaml(node)}: {_yaml(post)}\n" for node, post in village["posts"].items()]
    return "".join(lines)


def _yaml(value: object) -> str:
    """*value* in YAML's flow style: texts in quotes, as JSON has them, for JSON is YAML."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_yaml(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_yaml, value)) + "]"
    if isinstance(value, str) and re.fullmatch(r"[a-z]+(-[a-z0-9]+)*(/[a-z]+(-[a-z0-9]+)*)?", value):
        return value if value not in ("null", "true", "false") else json.dumps(value)
    return json.dumps(value, ensure_ascii=False)
