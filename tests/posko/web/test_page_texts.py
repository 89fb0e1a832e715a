"""The texts of the pages: the same values in both languages, none missing where it is shown, none without use."""

import re
import string
from collections.abc import Iterable

import pytest

from contract.domain.district import read_district
from contract.domain.incidents import read_catalogue
from contract.settings import yamltext
from posko.labels.labels import make_labels
from posko.labels.language import Language
from posko.web import page_texts, templates
from posko.web.templates import MODULES, STATIC
from runtime.files import SHIPPED

PAGES = STATIC.parent / "pages"
# A name that is put together: t(`step_${…}`), t["severity_" + each].
COMPOSED = re.compile(r"t\(`(\w+)_\$\{|t\[\"(\w+)_\" \+|said\[f\"(\w+)_\{")
NAMED = re.compile(r"\bt\(\"([\w-]+)\"|\bt\.(\w+)|\?\s*\"(\w+)\"\s*:\s*\"(\w+)\"")


def sources(page: str) -> str:
    """The templates and modules that show *page*."""
    files = [PAGES / f"{page}.html", PAGES / "base.html", PAGES / "nav.html", STATIC / f"{page}.js"]
    files += [STATIC / f"{each}.js" for each in MODULES[page]]
    files += [STATIC.parent / "templates.py"] if page == "warga" else []
    return "\n".join(each.read_text("utf-8") for each in files)


def used(text: str) -> tuple[set[str], set[str]]:
    """The names of texts in *text*, and the beginnings of those that are put together."""
    names = {name for found in NAMED.findall(text) for name in found if name}
    return names, {name for found in COMPOSED.findall(text) for name in found if name}


def unused(texts: Iterable[str], text: str) -> set[str]:
    names, beginnings = used(text)
    return {name for name in texts if name not in names and name.rpartition("_")[0] not in beginnings}


@pytest.mark.parametrize("page", sorted(page_texts.PAGES))
def test_a_page_shows_every_text_of_its_own_and_no_other(page: str) -> None:
    own = page_texts.PAGES[page]

    assert unused(own, sources(page)) == set()
    asked = set(re.findall(r"\bt\(\"([\w-]+)\"", sources(page)))
    assert asked - own.keys() - page_texts.COMMON.keys() == set()


def test_every_common_text_is_shown_somewhere() -> None:
    assert unused(page_texts.COMMON, "\n".join(map(sources, page_texts.PAGES))) == set()


@pytest.mark.parametrize("page", sorted(page_texts.PAGES))
def test_both_languages_have_the_same_values(page: str) -> None:
    def fields(text: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    for name, text in {**page_texts.COMMON, **page_texts.PAGES[page]}.items():
        assert fields(text.id) == fields(text.en), name


def test_no_text_has_the_name_of_a_method_that_a_template_would_find_in_its_place() -> None:
    every = {name for texts in (page_texts.COMMON, *page_texts.PAGES.values()) for name in texts}

    assert every & set(dir(dict)) == set()


def test_nothing_of_a_page_is_a_script_or_a_style_within_it() -> None:
    """The Content-Security-Policy would refuse it."""
    for page in (*PAGES.glob("*.html"), STATIC / "luring.html"):
        text = page.read_text("utf-8")
        assert re.search(r"\son\w+=|\sstyle=|<style|javascript:", text) is None, page
        for tag in re.findall(r"<script[^>]*>", text):
            assert 'src="/static/' in tag or 'type="application/json"' in tag


def test_no_module_makes_markup_of_what_came_from_outside() -> None:
    unsafe = re.compile(r"(inner|outer)HTML|insertAdjacentHTML|document\.write|\beval\(|new Function")

    assert [each.name for each in STATIC.glob("*.js") if unsafe.search(each.read_text("utf-8"))] == []


def test_the_hostile_is_shown_as_text() -> None:
    name = '</script><img src=x onerror="alert(1)">'
    view = {
        "me": {"name": name, "display": name, "role": "warga", "villages": ["olean"], "may": []},
        "district": {"villages": [{"slug": "olean", "name": name}], "phones": {}, "posts": []},
        "incidents": [{"incident": "pencurian", "label": name, "code": "●●‖"}], "alarms": [],
    }
    html = templates.Pages().render("warga", Language.ID, csrf=name, view=view, district=name)

    assert "<img" not in html
    assert html.count("</script>") == 2
    assert "&lt;img" in html


def test_a_pictogram_of_each_incident_is_in_the_sprite() -> None:
    symbols = set(re.findall(r'<symbol id="([\w-]+)"', (STATIC / "ikon.svg").read_text("utf-8")))

    assert symbols >= templates.PICTURES | {"kentongan"}


def test_what_a_page_loads_is_a_file_of_ours() -> None:
    for page in PAGES.glob("*.html"):
        for name in re.findall(r'"/static/([\w.-]+\.\w+)', page.read_text("utf-8")):
            assert (STATIC / name).is_file(), f"{page.name}: {name}"
    for name, modules in MODULES.items():
        text = "\n".join((STATIC / f"{each}.js").read_text("utf-8") for each in (name, *modules))
        assert set(re.findall(r'from "\./(\w+)\.js"', text)) == set(modules), name


def test_a_private_incident_is_a_call_for_help_wherever_others_may_look() -> None:
    """The law protects who was raped (UU 12/2022): no open screen and no telephone names it beside a village."""
    catalogue = read_catalogue(yamltext.load((SHIPPED / "incidents.yaml").read_text("utf-8")), "incidents.yaml")
    district = read_district(yamltext.load((SHIPPED / "situbondo.yaml").read_text("utf-8")), "situbondo.yaml")
    for language, words in ((Language.ID, "Minta tolong"), (Language.EN, "Call for help")):
        labels = make_labels(language, district, catalogue)
        assert labels.openly("pemerkosaan") == words
        assert labels.openly("kebakaran") == labels.incident("kebakaran")
    view = {
        "me": {"name": "a", "display": "a", "role": "warga", "villages": ["olean"], "may": []}, "alarms": [],
        "district": {"villages": [], "phones": {}, "posts": []},
        "incidents": [{"incident": "pemerkosaan", "label": "Pemerkosaan", "open_label": "Minta tolong",
                       "button": "TOLONG", "code": ""}],
    }
    html = templates.Pages().render("warga", Language.ID, view=view)
    assert "TOLONG" in html
    assert "Pemerkosaan" not in html
