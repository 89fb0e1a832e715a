"""A new card: what `kentongan broker provision --cards` wrote, read by Debian's cloud-init at the first boot.

The machine gets what a Raspberry Pi OS has: cloud-init, netplan, and a FAT partition at /boot/firmware that everybody
may read. Left out is the Wi-Fi itself, which the machine lacks.
"""

import gzip
import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from rig.box import UNIT, Box
from rig.conftest import HOST, ROOT

POST = "kalibagor.pos-1"
FIRST = "kentongan-first-boot"
LIMIT_S = 5400.0  # Python's environment is built in it, on an emulated machine
MARK = "rhs7kq2w"  # in each password of the card, and in no file of a package
WIFI = {"name": "Balai Desa", "password": f'sandi "{MARK}" #1', "country": "ID"}
# As Raspberry Pi OS has it (RPi-Distro/pi-gen, stage2/04-cloud-init); `disable_root` would shut the test out.
DATASOURCE = """\
datasource_list: [NoCloud, None]
datasource: {NoCloud: {seedfrom: "file:///boot/firmware"}}
ssh_deletekeys: false
ssh_genkeytypes: []
disable_root: false
"""
PARTITION = """\
set -eu
DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends cloud-init netplan.io dosfstools \
    e2fsprogs sudo openssh-client >/dev/null
mkdir -p /boot/firmware /etc/systemd/system/cloud-init-local.service.d
umount /boot/firmware 2>/dev/null || true
truncate -s 64M /boot.img
mkfs.vfat /boot.img >/dev/null
sed -i '\\|^/boot.img |d' /etc/fstab
echo '/boot.img /boot/firmware vfat loop,defaults 0 0' >> /etc/fstab
mount /boot/firmware
cp /root/card/* /boot/firmware/
printf '[Unit]\\nRequiresMountsFor=/boot/firmware\\n' > /etc/systemd/system/cloud-init-local.service.d/boot.conf
mkdir -p /etc/systemd/system/cloud-init-main.service.d
cp /etc/systemd/system/cloud-init-local.service.d/boot.conf /etc/systemd/system/cloud-init-main.service.d/
rm -f /etc/cloud/cloud-init.disabled
cloud-init clean
"""


@pytest.fixture
def card(tmp_path: Path, release: Path) -> Path:
    """The files for the boot partition, a release archive among them."""
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / "key"], check=True)
    hashed = subprocess.run(["openssl", "passwd", "-6", f"{MARK}-sudo"], check=True, capture_output=True, text=True)
    user = {"name": "teknisi", "password_hash": hashed.stdout.strip(),
            "ssh_keys": [(tmp_path / "key.pub").read_text("utf-8").strip()]}
    settings = {"user": user, "wifi": WIFI, "posts": {POST: {"hostname": "pos-kalibagor"}}}
    (tmp_path / "cards.yaml").write_text(json.dumps(settings), "utf-8")
    subprocess.run([ROOT / ".venv/bin/kentongan", "broker", "provision", "--district", ROOT / "config/situbondo.yaml",
                    "--host", HOST, "--cards", tmp_path / "cards.yaml", "--out", tmp_path / "b"], check=True)
    folder = tmp_path / "b/cards" / POST
    (folder / "kentongan-0.1.0.tar.gz").write_bytes(gzip.compress(release.read_bytes(), 1))
    return folder


def test_a_new_card_makes_an_armed_box_and_leaves_no_secret_that_others_can_read(
    installed: Box, card: Path, note: Callable[[str], None]
) -> None:
    pi = installed.pi
    pi.sh("/root/kentongan/install uninstall --purge --yes")
    pi.push(card, "/root/card")
    pi.sh(PARTITION)
    pi.put("/etc/cloud/cloud.cfg.d/99_raspberry-pi.cfg", DATASOURCE)
    valid = pi.sh("cloud-init schema --config-file /boot/firmware/user-data && "
                  "cloud-init schema --schema-type network-config --config-file /boot/firmware/network-config")
    note(f"cloud-init schema: {' / '.join(valid.split(chr(10))).strip(' /')}")
    pi.stop()
    pi.start_without_waiting_for_its_end()
    installed.wait(lambda: pi.code(f"test ! -e /etc/systemd/system/{FIRST}.service") == 0,
                   "the first boot does not end", LIMIT_S)
    installed.wait(lambda: pi.code(f"systemctl is-active -q {UNIT}") == 0, "the node is not active")

    took_s = float(pi.sh("cut -d' ' -f1 /proc/uptime"))
    note(f"first boot: an armed box at most {took_s:.0f} s after the kernel's start, untouched")
    assert pi.sh("hostname").strip() == "pos-kalibagor"
    assert (card.parents[2] / "key.pub").read_text("utf-8").strip() in pi.sh("cat /home/teknisi/.ssh/authorized_keys")
    assert "sudo" in pi.sh("id -nG teknisi").split()
    assert pi.code("runuser -u teknisi -- sudo -n true") != 0  # a password is asked for
    assert installed.press() is not None
    _no_secret_is_left(installed, card)
    pi.stop()
    pi.start()
    installed.wait(lambda: pi.code(f"systemctl is-active -q {UNIT}") == 0, "the node is not active after a reboot")
    assert pi.sh("hostname").strip() == "pos-kalibagor"
    assert pi.sh("ls /boot/firmware") == ""


def _no_secret_is_left(box: Box, card: Path) -> None:
    """Nobody but root reads a password anywhere, nor has the boot partition any of the card's files."""
    assert box.pi.sh("ls /boot/firmware") == ""
    password = (card.parents[1] / "nodes" / POST / "password").read_text("utf-8").strip()
    for secret in (password, MARK):
        found = box.pi.sh(f"runuser -u nobody -- grep -rlsF --exclude-dir=proc --exclude-dir=sys -- {secret} "
                          "/boot /etc /home /opt /root /run /tmp /usr/local /var || true")
        assert found == "", f"everybody can read {secret[:3]}… in {found}"
    assert box.pi.sh(f"grep -lF {MARK} /etc/netplan/*").strip()  # it is there, for root
