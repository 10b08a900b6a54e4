"""CPU-seconds and quality of drapes over the mean head, random heads, expressions and tilted heads.

    python benchmarks/drape.py [random heads, default 10]

One line a drape: user+system CPU of placing, draping and checking, then the checks. Rejected drapes are
tried again with the safer settings, as in the flow.
"""

from __future__ import annotations

import resource
import sys

import numpy as np

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


def one(name: str, seed: int, expression: dict[str, float], pitch_degrees: float) -> float:
    head = load_head()
    rng = np.random.default_rng(seed)
    coefficients = np.zeros(len(head.expression_names))
    for key, value in expression.items():
        coefficients[head.expression_names.index(key)] = value
    vertices = head.shape(rng.normal(size=len(head.identity_basis)) * (seed > 0), coefficients)
    pitch = np.radians(pitch_degrees)
    gravity = np.array([0.0, -np.cos(pitch), np.sin(pitch)])
    total = 0.0
    for attempt in range(len(SETTINGS)):
        before = cpu()
        rest = place_mask(load_design("surgical"), vertices, gravity, "correct", rng)
        placed = cpu()
        under = head_collider(vertices)
        result = drape(rest, under.vertices, under.faces, gravity, attempt)
        draped = cpu()
        try:
            checks = check_drape(rest, result.vertices, under, result.motion).checks
        except Rejected as reason:
            total += cpu() - before
            print(f"{name:14} attempt {attempt}: rejected, {reason.reason}", flush=True)
            continue
        spent = (placed - before, draped - placed, cpu() - draped)
        total += sum(spent)
        print(
            f"{name:14} size {rest.size}  place {spent[0]:.2f}  drape {spent[1]:.2f}  check {spent[2]:.2f}"
            f" CPU-s  frames {result.frames}  motion {1000 * result.motion:.3f} mm  "
            + "  ".join(f"{key} {checks[key]:.2f}" for key in SHOWN),
            flush=True,
        )
        break
    return total


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    print(f"start and imports: {cpu():.2f} CPU-s")
    smile = {"mouthSmileLeft": 0.9, "mouthSmileRight": 0.9, "cheekSquintLeft": 0.5, "cheekSquintRight": 0.5}
    spent = [one("mean head", 0, {}, 0)]
    spent += [one(f"head {seed}", seed, {}, 0) for seed in range(1, count + 1)]
    spent.append(one("smile", 11, smile, 0))
    spent.append(one("mouth open", 12, {"jawOpen": 0.8}, 0))
    spent.append(one("bowed 35 deg", 13, {}, 35))
    spent.append(one("raised 25 deg", 14, {}, -25))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{len(spent)} masks, mean {np.mean(spent):.2f} CPU-s each; peak memory {peak:.0f} MiB")


if __name__ == "__main__":
    main()
