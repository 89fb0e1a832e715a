"""The shipped district's labels, read once for each language."""

from functools import cache

from posko.labels.labels import Labels, make_labels
from posko.labels.language import Language
from runtime.files import load_district
from tests.support.nodes import CONFIG


@cache
def labels(language: Language = Language.ID) -> Labels:
    district, catalogue, _ = load_district([], CONFIG / "situbondo.yaml")
    assert district is not None
    assert catalogue is not None
    return make_labels(language, district, catalogue)


LABELS, ENGLISH = labels(), labels(Language.EN)
