"""Whether ALSA has the loudspeaker's device: asked of its own library, in this process. Plays nothing."""

import errno
import os
from pathlib import Path

_CARDS = Path("/proc/asound/cards")
_PLAYBACK, _NONBLOCK = 0, 1  # alsa-lib, include/pcm.h: SND_PCM_STREAM_PLAYBACK, SND_PCM_NONBLOCK


def trouble(device: str) -> str | None:
    """Why *device* cannot be opened, and what there is; None if it can, or if it is in use already."""
    import ctypes  # noqa: PLC0415 - it costs memory, and a node never asks

    try:
        library = ctypes.CDLL("libasound.so.2")
    except OSError:
        return "ALSA's library is missing; install libasound2"
    kinds = (None, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p)
    silent = ctypes.CFUNCTYPE(*kinds)(lambda *_: None)  # else it writes to standard error
    library.snd_lib_error_set_handler(silent)
    handle = ctypes.c_void_p()
    code = library.snd_pcm_open(ctypes.byref(handle), device.encode(), _PLAYBACK, _NONBLOCK)
    if code == 0:
        library.snd_pcm_close(handle)
    library.snd_lib_error_set_handler(None)
    if code in (0, -errno.EBUSY):
        return None
    return f"{device} cannot be opened: {os.strerror(-code)}; {there_is()}"


def there_is() -> str:
    """The sound cards of this machine, in a form that `sound.device` takes."""
    try:
        lines = _CARDS.read_text("utf-8", "replace").splitlines()
    except OSError:
        lines = []
    names = [line.partition("[")[2].partition("]")[0].strip() for line in lines if "]:" in line]
    if not names:
        return "this machine has no sound card"
    return f"there is {', '.join(f'plughw:CARD={name}' for name in names)}; aplay -L lists all"
