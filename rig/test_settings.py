"""A bad edit of the settings, and the next start of the machine."""

from collections.abc import Callable

from rig.box import SETTINGS, UNIT, Box


def test_after_a_broken_edit_and_a_reboot_the_box_is_armed_on_the_old_settings(
    box: Box, note: Callable[[str], None]
) -> None:
    kept = box.pi.sh(f"cat {SETTINGS}")
    box.put_settings(kept.replace("siren: {pin: 17,", "siren: {pim: 17,"))
    try:
        box.pi.stop()
        box.pi.start()
        box.wait_for_armed()
        assert box.press() is not None
        assert "siren.pim: unknown" in box.pi.sh("kentongan check 2>&1 || true")
        assert "node.yaml" in box.pi.sh(f"journalctl -b -u {UNIT} -o cat --no-pager | grep settings")
        note("broken edit and reboot: armed on the settings of before, and the fault is in the log")
    finally:
        box.put_settings(kept)
        box.pi.sh(f"systemctl restart {UNIT}")
