"""The pages as HTML: the only home of Jinja2.

    page, language, View, CSRF token ──render──> HTML, with the texts and the first View as data for its modules

Every value is escaped, and nothing of a page is a script or a style: the strict Content-Security-Policy needs both.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from posko.labels.language import Language
from posko.web import page_texts

HERE = Path(__file__).resolve().parent
STATIC = HERE / "static"
# The groups of the resident's buttons, in their order; what the catalogue has besides comes last.
GROUPS: Mapping[str, Sequence[str]] = {
    "crime": ("pencurian", "perampokan", "ternak", "keributan", "pemerkosaan", "pembunuhan"),
    "fire": ("kebakaran", "kecelakaan"),
    "disaster": ("banjir", "gempa", "longsor", "angin", "bencana", "tsunami"),
    "other": ("lainnya",),
}
# What each page's module imports, asked for at once: a weak link has no time for one after the other.
MODULES: Mapping[str, Sequence[str]] = {
    "masuk": ("common",), "warga": ("common", "hold", "outbox", "where"),
    "petugas": ("common", "awake", "cards", "sound"),
    "posko": ("common", "cards", "elsewhere", "history", "map"), "layar": ("common", "awake", "elsewhere"),
}
# What static/ikon.svg has a pictogram for; any other incident is shown as `lainnya`.
PICTURES = frozenset(slug for slugs in GROUPS.values() for slug in slugs)
_LONG = 9  # letters of a word that fit a button in its ordinary size


class Pages:
    """The templates, read once."""

    def __init__(self) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(HERE / "pages"), autoescape=True, undefined=StrictUndefined,
            trim_blocks=True, lstrip_blocks=True,
        )

    def render(
        self, page: str, language: Language, *, csrf: str = "", view: Mapping[str, Any] | None = None,
        district: str = "",
    ) -> str:
        """The HTML of *page*: masuk, warga, petugas, posko or layar.

        *view* is the View of who looks, as /api/keadaan gives it; None where nobody has logged in. *district* is its
        name for people.
        """
        said = page_texts.of_page(page, language)
        return self._environment.get_template(f"{page}.html").render(
            page=page, t=said, language=language.value, csrf=csrf, view=view, district=district, modules=MODULES[page],
            groups=_groups(view, said, language) if page == "warga" and view is not None else (),
            place=_place(view, district) if page == "warga" else district,
            data={"texts": said, "language": language.value, "view": _first(page, view), "pictures": sorted(PICTURES)},
        )


def _groups(
    view: Mapping[str, Any], said: Mapping[str, str], language: Language
) -> list[tuple[str, str, list[dict[str, Any]]]]:
    """The buttons of *view*: each group's slug, name and incidents."""
    known = {each["incident"]: each for each in view.get("incidents") or () if not each.get("everywhere")}
    named = {slug for slugs in GROUPS.values() for slug in slugs}
    found = []
    for group, slugs in GROUPS.items():
        more = [slug for slug in known if slug not in named] if group == "other" else []
        buttons = [_button(known[slug], language) for slug in (*slugs, *more) if slug in known]
        if buttons:
            found.append((group, said[f"group_{group}"], buttons))
    return found


def _first(page: str, view: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """The *view* that goes with a page: a resident's needs no strokes and no outlines, and his link may be weak."""
    if view is None or page != "warga":
        return view
    district = view["district"]
    villages = [{"slug": each["slug"], "name": each["name"]} for each in district["villages"]]
    incidents = [{"incident": each["incident"], "label": each.get("open_label") or each["label"]}
                 for each in view["incidents"]]
    return {**view, "district": {**district, "villages": villages}, "incidents": incidents}


def _place(view: Mapping[str, Any] | None, district: str) -> str:
    """Where a resident's alarms ring: his village's name, if it is one."""
    if view is None:
        return district
    own: Sequence[str] = view["me"]["villages"]
    names: dict[str, str] = {each["slug"]: each["name"] for each in view["district"]["villages"]}
    return next((names[each] for each in own if each in names), district) if len(own) == 1 else district


def _button(incident: Mapping[str, Any], language: Language) -> dict[str, Any]:
    """An incident with what its button shows: in Indonesian the word on the wall's button."""
    label = incident.get("open_label") or incident["label"]
    shown = (incident.get("button") if language is Language.ID else "") or label
    return {
        **incident, "label": label, "shown": shown, "long": max(map(len, shown.split()), default=0) > _LONG,
        "picture": incident["incident"] if incident["incident"] in PICTURES else "lainnya",
    }
