"""What the map and its command write alike, in Indonesian."""

from posko.coverage.core.reach import Site
from posko.labels import formats
from posko.labels.language import Language


def lacking(site: Site) -> str:
    """What is not known of *site*, in words."""
    return "tanpa " + " dan ".join(
        text for is_lacking, text in ((site.at is None, "letak"), (site.db_30m is None, "angka dB")) if is_lacking)


def percent(share: float) -> str:
    """*share* of a whole as people write it; what is not nothing is never written as 0 %."""
    value = 100 * share
    digits = 1 if 0 < value < 9.95 else 0
    return "< 0,1 %" if 0 < value < 0.05 else f"{formats.number(value, digits, Language.ID)} %"
