"""Physical checks of the whole library: every design, worn in every way it knows, on random heads.

    python benchmarks/library.py run OUT.jsonl --heads 20 --others 5 [--designs surgical,kn95] [--shard 1/2]
    python benchmarks/library.py table OUT.jsonl [MORE.jsonl ...]

``run`` adds a line a drape and passes over what the file has: it can be stopped and started again. Worn
correctly a design meets ``--heads`` heads, in its other states the first ``--others`` of them. ``table``
prints one row for each design and wearing state, then the reasons of rejection.

Heads: identity of one standard deviation, scaled by 0.84-1.08 (a child to a large adult), every third with
an expression (smile, jaw open, lips pursed), the head bowed or raised by up to 20 degrees and tilted by 10.
A drape that fails its checks is tried again with the safer settings, as in the flow.
"""

from __future__ import annotations

import argparse
import json
import resource
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.head.model import load_head
from pipeline.records import Float, Rejected
from pipeline.stages import real_stages

EXPRESSIONS = (
    {"mouthSmileLeft": 0.8, "mouthSmileRight": 0.8, "cheekSquintLeft": 0.4, "cheekSquintRight": 0.4},
    {"jawOpen": 0.5},
    {"mouthPucker": 0.7},
)
COLUMNS = (
    ("penetration_mm", "inside mm, worst", np.max),
    ("motion_mm", "motion mm/frame, median", np.median),
    ("motion_mm", "worst", np.max),
    ("p99_strain", "strain p99, median", np.median),
    ("bridge_gap_mm", "gap at the bridge mm", np.median),
    ("cheek_gap_mm", "at the cheeks mm", np.median),
)


