"""A bundle as one file, to be carried on a stick: the same files give the same bytes. Opens no file."""

import io
import tarfile

from broker.core.bundles import PRIVATE, File, Tree


def pack(files: Tree, mode: int = PRIVATE) -> File:
    """*files* as a tar archive of *mode*: without another, only its owner may read it.

    GNU's form has no limit to a name's length.
    """
    body = io.BytesIO()
    with tarfile.open(fileobj=body, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for name, file in sorted(files.items()):
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(file.body), file.mode
            archive.addfile(member, io.BytesIO(file.body))
    return File(body.getvalue(), mode)
