"""What photos of real masks show, what other tools reach, and what we want.

Where the words for a measure left a choice, it was made on 15 photos of light masks segmented by colour:
edge_rel -0.01 (-0.37 .. 0.17), halo 7.3 (5.9 .. 8.4), noise 0.12 (-0.92 .. 0.40), tex4 0.07 (0.04 .. 0.11),
spec 1.2 (0.6 .. 1.4), LR slope 0.59 (0.36 .. 0.92) with r 0.88 over 12 of them, sign 1.0.
"""

from __future__ import annotations

from dataclasses import dataclass

INF = float("inf")


@dataclass(frozen=True)
class Aim:
    """One measure. Real masks: 78 light-coloured ones in photos, median and quartiles."""

    real: float
    quartiles: tuple[float, float] | None  # an interval of confidence for the slope
    tools: tuple[float, float]  # the least and the most of four existing tools
    median: tuple[float, float]  # ours shall lie within
    each: tuple[float, float] = (-INF, INF)  # and every picture


AIMS = {
    "LR slope": Aim(0.83, (0.67, 1.01), (0.00, 0.19), (0.65, 1.0)),
    "LR r": Aim(0.80, None, (float("nan"), float("nan")), (0.7, 1.0)),
    "sign": Aim(0.97, None, (0.33, 0.64), (0.9, 1.0)),
    "edge_rel": Aim(-0.04, (-0.17, 0.05), (-0.44, 0.21), (-0.17, 0.06), (-0.28, 0.35)),
    "halo": Aim(7.5, (6.4, 9.1), (6.8, 13.0), (6.4, 9.1), (-INF, 12.0)),
    "noise": Aim(0.17, (-0.41, 0.83), (-1.34, 0.58), (-0.4, 0.8), (-1.2, INF)),
    "tex4": Aim(0.07, (0.05, 0.10), (0.03, 0.14), (0.05, 0.10)),
    "spec": Aim(0.89, (0.58, 1.17), (-0.47, 1.59), (0.6, 1.2)),
}
