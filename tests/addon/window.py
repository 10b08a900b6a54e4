"""A Blender with a window on a virtual screen, driven by a script inside it, and pictures of that screen."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

WIDTH, HEIGHT = 1600, 1200
NEEDED = ("Xvfb", "blender")


def missing() -> list[str]:
    return [name for name in NEEDED if shutil.which(name) is None]


@dataclass(frozen=True)
class Told:
    """What a Blender said, and its exit code."""

    out: str
    code: int


@contextmanager
def screen(folder: Path) -> Iterator[tuple[str, Path]]:
    """A virtual screen; yields its display and the file that holds its pixels all the time.

    Blender's own screenshots are black on software GL from 4.3 on.
    """
    folder.mkdir(parents=True, exist_ok=True)
    read, write = os.pipe()
    size = f"{WIDTH}x{HEIGHT}x24"
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", size, "-fbdir", str(folder), "-nolisten", "tcp"],
        pass_fds=[write],
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    try:
        with os.fdopen(read) as number:
            display = f":{number.readline().strip()}"
        yield display, folder / "Xvfb_screen0"
    finally:
        server.terminate()
        server.wait()


def drive(blender: list[str], script: Path, folder: Path, limit_s: float, **variables: str) -> Told:
    """Run ``script`` in a Blender with factory settings, a window, and a home of its own in ``folder``.

    Where the script writes ``folder/<name>.shot``, ``folder/<name>.png`` becomes a picture of the screen and
    the file goes away.
    """
    home = folder / "home"
    home.mkdir(parents=True, exist_ok=True)
    with screen(folder / "screen") as (display, pixels), (folder / "said.txt").open("w") as said:
        running = subprocess.Popen(
            [
                *(*blender, "--factory-startup", "-p", "0", "0", str(WIDTH), str(HEIGHT)),
                *("--enable-event-simulate", "--python-exit-code", "1", "--python", str(script)),
            ],
            stdout=said,
            stderr=subprocess.STDOUT,
            env={
                **os.environ,
                "DISPLAY": display,
                "LIBGL_ALWAYS_SOFTWARE": "1",
                "HOME": str(home),
                "TOUR": str(folder),
                **variables,
            },
        )
        end = time.monotonic() + limit_s
        while running.poll() is None and time.monotonic() < end:
            for asked in folder.glob("*.shot"):
                picture_of(pixels).save(asked.with_suffix(".png"), optimize=True)
                asked.unlink()
            time.sleep(0.05)
        running.kill()
        code = running.wait()
    return Told((folder / "said.txt").read_text(encoding="utf-8", errors="replace"), code)


def picture_of(pixels: Path) -> Image.Image:
    """The screen now. Xvfb keeps it as an XWD file, version 7 of X11/XWDFile.h."""
    data = pixels.read_bytes()
    header = struct.unpack(">25I", data[:100])
    start = header[0] + 12 * header[19]
    width, height, stride = header[4], header[5], header[12]
    rows = np.frombuffer(data, np.uint8, stride * height, start).reshape(height, -1, 4)
    return Image.fromarray(np.ascontiguousarray(rows[:, :width, 2::-1]))
