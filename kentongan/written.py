"""A file that a command writes: it bears its own ending, so that a slip replaces no settings."""

from pathlib import Path

from contract.settings.schema import SettingsError


def check_ending(option: str, path: Path, ending: str) -> None:
    """Raises SettingsError where *path*, which *option* names, does not end in *ending*, such as `.svg`."""
    if path.suffix.lower() != ending:
        raise SettingsError([f"{option}: {path} does not end in {ending}; nothing is written, lest it is another file"])
