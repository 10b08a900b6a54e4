"""``maskdrape bench``: answers to requests, a line of JSON each, for a program such as the Blender add-on."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import RawIOBase
from typing import Any

from pipeline.bench.serve import line_of, serve


def answer_requests() -> int:
    """Answer standard input on standard output until it ends; everything else goes to standard error."""
    with _alone_on_stdout() as out:

        def say(answer: Mapping[str, Any]) -> None:
            left = memoryview(line_of(answer).encode())
            while left:
                left = left[out.write(left) or 0 :]

        try:
            serve(sys.stdin.buffer, say)
        except BrokenPipeError:
            print("maskdrape: nobody listens any more", file=sys.stderr)
            return 1
    return 0


@contextmanager
def _alone_on_stdout() -> Iterator[RawIOBase]:
    """The real standard output; what native code and ``print`` write goes to standard error inside."""
    sys.stdout.flush()
    real = os.dup(1)
    os.dup2(2, 1)
    with os.fdopen(real, "wb", buffering=0) as out:
        yield out
