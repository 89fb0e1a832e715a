"""The first boot of a post's card, without keyboard or screen. Pure; must not open files.

    cards.yaml ──read──> Cards ──files──> user-data, network-config, meta-data: what cloud-init reads (NoCloud) on the
                                          boot partition of a Raspberry Pi OS of 2025-10 and later

cloud-init makes the user and the network, and starts one script, which installs the post from what lies beside these
files: the bundle and a release archive. What is secret is on that partition, which everybody on the machine may read,
until that script runs: it takes the bundle away, and removes the three files. Nothing of this needs a password of sudo.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from broker.core.bundles import PRIVATE, File, Tree
from contract.domain.district import District
from contract.settings import yamltext
from contract.settings.encoding import EncodingError, decode
from contract.settings.schema import (
    Check,
    Place,
    SettingsError,
    flag,
    items,
    option,
    read,
    section,
    slug,
    table,
    text,
)

T = TypeVar("T")

SETTINGS = "cards.yaml"
SHELF = "cards"
BOOT = "/boot/firmware"
SCRIPT = "/usr/local/sbin/kentongan-first-boot"
UNIT = "kentongan-first-boot.service"
_KEY = r"(ssh-(ed25519|rsa)|ecdsa-sha2-nistp(256|384|521)|sk-[a-z0-9@.-]+) [A-Za-z0-9+/]{40,}={0,3}( .{0,100})?"
_GROUPS = "audio,gpio,netdev,sudo"  # not adm: cloud-init logs the Wi-Fi password, and adm reads it


def _secret(least: int, most: int, what: str) -> Check[str]:
    """Printable ASCII of so many characters, which no fault shows."""

    def check(found: Any, place: Place) -> str:
        if not isinstance(found, str) or not least <= len(found) <= most or not found.isascii() \
                or not found.isprintable():
            raise place.refuse(f"must be {what}, in quotes; it is not shown here")
        return found

    return check


def _members(kind: type[T]) -> Check[T]:
    """A section whose fault, where something else stands in its place, does not show that."""
    inner = section(kind)

    def check(found: Any, place: Place) -> T:
        if not isinstance(found, Mapping):
            raise place.refuse("must be a mapping, its members indented below it; what stands there is not shown here")
        return inner(found, place)

    return check


def _hash(found: Any, place: Place) -> str:
    """A password's hash as /etc/shadow has it: SHA-512 or yescrypt (crypt(5))."""
    hashed = _secret(60, 200, "what `openssl passwd -6` prints")(found, place)
    if not hashed.startswith(("$6$", "$y$")) or any(each in hashed for each in ": \\\"'"):
        raise place.refuse("must be what `openssl passwd -6` prints, which begins with $6$; it is not shown here")
    return hashed


@dataclass(frozen=True, slots=True)
class User:
    """Who logs in at a box, by an SSH key; the password is for sudo alone."""

    name: str = option(text(r"(?!(root|kentongan)$)[a-z][a-z0-9-]{0,30}", "a name of small letters, not root"))
    password_hash: str = option(_hash)
    ssh_keys: tuple[str, ...] = option(items(text(_KEY, "a line of a .pub file, such as ssh-ed25519 AAAA...")))


@dataclass(frozen=True, slots=True)
class Wifi:
    """A wireless network, with WPA2 or WPA3."""

    name: str = option(text(r"[^\x00-\x1f]{1,32}", "the network's name, of 1 to 32 characters"))
    password: str = option(_secret(8, 63, "the network's password, of 8 to 63 characters"))
    country: str = option(text(r"[A-Z]{2}", "the country's two letters, such as ID"), default="ID")
    hidden: bool = option(flag, default=False)


@dataclass(frozen=True, slots=True)
class Own:
    """What one post has of its own."""

    hostname: str | None = option(slug, default=None)
    wifi: Wifi | None = option(_members(Wifi), default=None)


@dataclass(frozen=True, slots=True)
class Cards:
    """A district's settings for first boots; `posts` by VILLAGE.NODE. Without `wifi` a box has a cable."""

    user: User = option(_members(User))
    wifi: Wifi | None = option(_members(Wifi), default=None)
    posts: dict[str, Own] = option(table(text(r"[a-z0-9-]+\.[a-z0-9-]+", "a post as VILLAGE.NODE"),
                                            lambda _post: _members(Own)), default=dict)


def read_cards(body: bytes, district: District) -> Cards:
    """The settings in the YAML file *body*. Raises SettingsError, which shows nothing of what may be a password."""
    try:
        found = yamltext.load(decode(body))
    except (yamltext.YamlError, EncodingError) as error:
        where = re.match(r"line \d+(, column \d+)?", str(error))
        fault = f"{SETTINGS}: {where[0] if where else 'somewhere'}: is not YAML that can be read"
        raise SettingsError([f"{fault}; the text is not shown here, for it may be a password"]) from None
    cards = read(Cards, found, SETTINGS)
    known = [f"{village}.{node}" for village, each in district.villages.items() for node in each.posts]
    faults: list[str] = []
    for post, own in cards.posts.items():
        place = Place(f"{SETTINGS}.posts.{post}", faults)
        if post not in known:
            place.refuse(f"the district has no such post; it has {', '.join(known)}")
        if own.hostname is not None and len(own.hostname) > 63:
            place.refuse("a hostname has 63 characters at most (RFC 1035)")
    if not cards.user.ssh_keys:
        Place(f"{SETTINGS}.user.ssh_keys", faults).refuse("is empty: nobody could log in")
    if faults:
        raise SettingsError(faults)
    return cards


