"""Files written whole or not at all, and known by their content."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


def write_whole(path: Path, data: bytes) -> None:
    """Replace ``path`` in one step; a reader or a killed writer never leaves half a file."""
    with writing_whole(path) as file:
        file.write(data)


@contextmanager
def writing_whole(path: Path) -> Iterator[BinaryIO]:
    """The same for what is written bit by bit: in place when the block ends, dropped when it raises."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # Processes in containers share numbers.
    part = path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}.part")
    try:
        with part.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())  # else a crash of the machine may leave the name without the bytes
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def settle(folder: Path) -> None:
    """Have everything below a folder on the disk, and not only in memory. Raises OSError."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            with path.open("rb+") as file:
                os.fsync(file.fileno())


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes, in hex. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
