"""What ends a run from outside, in words: no space left, or a folder that cannot be written any more."""

from __future__ import annotations

import errno
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_FULL = (errno.ENOSPC, errno.EDQUOT)
_BARRED = (errno.EROFS, errno.EACCES, errno.EPERM)


class Stopped(Exception):
    """The run cannot go on, through no fault of its own; what is whole stays for when it can."""


@contextmanager
def stopped_in_words(output: Path) -> Iterator[None]:
    """Errors of the system below ``output`` (or a cache, or for temporary files) as Stopped."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if "full" not in str(error) and "disk" not in str(error):
            raise
        raise Stopped(f"no space left for temporary files ({error}); {_AGAIN}") from error
    except OSError as error:
        place = Path(error.filename) if error.filename else output
        # OpenEXR gives the words alone
        if error.errno in _FULL or "No space left" in str(error):
            raise Stopped(f"no space left for {place}{_room(output)}; {_AGAIN}") from error
        if error.errno in _BARRED:
            raise Stopped(f"{place} cannot be written: {error.strerror}; {_AGAIN}") from error
        raise


_AGAIN = "what is finished stays, and the same command goes on from there"


def _room(output: Path) -> str:
    try:
        return f" ({shutil.disk_usage(output).free / 1e6:.1f} MB free)"
    except OSError:
        return ""
