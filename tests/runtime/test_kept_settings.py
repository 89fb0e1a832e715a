"""The copy of the settings that worked: private, whole at every instant, and found only for the file it was made of."""

import os
import stat
from pathlib import Path

import pytest

from runtime import kept_settings

SOURCE = Path("/etc/kentongan/node.yaml")
FIRST = {"node.yaml": b"one", "district/situbondo.yaml": b"two", "district/rhythms/tni.yaml": b"three"}


def taken(_folder: Path) -> bool:
    return True


def content(state: Path) -> dict[str, bytes]:
    found = kept_settings.find([state], SOURCE)
    assert found is not None
    return {name: (found.folder / name).read_bytes() for name in FIRST if (found.folder / name).exists()}


def test_what_was_kept_is_found_again(tmp_path: Path) -> None:
    assert kept_settings.save(tmp_path / "state", SOURCE, FIRST, taken)
    assert content(tmp_path / "state") == FIRST


def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    kept_settings.save(tmp_path, SOURCE, FIRST, taken)
    modes = {str(each.relative_to(tmp_path)): stat.S_IMODE(each.lstat().st_mode)
             for each in tmp_path.rglob("*") if not each.is_symlink()}

    assert modes == {
        "settings.a": 0o700, "settings.a/source": 0o600, "settings.a/node.yaml": 0o600, "settings.a/district": 0o700,
        "settings.a/district/situbondo.yaml": 0o600, "settings.a/district/rhythms": 0o700,
        "settings.a/district/rhythms/tni.yaml": 0o600,
    }


def test_the_next_ones_replace_them_whole_time_and_again(tmp_path: Path) -> None:
    for version in (b"1", b"2", b"3"):
        kept_settings.save(tmp_path, SOURCE, {**FIRST, "node.yaml": version}, taken)
        assert content(tmp_path)["node.yaml"] == version
    kept_settings.save(tmp_path, SOURCE, {"node.yaml": b"4"}, taken)

    assert content(tmp_path) == {"node.yaml": b"4"}


def test_what_is_kept_already_is_not_written_again(tmp_path: Path) -> None:
    kept_settings.save(tmp_path, SOURCE, FIRST, taken)
    places = (tmp_path / "settings", tmp_path / "settings.a", tmp_path / "settings.a" / "source")
    before = [place.lstat().st_mtime_ns for place in places]

    assert kept_settings.save(tmp_path, SOURCE, FIRST, lambda _folder: pytest.fail("it was judged again"))
    assert [place.lstat().st_mtime_ns for place in places] == before


def test_what_is_not_taken_leaves_those_of_before(tmp_path: Path) -> None:
    kept_settings.save(tmp_path, SOURCE, FIRST, taken)

    assert not kept_settings.save(tmp_path, SOURCE, {"node.yaml": b"other"}, lambda _folder: False)
    assert content(tmp_path) == FIRST


@pytest.mark.parametrize("call", ["write", "fsync", "symlink", "rename"])
def test_a_disk_that_fails_at_any_step_leaves_those_of_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    kept_settings.save(tmp_path, SOURCE, FIRST, taken)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        target = {"write": "fdopen", "fsync": "fsync", "symlink": "symlink", "rename": "replace"}[call]
        broken.setattr(os, target, full)
        with pytest.raises(OSError, match="No space"):
            kept_settings.save(tmp_path, SOURCE, {"node.yaml": b"other"}, taken)

    assert content(tmp_path) == FIRST
    assert kept_settings.save(tmp_path, SOURCE, {"node.yaml": b"other"}, taken)
    assert content(tmp_path) == {"node.yaml": b"other"}


def test_those_of_another_file_are_not_found(tmp_path: Path) -> None:
    kept_settings.save(tmp_path, SOURCE, FIRST, taken)

    assert kept_settings.find([tmp_path], Path("/home/pi/node.yaml")) is None
    assert kept_settings.find([tmp_path / "none"], SOURCE) is None


def test_the_first_folder_that_has_them_counts(tmp_path: Path) -> None:
    for name in ("old", "new"):
        kept_settings.save(tmp_path / name, SOURCE, {"node.yaml": name.encode()}, taken)
    found = kept_settings.find([tmp_path / "none", tmp_path / "new", tmp_path / "old"], SOURCE)

    assert found is not None
    assert (found.folder / "node.yaml").read_bytes() == b"new"


@pytest.mark.parametrize("rubbish", ["file", "loop", "dangling"])
def test_rubbish_in_their_place_is_none_and_is_replaced(tmp_path: Path, rubbish: str) -> None:
    place = tmp_path / "settings"
    if rubbish == "file":
        place.write_text("x", "utf-8")
    else:
        place.symlink_to("settings" if rubbish == "loop" else "nowhere")

    assert kept_settings.find([tmp_path], SOURCE) is None
    assert kept_settings.save(tmp_path, SOURCE, FIRST, taken)
    assert content(tmp_path) == FIRST