def a_head(number: int) -> tuple[Float, Float]:
    """Head vertices (V, 3) m and gravity (3,), both in the head frame; the same for the same number."""
    model, rng = load_head(), np.random.default_rng([2026, number])
    expression = np.zeros(len(model.expression_names))
    identity = rng.normal(size=len(model.identity_basis))
    scale = rng.uniform(0.84, 1.08)
    if number % 3 == 2:
        for name, value in EXPRESSIONS[number // 3 % 3].items():
            expression[model.expression_names.index(name)] = value
    pitch, roll = np.radians(rng.uniform(-20, 20)), np.radians(rng.uniform(-10, 10))
    gravity = np.array([np.sin(roll), -np.cos(pitch) * np.cos(roll), np.sin(pitch) * np.cos(roll)])
    return np.asarray(model.shape(identity, expression) * scale), gravity / np.linalg.norm(gravity)


def cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def one(stages: Any, design: str, wearing: str, number: int) -> dict[str, Any]:
    from pipeline.masks.balance import AS_DESIGNED, Choice

    head, gravity = a_head(number)
    before = cpu()
    row: dict[str, Any] = {"design": design, "wearing": wearing, "head": number, "reasons": []}
    rng = np.random.default_rng([number, *design.encode(), *wearing.encode()])
    choice = Choice(design, wearing, AS_DESIGNED)
    inner, under = stages.inner(choice, rng), None
    if inner is not None:
        under = _settled(stages, inner, stages.ground(head, None), gravity, rng, {"reasons": row["reasons"]})
    if inner is None or under is not None:
        worn = _settled(stages, choice, stages.ground(head, under), gravity, rng, row)
        if worn is not None and under is not None:
            row["under"] = dict(stages.put_under(worn, under, head).under.checks)
    return row | {"cpu_s": cpu() - before}


def _settled(
    stages: Any, choice: Any, ground: Any, gravity: Float, rng: np.random.Generator, row: dict[str, Any]
) -> Any:
    """The worn mask, or None; ``row`` is told."""
    try:
        rest = stages.place(choice, ground.head, gravity, rng)
        row["size"] = rest.size
        for attempt in range(stages.attempts):
            try:
                worn = stages.check(rest, *_draped(stages, rest, ground, gravity, attempt))
            except Rejected as refusal:
                row["reasons"].append(refusal.reason)
                continue
            row |= {"checks": dict(worn.checks), "attempts": attempt + 1}
            return worn
    except Rejected as refusal:
        row["reasons"].append(refusal.reason)
    return None


def _draped(stages: Any, rest: Any, ground: Any, gravity: Float, attempt: int) -> tuple[Float, Any, float]:
    vertices, motion = stages.drape(rest, ground, gravity, attempt)
    return vertices, ground, motion


def run(arguments: argparse.Namespace) -> None:
    from pipeline.masks.library import design_names, load_design

    designs = arguments.designs.split(",") if arguments.designs else design_names()
    shard, shards = (int(part) for part in arguments.shard.split("/"))
    out = Path(arguments.out)
    done = {_key(row) for row in _read([out])} if out.exists() else set()
    jobs = [
        (design, wearing, number)
        for number in range(arguments.heads)
        for design in designs
        for wearing in load_design(design).wearing
        if wearing == "correct" or number < arguments.others
    ]
    stages = real_stages()
    with out.open("a", encoding="utf-8") as file:
        for job in jobs[shard - 1 :: shards]:
            if job in done:
                continue
            row = one(stages, *job)
            print(*job, "ok" if "checks" in row else row["reasons"], f"{row['cpu_s']:.1f} CPU-s", flush=True)
            file.write(json.dumps(row) + "\n")
            file.flush()


def _key(row: dict[str, Any]) -> tuple[str, str, int]:
    return row["design"], row["wearing"], row["head"]


def _read(files: list[Path]) -> list[dict[str, Any]]:
    return [json.loads(line) for file in files for line in file.read_text().splitlines()]


def table(arguments: argparse.Namespace) -> None:
    groups: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    rows = _read([Path(file) for file in arguments.files])
    for row in rows:
        groups[row["design"], row["wearing"]].append(row)
    head = ["design", "worn", "drapes", "ok", "retried", *(name for _, name, _ in COLUMNS), "CPU-s"]
    print("| " + " | ".join(head) + " |\n|" + "---|" * len(head))
    for (design, wearing), members in sorted(
        groups.items(), key=lambda item: (item[0][0], item[0][1] != "correct")
    ):
        good = [row for row in members if "checks" in row]
        values = [
            f"{reduce([row['checks'][key] for row in good]):.3g}" if good else ""
            for key, _, reduce in COLUMNS
        ]
        retried = sum(row.get("attempts", 1) > 1 for row in good)
        cells = [design, wearing, len(members), len(good), retried, *values]
        print("| " + " | ".join(map(str, cells)) + f" | {np.mean([row['cpu_s'] for row in members]):.1f} |")
    passed = [row for row in rows if "checks" in row]
    print(
        f"\n{len(rows)} drapes, {len(passed)} pass, {sum(row['attempts'] > 1 for row in passed)} of them at a"
        f" later attempt; {np.mean([row['cpu_s'] for row in rows]):.1f} CPU-s each; at rest below 0.02 mm a"
        f" frame: {sum(row['checks']['motion_mm'] < 0.02 for row in passed)}"
    )
    for row in rows:
        if "checks" not in row:
            print(f"  {row['design']} {row['wearing']} head {row['head']}: {row['reasons'][-1]}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    commands = parser.add_subparsers(required=True)
    runner = commands.add_parser("run")
    runner.add_argument("out")
    runner.add_argument("--heads", type=int, default=20)
    runner.add_argument("--others", type=int, default=5)
    runner.add_argument("--designs", default="")
    runner.add_argument("--shard", default="1/1")
    runner.set_defaults(call=run)
    printer = commands.add_parser("table")
    printer.add_argument("files", nargs="+")
    printer.set_defaults(call=table)
    arguments = parser.parse_args()
    arguments.call(arguments)


if __name__ == "__main__":
    main()
