"""The free edges of sewn panels as lines of vertices."""

from __future__ import annotations

import numpy as np

from pipeline.masks.design.panels import Panels
from pipeline.masks.pattern.panels import free_edges
from pipeline.masks.pattern.sew import Sewn
from pipeline.records import Int


def free_line(cut: Panels, sewn: Sewn, side: str) -> Int:
    """Vertices along all free edges called ``side``, from the middle of the mask outwards."""
    return free_rows(cut, sewn, side, 1)[0]


def free_rows(cut: Panels, sewn: Sewn, side: str, count: int) -> tuple[Int, ...]:
    """The ``count`` rows of vertices that follow the free edges called "top" or "bottom", the edge first,
    as far as these join one another. Raises ValueError where none begins in the middle."""
    strips = []
    for edge in sorted(free_edges(cut)):
        panel, name = edge.split(".")
        if name == side:
            ids = sewn.ids[panel]
            strips.append(ids[:count] if side == "top" else ids[::-1][:count])
    chain = [strip for strip in strips if strip[0, 0] in sewn.middle]
    if len(chain) != 1:
        raise ValueError(f"just one free {side} edge must begin in the middle of the mask")
    while following := [strip for strip in strips if strip[0, 0] == chain[-1][0, -1]]:
        chain.append(following[0])
    return tuple(
        np.concatenate([chain[0][row], *[strip[row, 1:] for strip in chain[1:]]]) for row in range(count)
    )
