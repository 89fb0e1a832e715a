"""The loudspeaker's settings, as its player process is given them: SDL's driver and device, and none other. Pure.

SDL on its own obeys environment variables, and takes the default device in place of one that it does not know; a node
that believed it is heard would be mute. So the player's environment names both (SDL 2.32: SDL_AUDIODRIVER; AUDIODEV is
ALSA's device, SDL_DISKAUDIOFILE the file of the driver that only writes), and one that says otherwise is a fault.
"""

import json
from collections.abc import Mapping

from contract.values import dataclass

NOT_HEARD = ("dummy", "disk")
_DRIVER = "SDL_AUDIODRIVER"
_DEVICES = {"alsa": "AUDIODEV", "disk": "SDL_DISKAUDIOFILE"}


@dataclass(frozen=True, slots=True)
class Speaker:
    """SDL's driver and its device, the volume from 0 to 1, and the paths of two strokes' recordings.

    `quiet_stroke` is the one of what is quiet. What is played is heard `latency_s` seconds after the device took it.
    """

    driver: str
    device: str
    volume: float
    latency_s: float
    stroke: str
    quiet_stroke: str

    def word(self) -> str:
        """What stands in the status."""
        return f"{self.driver} {self.device}"

    def environment(self, environ: Mapping[str, str]) -> dict[str, str]:
        """*environ* as the player is to see it."""
        named = {_DEVICES[self.driver]: self.device} if self.driver in _DEVICES else {}
        rest = {key: value for key, value in environ.items() if key not in _DEVICES.values()}
        # No screen: SDL's events alone say that a device is gone, and pygame has none without a display.
        ours = {_DRIVER: self.driver, "SDL_VIDEODRIVER": "dummy", "PYGAME_HIDE_SUPPORT_PROMPT": "hide"}
        return {**rest, **named, **ours}

    def argument(self, **more: object) -> str:
        """The player's argument, a JSON object, with *more* members."""
        return json.dumps({
            "volume": self.volume, "latency_s": self.latency_s, "stroke": self.stroke,
            "quiet_stroke": self.quiet_stroke, **more,
        })


def check(driver: str, environ: Mapping[str, str], *, simulate: bool) -> str | None:
    """What is wrong with *driver*, one of SDL's; None if nothing is. *environ* must not name another one."""
    if driver in NOT_HEARD and not simulate:
        return f"{driver!r} is heard by nobody; only with --simulate"
    leaked = environ.get(_DRIVER)
    if leaked is not None and leaked != driver:
        return f"{driver!r} is named here, but the environment has {_DRIVER}={leaked}; unset it"
    return None
