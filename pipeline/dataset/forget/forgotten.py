"""Who must not come back into a data set: salted hashes only, so that the list itself names nobody.

Whoever has the list and a name can find out whether that name is on it, as every run does; the salt keeps
lists of different data sets from being compared.
"""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pipeline.files import sha256_of, write_whole

LIST = "forgotten.json"
REASON = "forgotten on request"
NOBODY = "(forgotten)"
"""Stands for the name and the identity of a photo that was forgotten."""


@dataclass(frozen=True)
class Forgotten:
    """A list as it was read. ``marks`` are HMAC-SHA-256 in hex, keyed with the salt."""

    salt: bytes
    marks: frozenset[str]

    def knows(self, name: str, identity: str, file: Path) -> bool:
        """Whether this identity, photo or content of a file is to be left out.

        The file is read only where one of its size was forgotten, or one of unknown size.
        """
        if not self.marks:
            return False
        if _identity(identity) in self or _photo(name, identity) in self:
            return True
        try:
            if _size(None) not in self and _size(file.stat().st_size) not in self:
                return False
            return _content(sha256_of(file)) in self
        except (OSError, ValueError):
            return False

    def knows_name(self, name: str) -> bool:
        """Whether this was forgotten as an identity before."""
        return _identity(name) in self

    def __contains__(self, what: bytes) -> bool:
        return _mark(self.salt, what) in self.marks


def read_forgotten(state: Path) -> Forgotten:
    """The list in a data set's folder ``.maskdrape``, empty where there is none.

    Raises ValueError for one that cannot be read: to go on would bring people back.
    """
    file = state / LIST
    if not file.exists():
        return Forgotten(b"", frozenset())
    try:
        found = json.loads(file.read_bytes())
        return Forgotten(bytes.fromhex(found["salt"]), frozenset(found["forgotten"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{file}: the list of who was forgotten is damaged: {error}") from error


def add_forgotten(
    state: Path,
    identities: Iterable[str],
    photos: Iterable[tuple[str, str]],
    contents: Iterable[tuple[str, int | None]],
) -> None:
    """Add identities, photos (name, identity) and contents (SHA-256 in hex, size in bytes or None)."""
    known = read_forgotten(state)
    salt = known.salt or secrets.token_bytes(16)
    marked = [_identity(identity) for identity in identities]
    marked += [_photo(name, identity) for name, identity in photos]
    for sha256, size in contents:
        marked += [_content(sha256), _size(size)]
    marks = known.marks | {_mark(salt, what) for what in marked}
    text = json.dumps({"salt": salt.hex(), "forgotten": sorted(marks)}, indent=1)
    write_whole(state / LIST, (text + "\n").encode())


def _mark(salt: bytes, what: bytes) -> str:
    return hmac.new(salt, what, "sha256").hexdigest()


def _identity(identity: str) -> bytes:
    return b"identity\0" + identity.encode()


def _photo(name: str, identity: str) -> bytes:
    return b"photo\0" + name.encode() + b"\0" + identity.encode()


def _content(sha256: str) -> bytes:
    return b"content\0" + sha256.encode()


def _size(size: int | None) -> bytes:
    return b"size\0" + str(size).encode()
