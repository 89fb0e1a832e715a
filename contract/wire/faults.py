"""Every fault's name, as a status and the event `fault` carry it, with what it means and what to do. `docs/faults.md`
shows them.

Of things of which a program has several, each has a fault of its own: `Fault.BUTTON.of("pencurian")` is
`button pencurian`.
"""

from collections.abc import Mapping
from enum import StrEnum


class Fault(StrEnum):
    """What a program cannot do. `meaning` is one sentence of what that means, `remedy` one of what to do."""

    meaning: str
    remedy: str

    def __new__(cls, name: str, meaning: str, remedy: str) -> "Fault":
        """A member: its name is its value."""
        found = str.__new__(cls, name)
        found._value_, found.meaning, found.remedy = name, meaning, remedy
        return found

    def of(self, which: str) -> str:
        """The fault of the one that is called *which*."""
        return f"{self.value} {which}"

    # A node's outputs.
    SIREN = "siren", "The siren's relay cannot be switched.", "Check its pin in the settings and its wires."
    STRIKER = "striker", "The striker cannot be switched.", "Check its pin in the settings and its wires."
    STROBE = "strobe", "The strobe cannot be switched.", "Check its pin in the settings and its wires."
    SIREN_THREAD = (
        "siren thread", "The part that switches the outputs failed and put them to rest; what sounded begins anew.",
        "If it comes again, keep the log and report it.",
    )
    SIREN_WATCH = (
        "siren watch", "The part that switches the outputs does not answer.",
        "systemd restarts the node; if it comes again, keep the log and report it.",
    )
    SOUND = (
        "sound", "The loudspeaker is mute, hangs or is torn out; siren and striker sound.",
        "Check the sound card, the cable, the amplifier and `sound.device`.",
    )
    RECORDINGS = (
        "recordings", "A recording cannot be played; its sentence is left out.",
        "Run `kentongan voice` at that post, and record it anew.",
    )
    VOICE = (
        "voice", "The sentences cannot be made, or their recordings cannot be found; the drum is beaten all the same.",
        "Run `kentongan voice` at that post.",
    )
    SIREN_MUTE = (
        "siren mute", "The siren is switched on and draws no current: it does not sound, whatever the status says.",
        "Check its fuse, its supply, its wires and the relay's contact.",
    )
    SIREN_STUCK = (
        "siren stuck", "The siren draws current though it is switched off: its relay's contact may be welded.",
        "Cut its supply at the box, and replace the relay.",
    )
    REST = (
        "rest",
        "What is to be put to rest is not written down or not guarded: a siren may stay on if the node is killed.",
        "Make room on the disk, and start the node again; until then keep the siren's switch at hand.",
    )
    SETTINGS = (
        "settings", "The settings are faulty, and the post, or the hub, runs on the last ones that worked.",
        "Run `kentongan check` there, for a hub `kentongan posko --check`; correct what differs, and start it again.",
    )
    SETTINGS_COPY = (
        "settings copy", "The settings that work could not be kept, so the next bad edit stops the program.",
        "Make room on the disk; after each edit have it checked before the program is started again.",
    )
    DISTRICT = (
        "district", "The hub has another district file than this machine, so each may miss what the other knows.",
        ("On the machine that has the old one: `sudo ./install district kentongan-district.tar`, which `kentongan "
         "broker provision` wrote."),
    )
    # A node's buttons.
    BUTTON = (
        "button", "A button was closed when the node started, or is held for too long; it counts again once released.",
        "Release it, or repair its contact.",
    )
    NOISE = (
        "noise on button", "The contact of a button chatters as no finger does (hum, a loose wire) and raises nothing.",
        "Use screened or twisted cable, put 1 kΩ and 100 nF at the pin, or an optocoupler; see `hardware.md`.",
    )
    PIN_OF_BUTTON = (
        "pin of button", "A button cannot be read; the post runs without it.",
        "Check its pin in the settings, and whether another program holds it (`kentongan check`).",
    )
    PIN_OF_LAMP = (
        "pin of lamp", "A lamp cannot be switched; the post runs without it.",
        "Check its pin in the settings, and whether another program holds it (`kentongan check`).",
    )
    BUTTONS_THREAD = (
        "buttons thread", "The part that reads the buttons and switches the lamps failed, and goes on.",
        "If it comes again, keep the log and report it.",
    )
    BUTTONS_WATCH = (
        "buttons watch", "The part that reads the buttons is dead or hangs.",
        "systemd restarts the node; if it comes again, keep the log and report it.",
    )
    # What a node or the hub shares with others.
    LINK = (
        "link", "The broker is out of reach; buttons sound their own post, and presses are sent when it is back.",
        "Check the network and the broker.",
    )
    BROKER = (
        "broker", "The first broker of several cannot be used, for the reason given; another one is, in its place.",
        "See to the first one's machine and its Mosquitto; the program returns to it by itself.",
    )
    LINK_THREAD = (
        "link thread", "The connection failed by a fault of the program, and is made anew.",
        "If it comes again, keep the log and report it.",
    )
    LINK_WATCH = (
        "link watch", "The part that keeps the connection is dead or hangs.",
        "systemd restarts the program; if it comes again, keep the log and report it.",
    )
    SUBSCRIPTIONS = (
        "subscriptions", "The broker refuses what this program subscribes to, so it does not receive it.",
        "Provision the broker again, and restart it.",
    )
    PUBLISH = (
        "publish", "The broker refuses what this program publishes.", "Provision the broker again, and restart it."
    )
    TRAFFIC = (
        "traffic of",
        ("An account of that village publishes far more than posts do, so nothing from there is received for a while; "
         "a post has what is in force there from the hub's beacon."),
        "See in `kentongan watch` who it is, and revoke that account (`kentongan broker revoke`).",
    )
    HUB = (
        "hub", "The beacon does not come; alarms sound directly, and are not repeated for those who missed them.",
        "See whether `kentongan posko` runs on the broker's computer.",
    )
    HUB_OF = (
        "hub of",
        ("The beacon of that neighbouring district does not come any more; alarms of its villages sound directly, and "
         "are not repeated for those who missed them."),
        "Report it to that district's posko; see whether its `kentongan posko` runs, and the way between the brokers.",
    )
    RONDA = (
        "ronda", "The clock is not synchronised, so the hours of the patrol cannot be known.",
        "Check the network and the time service.",
    )
    CLOCK = (
        "clock",
        ("This program's clock and the others' differ by more than 5 s though all count as synchronised; until they "
         "agree it counts as not synchronised."),
        "Compare both with a watch, and correct the time service (NTP) of the one that is wrong.",
    )
    # The page.
    PEOPLE = (
        "people", "The file of the page's people cannot be read; those who were known before stay known.",
        "Provision the broker again (`kentongan broker provision`), and install its bundle.",
    )
    HTTP_WATCH = (
        "http watch", "The part of the page that answers phones is dead or hangs; hub and posts do not need it.",
        "systemd restarts the page; if it comes again, keep the log and report it.",
    )
    # The disk.
    JOURNAL = (
        "journal",
        ("The disk, or the hub's database server, does not answer or cannot be written; what happens is kept in memory "
         "only."),
        "Make room on the SD card, or replace it; for a server see `scale.md`.",
    )
    JOURNAL_WATCH = (
        "journal watch", "The disk, or the hub's database server, hangs, or the part that writes to it is dead.",
        "Replace the SD card; for a server see `scale.md`.",
    )
    JOURNAL_ENTRY = (
        "journal entry", "Something could not be written to the journal, or read from it, and is left out.",
        "Keep the log and report it.",
    )
    JOURNAL_FILE = (
        "journal file",
        "The journal was damaged; it is kept aside, and a new one was begun with what could be read of it.",
        "Replace the SD card if it comes again.",
    )
    OUTPUT = (
        "output", "Nobody takes the program's log lines; the journal has every event.", "See what became of the log."
    )
    BEACON = (
        "beacon", "Villages raise more than the hub's beacon has room for: notes are cut, and names come by turns.",
        "See in `kentongan watch` who raises so much there, and revoke that account (`kentongan broker revoke`).",
    )
    # What the hub and the operator's program alone notice.
    ANOTHER_HUB = "another hub", "A second hub is at work in this district.", "Stop one of the two."
    STANDBY = (
        "standby", "No other hub stands by: if the one that leads fails, nobody takes over.",
        "Start the hub on the other machine, or see in its log what it waits for.",
    )
    DOUBLE_OF = (
        "double of", "Two boxes take turns under the name of this post: one has a copy of the other's SD card.",
        "Give one of them its own settings and account.",
    )
    DISTRICT_OF = (
        "district of", "This post has another district file than the hub, so each may miss what the other knows.",
        ("On the machine that has the old one: `sudo ./install district kentongan-district.tar`, which `kentongan "
         "broker provision` wrote."),
    )
    CLOCK_OF = (
        "clock of",
        ("This post's clock and the hub's differ by more than 5 s though both count as synchronised; until they agree "
         "the post's counts as not synchronised."),
        "Compare both with a watch, and correct the time service (NTP) of the one that is wrong.",
    )
    INBOX = (
        "inbox", "Messages came faster than they were read, so what is shown may be incomplete.", "Start it again."
    )


def is_lesser(part: str) -> bool:
    """Whether the fault *part* is another district's, and the post that shows it is as well as before."""
    return part.startswith(f"{Fault.HUB_OF.value} ")


def own(faults: Mapping[str, str]) -> Mapping[str, str]:
    """Those of *faults*, with their reasons, by which a program is judged."""
    return {part: reason for part, reason in faults.items() if not is_lesser(part)}
