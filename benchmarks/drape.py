"""CPU-seconds and quality of drapes over heads of all kinds, expressions, beards and tilted heads.

    python benchmarks/drape.py [random heads, default 10]

One line a drape: user+system CPU of placing, draping and checking, then the checks. Rejected drapes are
tried again with the safer settings, as in the flow.
"""

from __future__ import annotations

import resource
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from pipeline.head.beard import grow_beard
from pipeline.head.model import load_head
from pipeline.masks.checks import check_drape
from pipeline.masks.collider import head_collider
from pipeline.masks.library import load_design
from pipeline.masks.place.place import place_mask
from pipeline.records import Rejected
from pipeline.studio.cloth import SETTINGS, drape

SHOWN = (
    "penetration_mm",
    "clearance_mm",
    "loop_penetration_mm",
    "cheek_gap_mm",
    "bridge_gap_mm",
    "edge_gap_mm",
    "self_penetration_mm",
    "p99_stretch",
    "p99_strain",
)


def cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


@dataclass(frozen=True)
class Case:
    name: str
    seed: int  # of the head; 0 is the mean one
    expression: Mapping[str, float] = field(default_factory=dict)
    pitch: float = 0.0  # degrees, bowed
    roll: float = 0.0  # degrees
    scale: float = 1.0
    spread: float = 1.0  # standard deviations of the head's shape
    beard: float = 0.0  # m


SMILE = {"mouthSmileLeft": 0.9, "mouthSmileRight": 0.9, "cheekSquintLeft": 0.5, "cheekSquintRight": 0.5}
GRIN = {"mouthSmileLeft": 1, "mouthSmileRight": 1, "mouthUpperUpLeft": 0.6, "mouthUpperUpRight": 0.6}
SPECIAL = (
    Case("smile", 11, SMILE),
    Case("wide grin", 12, GRIN),
    Case("mouth open", 12, {"jawOpen": 0.8}),
    Case("bowed 35 deg", 13, pitch=35),
    Case("raised 25 deg", 14, pitch=-25),
    Case("rolled 30 deg", 15, roll=30),
    Case("child", 16, scale=0.8),
    Case("large", 17, scale=1.1),
    Case("odd, 2 sd", 18, spread=2),
    Case("beard 12 mm", 19, beard=0.012),
)


def one(case: Case) -> tuple[float, int]:
    """CPU-seconds of one mask with its retries, and the attempt that passed, -1 for none."""
    head = load_head()
    rng = np.random.default_rng(case.seed)
    weights = np.array([case.expression.get(name, 0.0) for name in head.expression_names])
    shape = case.spread * rng.normal(size=len(head.identity_basis)) * (case.seed > 0)
    vertices = grow_beard(head.shape(shape, weights) * case.scale, case.beard)
    pitch, roll = np.radians([case.pitch, case.roll])
    gravity = np.array([np.sin(roll) * np.cos(pitch), -np.cos(roll) * np.cos(pitch), np.sin(pitch)])
    begin = cpu()
    rest = place_mask(load_design("surgical"), vertices, gravity, "correct", rng)
    under = head_collider(vertices)
    placed = cpu()
    for attempt in range(len(SETTINGS)):
        before = cpu()
        result = drape(rest, under.vertices, under.faces, gravity, attempt)
        draped = cpu()
        try:
            checks = check_drape(rest, result.vertices, under, result.motion).checks
        except Rejected as reason:
            print(f"{case.name:14} attempt {attempt}: rejected, {reason.reason}", flush=True)
            continue
        print(
            f"{case.name:14} size {rest.size}  place {placed - begin:.2f}  drape {draped - before:.2f}"
            f"  check {cpu() - draped:.2f} CPU-s  frames {result.frames}"
            f"  motion {1000 * result.motion:.3f} mm  "
            + "  ".join(f"{key} {checks[key]:.2f}" for key in SHOWN if not key.startswith("p99"))
            + "".join(f"  {key} {100 * checks[key]:.1f} %" for key in SHOWN if key.startswith("p99")),
            flush=True,
        )
        return cpu() - begin, attempt
    return cpu() - begin, -1


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    print(f"start and imports: {cpu():.2f} CPU-s")
    cases = [Case("mean head", 0), *(Case(f"head {seed}", seed) for seed in range(1, count + 1)), *SPECIAL]
    spent, attempts = zip(*(one(case) for case in cases), strict=True)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{len(cases)} masks: {attempts.count(0)} at the first attempt, {attempts.count(-1)} rejected;"
        f" mean {np.mean(spent):.2f} CPU-s each; peak memory {peak:.0f} MiB"
    )


if __name__ == "__main__":
    main()
