"""The district's time zone: by its province, or as its file says."""

import pytest

from contract.domain.district import read_district
from contract.domain.timezone import ZONES, of_province
from contract.settings.schema import SettingsError


def district(**changes: object) -> dict[str, object]:
    code = str(changes.get("code", "35.12.07"))
    village = {"name": "A", "kind": "desa", "code": f"{code}.2001", "neighbours": [], "posts": {}}
    return {"district": "a", "name": "A", "code": code, "rhythms": "jawa-timur", "villages": {"a": village}, **changes}


@pytest.mark.parametrize(("code", "zone", "hours"), [
    ("11.01.01", "WIB", 7), ("21.01.01", "WIB", 7), ("31.01.01", "WIB", 7), ("35.12.07", "WIB", 7),
    ("36.01.01", "WIB", 7), ("61.01.01", "WIB", 7), ("62.01.01", "WIB", 7),
    ("51.01.01", "WITA", 8), ("53.01.01", "WITA", 8), ("63.01.01", "WITA", 8), ("65.01.01", "WITA", 8),
    ("71.01.01", "WITA", 8), ("76.01.01", "WITA", 8),
    ("81.01.01", "WIT", 9), ("82.01.01", "WIT", 9), ("91.01.01", "WIT", 9), ("96.01.01", "WIT", 9),
])
def test_the_zone_is_that_of_the_province(code: str, zone: str, hours: int) -> None:
    found = read_district(district(code=code)).zone
    assert (found.name, found.hours, found.posix) == (zone, hours, f"{zone}-{hours}")


def test_all_38_provinces_have_a_zone() -> None:
    assert sum(of_province(f"{number:02}.01.01") is not None for number in range(100)) == 38


@pytest.mark.parametrize(("written", "iana"), [
    ("Asia/Makassar", "Asia/Makassar"), ("WITA", "Asia/Makassar"), ("wit", "Asia/Jayapura"),
    ("Asia/Pontianak", "Asia/Pontianak"),
])
def test_the_file_may_say_otherwise(written: str, iana: str) -> None:
    assert read_district(district(timezone=written)).zone == ZONES[iana]


@pytest.mark.parametrize("written", ["Asia/Jakrta", "UTC", "", 7, None, True, ["Asia/Jakarta"]])
def test_another_zone_is_refused_with_those_that_there_are(written: object) -> None:
    with pytest.raises(SettingsError) as error:
        read_district(district(timezone=written), "a.yaml")
    (fault,) = error.value.faults
    assert fault.startswith("a.yaml.timezone: ")
    assert "Asia/Jakarta" in fault


def test_a_code_of_no_province_asks_for_the_zone() -> None:
    with pytest.raises(SettingsError) as error:
        read_district(district(code="99.01.01"), "a.yaml")
    assert error.value.faults == (
        ("a.yaml.timezone: missing; 99 is the code of no province, so write one of Asia/Jakarta, Asia/Pontianak, "
        "Asia/Makassar, Asia/Jayapura"),
    )
    assert read_district(district(code="99.01.01", timezone="Asia/Jakarta")).zone.name == "WIB"
