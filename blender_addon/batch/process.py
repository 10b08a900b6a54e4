"""The run's process: started apart from Blender, found again by a lock that it holds while it lives."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path

from .. import job
from ..connection import process as connection

LOG, SAID, LOCK, HOLDER = "batch.jsonl", "batch.txt", "batch.lock", "batch.json"
"""Beside the configuration: events, what is said besides, the lock, and whose it is."""
_started: dict[Path, subprocess.Popen] = {}
"""This Blender's own, which it has to bury."""


class Busy(Exception):
    """A run of this configuration is under way."""


def start(config: Path) -> None:
    """Run ``config`` on; the process stays when Blender is closed. Raises Busy, OSError."""
    place = config.parent
    if is_running(place):
        raise Busy(f"{config.name} is running already")
    command = connection.command(["run", str(config), "--log", "json"])
    apart: dict = (
        {"creationflags": subprocess.DETACHED_PROCESS | subprocess.CREATE_NEW_PROCESS_GROUP}
        if os.name == "nt"
        else {"start_new_session": True}
    )
    with (
        (place / LOCK).open("ab") as lock,
        (place / LOG).open("wb") as log,
        (place / SAID).open("wb") as said,
    ):
        if os.name != "nt":
            import fcntl

            # It is held by whoever has this open: from now on the process, however this Blender ends.
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            apart["pass_fds"] = (lock.fileno(),)
        running = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=said,
            env=connection.environment(),
            cwd=place,
            **apart,
        )
    _started[place] = running
    _note(place, {"pid": running.pid, "asked": False})


def is_running(place: Path) -> bool:
    """Whether a process, of this Blender or of an earlier one, is at work on the folder's configuration."""
    if place in _started and _started[place].poll() is not None:
        del _started[place]
    if os.name == "nt":
        return _is_open(place / LOG)
    import fcntl

    try:
        with (place / LOCK).open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def stop(place: Path) -> bool:
    """Ask the process to end: what is finished stays, and the next start goes on from there. False where none
    is.

    Not by an interrupt: a whole Blender takes that for the end of the render alone, and it is ignored by what
    a Blender starts that ignores it itself.
    """
    return _send(place, signal.CTRL_BREAK_EVENT if os.name == "nt" else signal.SIGTERM)


def end(place: Path) -> bool:
    """End a process that does not listen; nothing is lost by that but what it was doing."""
    return _send(place, signal.SIGTERM if os.name == "nt" else signal.SIGKILL)


def _send(place: Path, wish: int) -> bool:
    if not is_running(place):
        return False
    noted = _noted(place)
    _note(place, {**noted, "asked": True})
    os.kill(noted["pid"], wish)
    return True


def was_asked(place: Path) -> bool:
    """Whether the last process of this folder was asked to end."""
    return bool(_noted(place).get("asked"))


def _noted(place: Path) -> dict:
    try:
        return json.loads((place / HOLDER).read_text())
    except (OSError, ValueError):
        return {}


def _note(place: Path, said: dict) -> None:
    job.write_whole(place / HOLDER, json.dumps(said).encode())


def last_words(place: Path) -> str:
    """The last lines that the process said besides its events."""
    try:
        text = (place / SAID).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return "\n".join([line for line in text.splitlines() if line.strip()][-4:])


def _is_open(log: Path) -> bool:
    """On Windows a file that a process writes to cannot be renamed, not even to its own name."""
    try:
        log.rename(log)
    except FileNotFoundError:
        return False
    except PermissionError:
        return True
    return False
