"""Numbers, dates and times of day as one language writes them: the only home of Babel.

    id     1.234,50    22.04    22.04.31    5 Nov    November
    en     1,234.50    22:04    22:04:31    5 Nov    November

Babel has CLDR's data, which is what the operators' telephones and table programs write by, too: so nothing is formatted
by hand here. English is that of Great Britain: the day before the month, 24 hours. Lengths of time ("4 mnt 5 dtk") are
texts: CLDR's short hour, "2 j", is not what people in Situbondo write.
"""

from datetime import date, datetime

from babel import Locale
from babel.dates import format_date, format_time
from babel.numbers import format_decimal

from posko.labels.language import Language

_LOCALES = {Language.ID: Locale("id"), Language.EN: Locale("en", "GB")}
_FINEST = "#,##0.###"


def number(value: float, digits: int, language: Language) -> str:
    """*value* with so many decimal *digits*."""
    return format_decimal(value, "#,##0" + ("." + "0" * digits if digits else ""), locale=_LOCALES[language])


def amount(value: float, language: Language) -> str:
    """*value* with those of its first three decimal digits that it has."""
    return format_decimal(value, _FINEST, locale=_LOCALES[language])


def hour(at: datetime, language: Language, *, seconds: bool = False) -> str:
    """The time of day of *at*, by its own zone."""
    return format_time(at.time(), "medium" if seconds else "short", locale=_LOCALES[language])


def day(at: date, language: Language, *, whole: bool = False) -> str:
    """The day within its year, with the month's name, in short or *whole*."""
    return format_date(at, "d MMMM" if whole else "d MMM", locale=_LOCALES[language])


def month(number_: int, language: Language) -> str:
    """The name of a month, from 1, as it stands by itself."""
    return format_date(date(2000, number_, 1), "LLLL", locale=_LOCALES[language])
