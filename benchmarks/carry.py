"""Drapes carried from the bank beside drapes simulated on the same heads, by the same checks.

    python benchmarks/carry.py [design ...] [--wearing W] [--heads N] [--bank FOLDER] [--keep FOLDER]

Heads: random ones with a closed mouth, smiling, with an open mouth, narrow, broad, a child's and a large
one. One line a head, means at the end. Distances are between the surfaces of the two sheets; the two were
drawn other parameters, so that two simulations of one head ("again") are the measure for them. A carried
drape that fails its checks is simulated by the flow.
"""

from __future__ import annotations

import argparse
import os
import pickle
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np

from pipeline.draping import Draping, check, place, real_draping
from pipeline.head.model import load_head
from pipeline.masks.balance import AS_DESIGNED, Choice
from pipeline.masks.collider import bare_ground
from pipeline.masks.proximity import closest, prepare
from pipeline.records import CORDS, Float, Rejected, WornMask

DOWN = np.array([0.0, -1.0, 0.0])
SMILE = {"mouthSmileLeft": 0.9, "mouthSmileRight": 0.9, "cheekSquintLeft": 0.5, "cheekSquintRight": 0.5}
KINDS: tuple[tuple[str, dict[str, float], tuple[float, float, float]], ...] = (
    ("calm", {}, (1, 1, 1)),
    ("calm", {}, (1, 1, 1)),
    ("smile", SMILE, (1, 1, 1)),
    ("open mouth", {"jawOpen": 0.8}, (1, 1, 1)),
    ("calm", {}, (1, 1, 1)),
    ("narrow", {}, (0.88, 1, 1)),
    ("broad", {}, (1.1, 1, 1)),
    ("half open", {"jawOpen": 0.4}, (1, 1, 1)),
    ("child", {}, (0.85, 0.85, 0.85)),
    ("large", {}, (1.08, 1.08, 1.08)),
)
SHOWN = ("penetration_mm", "cheek_gap_mm", "edge_gap_mm", "p99_stretch", "p99_strain", "self_penetration_mm")


class Tried(NamedTuple):
    worn: WornMask | None
    reason: str
    cpu: float  # s


def some_head(number: int) -> tuple[str, Float]:
    """The name and the vertices (V, 3) m of one of the heads."""
    head = load_head()
    kind, expression, scale = KINDS[number % len(KINDS)]
    coefficients = np.zeros(len(head.expression_names))
    for name, value in expression.items():
        coefficients[head.expression_names.index(name)] = value
    shape = np.random.default_rng(1000 + number).normal(size=len(head.identity_basis))
    return f"{number} {kind}", head.shape(shape, coefficients) * np.array(scale)


def simulated(draping: Draping, choice: Choice, vertices: Float, seed: int) -> Tried:
    before, reason = time.process_time(), ""
    ground = bare_ground(vertices)
    rest = place(choice, vertices, DOWN, np.random.default_rng(seed))
    for attempt in range(draping.attempts):
        draped, motion = draping.drape(rest, ground, DOWN, attempt)
        try:
            worn = check(rest, draped, ground, motion)
        except Rejected as refusal:
            reason = refusal.reason
            continue
        return Tried(worn, "", time.process_time() - before)
    return Tried(None, reason, time.process_time() - before)


def carried(draping: Draping, choice: Choice, vertices: Float, seed: int, bank: Path) -> Tried:
    ground = bare_ground(vertices)
    draw = lambda: np.random.default_rng(seed)  # noqa: E731
    try:
        draping.carry(choice, ground, DOWN, draw(), bank)  # fills and binds
        before = time.process_time()
        rest, draped, motion = draping.carry(choice, ground, DOWN, draw(), bank)
    except Rejected as refusal:
        return Tried(None, f"bank: {refusal.reason}", 0.0)
    spent = time.process_time() - before
    try:
        return Tried(check(rest, draped, ground, motion), "", spent)
    except Rejected as refusal:
        return Tried(None, refusal.reason, spent)


