"""Networks, MediaPipe's and our own, run by LiteRT on one thread."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Single = NDArray[np.float32]

_FOLDER = Path(__file__).parent / "networks"


def run(name: str, picture: Single) -> tuple[Single, ...]:
    """The outputs, in the network's own order, of `networks/<name>.tflite` for one picture.

    picture (S, S, 3), values and S as the network wants them. Raises FileNotFoundError for an unknown name.
    """
    return run_file(_FOLDER / f"{name}.tflite", picture)


def run_file(path: Path, picture: Single) -> tuple[Single, ...]:
    """The same for the network of a file that lies elsewhere."""
    network = _network(path)
    network.set_tensor(network.get_input_details()[0]["index"], picture[None])
    network.invoke()
    return tuple(network.get_tensor(output["index"]) for output in network.get_output_details())


@cache
def _network(path: Path) -> Any:
    if not path.exists():
        raise FileNotFoundError(f"the network {path.name} is missing; install maskdrape again")
    with _quiet():
        from ai_edge_litert.interpreter import Interpreter

        network = Interpreter(str(path), num_threads=1)
        network.allocate_tensors()
    return network


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Silence the runtime's C++ log, which writes to file descriptor 2 past every Python setting."""
    sys.stderr.flush()
    kept = os.dup(2)
    sink = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(sink, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(sink)
        os.close(kept)
