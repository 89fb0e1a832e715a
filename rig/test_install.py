"""What `./install` leaves on a machine."""

from rig.box import HUB, UNIT, Box


def test_node_and_posko_start_with_the_machine_and_are_in_order(box: Box) -> None:
    for unit in (UNIT, HUB, "mosquitto", "chrony"):
        assert box.pi.sh(f"systemctl is-enabled {unit}").strip() == "enabled"
        assert box.pi.sh(f"systemctl is-active {unit}").strip() == "active"
    checked = box.pi.sh("kentongan check || true")
    assert "fault" not in checked.replace("no faults", "")


def test_each_program_is_exposed_at_two_of_ten_at_most(box: Box) -> None:
    for unit in (UNIT, HUB):
        box.pi.sh(f"systemd-analyze security --threshold=20 --no-pager {unit}")


def test_nobody_but_root_and_their_own_user_reads_the_passwords(box: Box) -> None:
    secrets = box.pi.sh("cat /etc/kentongan/node.password /etc/kentongan/posko.password").split()
    for each in secrets:
        assert box.pi.code(f"runuser -u nobody -- grep -rlsF -- {each} /etc /opt /run /var 2>/dev/null") != 0


def test_a_second_run_of_the_installer_changes_nothing(box: Box) -> None:
    before = box.pi.sh(f"systemctl show -P MainPID {UNIT} {HUB}")
    printed = box.pi.sh("/root/kentongan/install node /root/kentongan-node-kalibagor.pos-1.tar --yes")
    assert "changed: nothing" in printed
    assert box.pi.sh(f"systemctl show -P MainPID {UNIT} {HUB}") == before
