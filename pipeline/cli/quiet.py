"""Keeps what C++ libraries and Blender print away from the user, in a log file."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO


@contextmanager
def native_output_in(log: Path) -> Iterator[tuple[TextIO, TextIO]]:
    """Send file descriptors 1 and 2 to ``log`` inside; yields text streams to the real two."""
    log.parent.mkdir(parents=True, exist_ok=True)
    sys.stdout.flush()
    sys.stderr.flush()
    real = (os.dup(1), os.dup(2))
    target = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    out = os.fdopen(os.dup(real[0]), "w", encoding="utf-8", errors="replace")
    err = os.fdopen(os.dup(real[1]), "w", encoding="utf-8", errors="replace")
    try:
        os.dup2(target, 1)
        os.dup2(target, 2)
        yield out, err
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        out.close()
        err.close()
        os.dup2(real[0], 1)
        os.dup2(real[1], 2)
        for descriptor in (*real, target):
            os.close(descriptor)


@contextmanager
def warnings_on(stream: TextIO) -> Iterator[None]:
    """Show the project's own warnings, once each, as notes on ``stream``; others' go where they went."""
    package, usual, said = Path(__file__).resolve().parent.parent, warnings.showwarning, set[str]()

    def show(
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        if package not in Path(filename).resolve().parents:
            usual(message, category, filename, lineno, file, line)
        elif str(message) not in said:
            said.add(str(message))
            print(f"note: {message}", file=stream, flush=True)

    with warnings.catch_warnings():
        warnings.showwarning = show
        yield
