"""What the map and its command write alike, in Indonesian."""

import math

from posko.coverage.core.reach import Site
from posko.labels import formats
from posko.labels.language import Language


def lacking(site: Site) -> str:
    """What is not known of *site*, in words."""
    return "tanpa " + " dan ".join(
        text for is_lacking, text in ((site.at is None, "letak"), (site.db_30m is None, "angka dB")) if is_lacking)


def percent(share: float) -> str:
    """*share* of a whole as people write it: never more than it is, and what is not nothing never as 0 %."""
    value = 100 * share + 1e-9
    digits = 1 if 1e-6 < value < 10 else 0
    if digits and value < 0.1:
        return "< 0,1 %"
    return f"{formats.number(math.floor(value * 10**digits) / 10**digits, digits, Language.ID)} %"
