"""The bench process: MaskDrape beside Blender, one JSON object a line to it and from it."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
from collections import deque
from dataclasses import dataclass
from pathlib import Path

import bpy

from ..preferences import chosen_python

WORKER = Path(__file__).resolve().parent / "worker.py"
_PATIENCE = 2.0  # s until the last lines of a process that has ended are read
_LAST_LINES = 60  # of what it said besides, for reports


@dataclass(frozen=True)
class Running:
    """A started process; ``answers`` are its lines as objects, ``said`` the last lines of its stderr."""

    popen: subprocess.Popen
    answers: queue.SimpleQueue
    said: deque
    readers: list[threading.Thread]


def command(arguments: list[str]) -> list[str]:
    """How MaskDrape's command line is started with these arguments, by the preferences.

    By the Python chosen there; else by this Blender in the background, or inside the bpy wheel by the
    Python that imported it.
    """
    python = chosen_python() or ("" if bpy.app.binary_path else sys.executable)
    if python:
        return [python, str(WORKER), *arguments]
    own = [bpy.app.binary_path, "--background", "--factory-startup", "--python", str(WORKER)]
    return [*own, "--", *arguments]


def environment() -> dict[str, str]:
    """The variables to start it with: where MaskDrape lies, for a Python that it is not installed in."""
    return {**os.environ, "MASKDRAPE_FOLDER": str(package_folder())}


def package_folder() -> Path:
    """The folder that holds MaskDrape's package: the checkout around this add-on, or what the built
    extension carries."""
    addon = Path(__file__).resolve().parents[1]
    beside = addon.parent
    return beside if (beside / "pipeline" / "run.py").is_file() else addon / "package"


def start() -> Running:
    """Start the bench. Raises OSError."""
    popen = subprocess.Popen(
        command(["bench"]),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
        text=True,
        encoding="utf-8",
        errors="replace",
        bufsize=1,
    )
    running = Running(popen, queue.SimpleQueue(), deque(maxlen=_LAST_LINES), [])
    for read in (_read_answers, _read_said):
        running.readers.append(threading.Thread(target=read, args=(running,), daemon=True))
        running.readers[-1].start()
    atexit.register(kill, running)
    return running


def send(running: Running, request: dict) -> None:
    """Raises OSError where the process has ended."""
    running.popen.stdin.write(json.dumps(request) + "\n")
    running.popen.stdin.flush()


def poll(running: Running) -> list[dict]:
    """The answers that came since the last call."""
    answers = []
    while not running.answers.empty():
        answers.append(running.answers.get_nowait())
    return answers


def alive(running: Running) -> bool:
    return running.popen.poll() is None


def kill(running: Running) -> None:
    """End it now. What it finished lies in the stage cache; what it was writing has no name yet."""
    atexit.unregister(kill)
    running.popen.kill()
    running.popen.wait()
    for reader in running.readers:
        reader.join(_PATIENCE)
    streams = [running.popen.stdin]
    if not any(reader.is_alive() for reader in running.readers):
        # One that is still being read, because a child of the process holds it, could not be closed.
        streams += [running.popen.stdout, running.popen.stderr]
    for stream in streams:
        with contextlib.suppress(OSError):  # a request that it never read
            stream.close()


def _read_answers(running: Running) -> None:
    try:
        for line in running.popen.stdout:
            # Blender greets on stdout before it runs any script.
            if line.startswith("{"):
                running.answers.put(json.loads(line))
            else:
                running.said.append(line.rstrip())
    except ValueError as error:
        running.said.append(f"not an answer: {error}")


def _read_said(running: Running) -> None:
    try:
        for line in running.popen.stderr:
            running.said.append(line.rstrip())
    except ValueError:
        return  # closed by `kill`
