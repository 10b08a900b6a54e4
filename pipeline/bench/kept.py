"""Where the bench puts arrays and pictures for whoever asked: ``.bench/`` in the job's folder.

Files are named by their content, so that several benches in one folder never spoil each other's.
"""

from __future__ import annotations

import hashlib
import io
import secrets
import time
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pipeline.files import write_whole

PLACE = ".bench"
TURNS = 4  # files of the same kind that are shown for a moment
_turn, _MINE = count(), secrets.token_hex(4)  # processes in containers share numbers
KEPT = 24 * 3600  # s: files that nobody has asked for again in this time go


def keep_arrays(folder: Path, kind: str, **arrays: NDArray[Any]) -> str:
    """Write an .npz file, unless it is there; returns its path."""
    return keep(folder, f"{kind}.npz", _npz(arrays))


def show_arrays(folder: Path, kind: str, **arrays: NDArray[Any]) -> str:
    """Write an .npz file that is wanted for a moment: it gives way to the next but some; returns its path."""
    path = folder / PLACE / f"{kind}-{_MINE}-{next(_turn) % TURNS}.npz"
    write_whole(path, _npz(arrays))
    return str(path)


def _npz(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    data = io.BytesIO()
    np.savez(data, **{name: np.asarray(array) for name, array in arrays.items()})
    return data.getvalue()


def keep_picture(folder: Path, kind: str, pixels: NDArray[np.uint8]) -> str:
    """Write (H, W), or (H, W, 3) sRGB, as a PNG file, unless it is there; returns its path."""
    data = io.BytesIO()
    Image.fromarray(pixels).save(data, "PNG", compress_level=1)
    return keep(folder, f"{kind}.png", data.getvalue())


def keep(folder: Path, name: str, data: bytes) -> str:
    """Write ``data`` as ``stem-<hash>.suffix``, unless it is there; returns the path."""
    place = folder / PLACE
    stem, suffix = name.rsplit(".", 1)
    path = place / f"{stem}-{hashlib.sha256(data).hexdigest()[:16]}.{suffix}"
    if path.exists():
        path.touch()
        return str(path)
    if not (place / ".gitignore").exists():
        write_whole(place / ".gitignore", b"*\n")
    write_whole(path, data)
    return str(path)


def sweep(folder: Path, now: float | None = None) -> None:
    """Remove what is older than KEPT."""
    oldest = (time.time() if now is None else now) - KEPT
    for path in (folder / PLACE).glob("*"):
        if path.is_file() and path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)
