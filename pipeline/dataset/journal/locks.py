"""Who may write in an output: one process for every shard, and nobody while it is finalised or forgotten in.

Locks are those of the system: a process that dies frees its own.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from pipeline.files import write_whole

PATIENCE_S = 0.5
"""How long a lock is waited for: another process may hold it for a moment, to see whether it is free."""
_LOCK = re.compile(r"(\d+)-of-(\d+)\.lock")


class Busy(Exception):
    """Another process is at work where this one would write."""


def gate(state: Path) -> FileLock:
    """Held by whoever begins, finalises or forgets in an output; nobody begins to write meanwhile.

    It is taken while holding a shard's lock, or none, so that whoever has it and finds a shard free knows
    that it stays so.
    """
    state.mkdir(parents=True, exist_ok=True)
    return FileLock(state / "gate.lock")


@contextmanager
def shard_held(journals: Path, shard: tuple[int, int]) -> Iterator[Path]:
    """Keep others from the photos of this shard; yields a folder only this process uses.

    Raises Busy with who has them.
    """
    journals.mkdir(parents=True, exist_ok=True)
    with ExitStack() as held:
        lock = _lock(journals, shard)
        hold(held, lock, f"shard {shard[0]}/{shard[1]} of this output")
        for other in locks(journals):
            if _shards(other) != shard[1]:  # some of its photos are among ours
                with ExitStack() as tried:
                    words = other.stem.replace("-of-", "/")
                    hold(tried, other, f"shard {words} of this output, which shares photos with ours")
        write_whole(_holder(lock), json.dumps(_oneself()).encode())
        yield lock.with_suffix(".workshop")


def others_at_work(journals: Path, shard: tuple[int, int]) -> bool:
    """Whether a process holds another shard of these journals; asked by the one that holds ``shard``."""
    for lock in locks(journals):
        if lock == _lock(journals, shard):
            continue
        try:
            with FileLock(lock, timeout=0):
                pass
        except Timeout:
            return True
    return False


@contextmanager
def export_held(state: Path, output: Path) -> Iterator[None]:
    """Keep other exports from the same place, and `alone_in` from the data set. Raises Busy, OSError."""
    with ExitStack() as held:
        with gate(state):
            name = hashlib.sha256(str(output.resolve()).encode()).hexdigest()[:16]
            lock = state / "exports" / f"{name}.lock"
            lock.parent.mkdir(exist_ok=True)
            hold(held, lock, f"the export {output}")
            write_whole(_holder(lock), json.dumps(_oneself()).encode())
        yield


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Keep runs and exports out of a whole data set. Raises Busy where one is at work."""
    state = folder / ".maskdrape"
    with ExitStack() as held:
        try:
            held.enter_context(gate(state).acquire(timeout=PATIENCE_S))
        except Timeout as error:
            raise Busy(
                "another MaskDrape begins, finalises or forgets in this data set; wait for it"
            ) from error
        for lock in sorted([*state.glob("journal/*/*.lock"), *state.glob("exports/*.lock")]):
            hold(held, lock, "this data set")
        yield


def hold(held: ExitStack, lock: Path, what: str) -> None:
    """Keep ``lock`` for as long as ``held`` lasts. Raises Busy with who has it."""
    try:
        held.enter_context(FileLock(lock, timeout=PATIENCE_S))
    except Timeout as error:
        raise Busy(
            f"another MaskDrape is working on {what}{_who(lock)}; wait for it, or give another --output"
        ) from error


def locks(journals: Path) -> list[Path]:
    """Of all shards that were ever written here."""
    return sorted(path for path in journals.glob("*.lock") if _LOCK.fullmatch(path.name))


def _lock(journals: Path, shard: tuple[int, int]) -> Path:
    return journals / f"{shard[0]}-of-{shard[1]}.lock"


def _shards(lock: Path) -> int:
    found = _LOCK.fullmatch(lock.name)
    return int(found[2]) if found else 0


def _holder(lock: Path) -> Path:
    return lock.with_suffix(".holder.json")


def _oneself() -> dict[str, Any]:
    since = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime())
    return {"pid": os.getpid(), "host": socket.gethostname(), "since": since}


def _who(lock: Path) -> str:
    try:
        who = json.loads(_holder(lock).read_bytes())
        return f" (process {who['pid']} on {who['host']}, since {who['since']})"
    except (OSError, ValueError, LookupError, TypeError):
        return ""