def files(cards: Cards, post: str, zone: str, bundle: bytes, instance: str) -> Tree:
    """What goes onto the boot partition of the card of *post* (VILLAGE.NODE), beside a release archive.

    *bundle* is its archive, *zone* the district's time zone by its IANA name; with another *instance* cloud-init does
    all of it anew. Only their owner may read them.
    """
    own = cards.posts.get(post, Own())
    name = own.hostname or post.replace(".", "-")[:63].rstrip("-")
    user = _user_data(cards.user, post, name, zone)
    network = _network_config(own.wifi or cards.wifi)
    meta = f"dsmode: local\ninstance-id: kentongan-{name}-{instance}\n"
    found = {"user-data": user.encode(), "network-config": network.encode(), "meta-data": meta.encode(),
             archive(post): bundle}
    return {file: File(body, PRIVATE) for file, body in found.items()}


def archive(post: str) -> str:
    """The name of the archive of *post*'s bundle."""
    return f"kentongan-node-{post}.tar"


def _user_data(user: User, post: str, hostname: str, zone: str) -> str:
    quote = json.dumps  # a JSON string is a YAML string
    keys = "".join(f"  - {quote(each)}\n" for each in user.ssh_keys)
    return f"""\
#cloud-config
# The first boot of the post {post}. It is removed from here afterwards.
hostname: {quote(hostname)}
manage_etc_hosts: true
timezone: {quote(zone)}
ssh_pwauth: false
apt:
  preserve_sources_list: true
  # A Raspberry Pi's clock may be years off until the network has set it.
  conf: |
    Acquire::Check-Date "false";
users:
- name: {quote(user.name)}
  groups: {_GROUPS}
  shell: /bin/bash
  lock_passwd: false
  passwd: {quote(user.password_hash)}
  ssh_authorized_keys:
{keys}write_files:
- path: {SCRIPT}
  permissions: '0755'
  content: |
{_indented(_script(post))}- path: /etc/systemd/system/{UNIT}
  permissions: '0644'
  content: |
{_indented(_UNIT)}runcmd:
- [systemctl, enable, --now, ssh]
- [systemctl, daemon-reload]
- [systemctl, enable, {UNIT}]
- [systemctl, start, --no-block, {UNIT}]
"""


def _network_config(wifi: Wifi | None) -> str:
    """netplan's form. A cable always works, too."""
    ethernet = "network:\n  version: 2\n  ethernets:\n    eth0: {dhcp4: true, optional: true}\n"
    if wifi is None:
        return ethernet
    hidden = ", hidden: true" if wifi.hidden else ""
    return f"""\
{ethernet}  wifis:
    wlan0:
      dhcp4: true
      optional: true
      regulatory-domain: {json.dumps(wifi.country)}
      access-points:
        {json.dumps(wifi.name, ensure_ascii=False)}: {{password: {json.dumps(wifi.password)}{hidden}}}
"""


def _indented(script: str) -> str:
    return "".join(f"    {line}\n" if line else "\n" for line in script.splitlines())


_UNIT = f"""\
# Installs the post once, and is gone then. It is tried again until it succeeds: packages may need a network.
[Unit]
Description=Kentongan digital: the first boot of a post
After=cloud-final.service local-fs.target network.target
ConditionPathExists={SCRIPT}
StartLimitIntervalSec=0

[Service]
Type=oneshot
ExecStart={SCRIPT}
Restart=on-failure
RestartSec=60
UMask=0077

[Install]
WantedBy=multi-user.target
"""


def _script(post: str) -> str:
    name = archive(post)
    return f"""\
#!/bin/sh
# The first boot of the post {post}: what is secret leaves the boot partition, then ./install.
# journalctl -u {UNIT} has what it printed.
set -eu
boot={BOOT}
here=/var/lib/kentongan-first-boot
mkdir -p "$here"
if [ -e "$boot/{name}" ]; then
    cp "$boot/{name}" "$here/new"
    sync
    mv "$here/new" "$here/{name}"
    sync
fi
# cloud-init has done its part, and would look for these files at the next boot.
touch /etc/cloud/cloud-init.disabled
for each in {name} user-data network-config; do
    if [ -e "$boot/$each" ]; then shred -u "$boot/$each"; fi
done
rm -f "$boot/meta-data"
sync
release=$(ls "$boot"/kentongan-*.tar.gz 2>/dev/null | tail -n 1)
if [ -z "$release" ]; then
    echo "there is no release archive kentongan-VERSION.tar.gz on the boot partition; put it there, and boot again" >&2
    exit 1
fi
rm -rf "$here/release"
mkdir "$here/release"
tar -xzf "$release" -C "$here/release" --strip-components=1 --no-same-owner
if [ -d "$boot/wheels" ]; then set -- --wheels "$boot/wheels"; fi
"$here/release/install" node "$here/{name}" --yes "$@"
systemctl disable {UNIT}
rm -rf "$here" "$release"
rm -f /etc/systemd/system/{UNIT} {SCRIPT}
"""