def apart(one: WornMask, other: WornMask) -> tuple[float, float]:
    """Median and 95th percentile of the distance between two sheets, mm, both ways."""
    sheets = [worn.faces[~np.isin(worn.parts, CORDS)] for worn in (one, other)]
    surfaces = [prepare(w.vertices, f) for w, f in zip((one, other), sheets, strict=True)]
    there = closest(surfaces[1], one.vertices[np.unique(sheets[0])], 0.03).distance
    back = closest(surfaces[0], other.vertices[np.unique(sheets[1])], 0.03).distance
    both = 1000 * np.abs(np.concatenate([there, back]))
    return float(np.median(both)), float(np.quantile(both, 0.95))


def compare(draping: Draping, choice: Choice, heads: int, bank: Path, keep: Path | None) -> None:
    rows: dict[str, list[list[float]]] = {"carried": [], "simulated": [], "apart": [], "again": []}
    cpu: dict[str, list[float]] = {"carried": [], "simulated": []}
    passed = {"carried": 0, "simulated": 0}
    for number in range(heads):
        name, vertices = some_head(number)
        tried = {
            "carried": carried(draping, choice, vertices, number, bank),
            "simulated": simulated(draping, choice, vertices, 2 * number),
        }
        for kind, one in tried.items():
            shown = one.reason
            cpu[kind].append(one.cpu)
            if one.worn:
                passed[kind] += 1
                rows[kind].append([one.worn.checks[key] for key in SHOWN])
                shown = "  ".join(f"{key} {one.worn.checks[key]:.3f}" for key in SHOWN)
            size = one.worn.size if one.worn else ""
            print(f"{choice.design:15} {name:14} {kind:10} {size:8} {one.cpu:.2f} CPU-s  {shown}", flush=True)
        if tried["carried"].worn and tried["simulated"].worn:
            rows["apart"].append([*apart(tried["carried"].worn, tried["simulated"].worn)])
        if number % 5 == 0 and tried["simulated"].worn:
            again = simulated(draping, choice, vertices, 2 * number + 1)
            if again.worn:
                rows["again"].append([*apart(again.worn, tried["simulated"].worn)])
        if keep:
            keep.mkdir(parents=True, exist_ok=True)
            worn = (tried["carried"].worn, tried["simulated"].worn)
            file = keep / f"{choice.design}-{choice.wearing}-{number}.pkl"
            file.write_bytes(pickle.dumps((name, vertices, *worn)))
    for kind in ("carried", "simulated"):
        means = np.mean(rows[kind], axis=0) if rows[kind] else np.full(len(SHOWN), np.nan)
        shown = "  ".join(f"{key} {value:.3f}" for key, value in zip(SHOWN, means, strict=True))
        print(
            f"{choice.design} {choice.wearing}: {kind} {passed[kind]}/{heads} pass, "
            f"{np.mean(cpu[kind]):.3f} CPU-s; {shown}"
        )
    for kind, text in (("apart", "carried from simulated"), ("again", "simulated from simulated again")):
        if rows[kind]:
            median, most = np.mean(rows[kind], axis=0)
            print(f"{choice.design} {choice.wearing}: {text}: median {median:.2f} mm, 95 % {most:.2f} mm")


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    words.add_argument("designs", nargs="*", default=["surgical"])
    words.add_argument("--wearing", default="correct")
    words.add_argument("--heads", type=int, default=20)
    words.add_argument("--bank", type=Path, default=Path("out/drapes"))
    words.add_argument("--keep", type=Path)
    asked = words.parse_args()
    os.environ["MASKDRAPE_DRAPES"] = str(asked.bank)
    draping = real_draping()
    for design in asked.designs:
        compare(draping, Choice(design, asked.wearing, AS_DESIGNED), asked.heads, asked.bank, asked.keep)


if __name__ == "__main__":
    main()
