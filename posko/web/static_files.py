"""The files that a browser keeps: all in memory, each with the hash of what is in it."""

import hashlib
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.responses import Response

STATIC = Path(__file__).parent / "static"
_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".png": "image/png",
          ".ico": "image/x-icon", ".webmanifest": "application/manifest+json", ".json": "application/json",
          ".html": "text/html", ".woff2": "font/woff2", ".txt": "text/plain"}


class StaticFiles:
    """The files that a browser keeps: all in memory, each with the hash of what is in it."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self._files = files
        self._tags = {name: hashlib.sha256(body).hexdigest()[:16] for name, body in files.items()}

    def answer(self, name: str, known: str, *, lasting: bool) -> Response:
        """The file *name*; nothing but that it is the same, to who has the one *known*. *lasting*: under a version."""
        body = self._files.get(name)
        if body is None:
            raise HTTPException(404)
        tag = f'"{self._tags[name]}"'
        keep = "public, max-age=31536000, immutable" if lasting else "no-cache"
        headers = {"ETag": tag, "Cache-Control": keep}
        if tag in known:
            return Response(status_code=304, headers=headers)
        return Response(body, media_type=_TYPES.get(Path(name).suffix, "application/octet-stream"), headers=headers)


def read() -> StaticFiles:
    """All that is in `static/`, as it is now."""
    return StaticFiles({str(each.relative_to(STATIC)): each.read_bytes() for each in sorted(STATIC.rglob("*"))
                    if each.is_file() and each.suffix in _TYPES})
