"""The file of a run's JSON: a fault is found before the run where it can be, and nothing of before is lost by it."""

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from benchmarks import output
from benchmarks.output import OutputError


def test_looking_leaves_no_file_and_changes_none(folder: Path) -> None:
    (folder / "old.json").write_text("of before", "utf-8")
    output.check(folder / "new.json")
    output.check(folder / "old.json")

    assert [path.name for path in folder.iterdir()] == ["old.json"]
    assert (folder / "old.json").read_text("utf-8") == "of before"


@pytest.mark.parametrize(("name", "reason"), [
    ("none/found.json", "No such file or directory"), ("file/found.json", "Not a directory"),
    (".", "Is a directory"),
])
def test_where_nothing_can_be_written_it_says_so(folder: Path, name: str, reason: str) -> None:
    (folder / "file").touch()
    path = folder / name

    with pytest.raises(OutputError) as before:
        output.check(path)
    with pytest.raises(OutputError) as after:
        output.write(path, "new")

    assert str(before.value) == str(after.value) == f"{path} cannot be written: {reason}"


def test_a_file_that_may_not_be_written_is_found_before_the_run(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = folder / "found.json"
    path.write_text("of before", "utf-8")
    path.chmod(0o444)
    _as_an_ordinary_user(monkeypatch)

    with pytest.raises(OutputError, match=r"found\.json cannot be written: Permission denied"):
        output.check(path)


def _as_an_ordinary_user(monkeypatch: pytest.MonkeyPatch) -> None:
    """Opening refuses what the file's mode does not permit, as the kernel does unless root opens it."""
    opened = os.open

    def refuse(path: Any, flags: int, *rest: Any, **more: Any) -> int:
        if flags & (os.O_WRONLY | os.O_RDWR) and Path(path).exists() and not Path(path).stat().st_mode & 0o200:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return opened(path, flags, *rest, **more)

    monkeypatch.setattr(os, "open", refuse)


def test_a_full_device_is_a_sentence() -> None:
    output.check(Path("/dev/full"))

    with pytest.raises(OutputError, match="/dev/full cannot be written: No space left on device"):
        output.write(Path("/dev/full"), "{}")


def test_the_new_file_takes_the_place_of_the_old(folder: Path) -> None:
    (folder / "kept").mkdir()
    (folder / "kept/run.json").write_text("of before", "utf-8")
    (folder / "link.json").symlink_to("kept/run.json")
    output.write(folder / "link.json", "new")

    assert (folder / "link.json").is_symlink()
    assert [(path.name, path.read_text("utf-8")) for path in (folder / "kept").iterdir()] == [("run.json", "new")]


def test_a_file_of_before_stays_where_the_new_one_does_not_get_whole(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder / "found.json"
    path.write_text("of before", "utf-8")
    whole = Path.write_text

    def write_half(self: Path, text: str, *rest: Any) -> int:
        whole(self, text[:1], *rest)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_text", write_half)
    with pytest.raises(OutputError, match="No space left on device"):
        output.write(path, "new")

    assert [each.name for each in folder.iterdir()] == ["found.json"]
    assert path.read_text("utf-8") == "of before"


def test_a_file_in_a_folder_that_may_not_be_written_is_written_itself(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder / "found.json"
    path.write_text("of before, and longer", "utf-8")
    monkeypatch.setattr(os, "access", lambda *_: False)
    output.check(path)
    output.write(path, "new")

    assert path.read_text("utf-8") == "new"
