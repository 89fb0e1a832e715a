"""What is to change on the disk, and how it is told. Pure; must not open files."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from broker.core.bundles import File, Tree
from broker.core.site import STATE

# Each member of these folders is a bundle of its own, and ours as a whole.
SHELVES = ("nodes", "villages", "operators", "petugas", "readers", "cards")


@dataclass(frozen=True, slots=True)
class Change:
    """The file at `path` becomes `file`; None: it goes."""

    path: str
    file: File | None


def changes(present: Tree, wanted: Tree, kept: Collection[str]) -> list[Change]:
    """What makes *wanted* out of *present*, in the order in which a power cut does least harm.

    First what the tool keeps, so that a second run completes the first; then the bundles, whose passwords cannot be
    had again from anywhere; then what the broker reads; at last what goes. Bundles that are not *kept* go, and what is
    neither wanted nor in a bundle stays.
    """
    written = [Change(path, file) for path, file in wanted.items() if present.get(path) != file]
    gone = [Change(path, None) for path in present if (name := bundle_of(path)) is not None and name not in kept]
    return sorted(written, key=lambda each: (_rank(each.path), each.path)) + sorted(gone, key=lambda each: each.path)


def bundle_of(path: str) -> str | None:
    """The bundle in which *path* lies."""
    words = path.split("/")
    return "/".join(words[:2]) if len(words) > 2 and words[0] in SHELVES else None


def told(present: Tree, found: list[Change]) -> Iterator[str]:
    """What was done, a line for each bundle or other file."""
    groups: dict[str, list[Change]] = {}
    for each in found:
        groups.setdefault(bundle_of(each.path) or each.path, []).append(each)
    before = {bundle_of(path) or path for path in present}
    for name, members in groups.items():
        if all(each.file is None for each in members):
            yield f"{name}: removed"
        elif name not in before:
            yield f"{name}: made"
        else:
            files = [each.path.removeprefix(f"{name}/") for each in members if each.path != name]
            yield f"{name}: changed" + (f" ({', '.join(files)})" if files else "")


def _rank(path: str) -> int:
    return 0 if path == STATE or path.startswith(("ca/", "district/")) else 2 if path.startswith("broker/") else 1
