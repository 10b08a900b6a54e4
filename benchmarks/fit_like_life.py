"""How masks sit beside how real masks were measured to sit, by design, size and wearing.

    python benchmarks/fit_like_life.py out/run              # from the labels of a finished run
    python benchmarks/fit_like_life.py --heads 4            # drapes every design on 4 random heads
    python benchmarks/fit_like_life.py --heads 4 kn95 pitta

One row a design, size and wearing: median [10th .. 90th percentile] of the measures of
`pipeline.masks.coverage`, in inter-eye distances. A star marks a median of ours outside the range of real
masks of that kind, worn correctly.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

MEASURES = ("bridge", "cheek", "drop", "end", "side", "ear", "lowest")

# Read off photographs of 39 wearers with a grid: (number, 10th percentile, median, 90th percentile).
# Heights of turned faces are corrected by the cosine of the turn; "side" (half the width) and "end" are
# from faces turned by 13 degrees or less, "ear" from faces turned by more. Read to 0.02, corners and lowest
# points to 0.05. "drop" is what the upper edge falls from the bridge of the nose to straight below the
# pupils, "end" where it ends, at the side or out of sight.
LIFE: Mapping[str, Mapping[str, tuple[int, float, float, float]]] = {
    "surgical": {
        "bridge": (15, 0.13, 0.22, 0.30),
        "cheek": (15, 0.19, 0.30, 0.36),
        "drop": (15, 0.01, 0.06, 0.14),
        "end": (11, 0.20, 0.35, 0.42),
        "side": (10, 1.04, 1.08, 1.23),
        "ear": (5, 0.46, 0.50, 0.58),
        "lowest": (12, 1.82, 2.00, 2.16),
    },
    "cloth": {
        "bridge": (9, 0.13, 0.26, 0.38),
        "cheek": (9, 0.29, 0.33, 0.42),
        "drop": (9, -0.01, 0.07, 0.20),
        "end": (7, 0.23, 0.36, 0.51),
        "side": (5, 0.94, 1.01, 1.18),
        "ear": (3, 0.51, 0.75, 0.79),
        "lowest": (8, 1.78, 1.91, 2.17),
    },
    "pitta": {
        "bridge": (5, 0.17, 0.21, 0.34),
        "cheek": (5, 0.29, 0.37, 0.49),
        "drop": (5, 0.11, 0.13, 0.18),
        "end": (4, 0.22, 0.38, 0.45),
        "side": (3, 1.05, 1.10, 1.18),
        "ear": (2, 1.00, 1.00, 1.00),
        "lowest": (5, 1.75, 1.94, 2.03),
    },
    "gaiter": {
        "bridge": (5, 0.08, 0.18, 0.38),
        "cheek": (5, 0.29, 0.35, 0.44),
        "drop": (5, 0.06, 0.17, 0.21),
        "end": (4, 0.36, 0.38, 0.54),
        "side": (4, 1.05, 1.10, 1.11),
    },
    "cup": {
        "bridge": (2, -0.04, -0.01, 0.02),
        "cheek": (1, 0.20, 0.20, 0.20),
        "drop": (1, 0.25, 0.25, 0.25),
        "end": (1, 0.88, 0.88, 0.88),
        "side": (1, 1.04, 1.04, 1.04),
        "ear": (1, 0.25, 0.25, 0.25),
        "lowest": (2, 1.99, 1.99, 1.99),
    },
    "kn95": {
        "bridge": (1, 0.17, 0.17, 0.17),
        "cheek": (1, 0.30, 0.30, 0.30),
        "drop": (1, 0.13, 0.13, 0.13),
        "end": (1, 0.75, 0.75, 0.75),
        "lowest": (1, 2.05, 2.05, 2.05),
    },
    "kf94": {
        "bridge": (1, 0.02, 0.02, 0.02),
        "cheek": (1, 0.30, 0.30, 0.30),
        "drop": (1, 0.28, 0.28, 0.28),
        "end": (1, 0.43, 0.43, 0.43),
        "lowest": (1, 2.20, 2.20, 2.20),
    },
}
# 61 fitted photos of people without masks: menton below the pupils, with the head frame facing the eye.
CHIN = (61, 1.78, 1.94, 2.19)

LIKE = {
    "surgical": "surgical",
    "surgical_ties": "surgical",
    "cloth_two_panel": "cloth",
    "cloth_pleated": "cloth",
    "pitta": "pitta",
    "gaiter": "gaiter",
    "n95_cup": "cup",
    "n95_valve": "cup",
    "ffp2_valve": "kn95",
    "kn95": "kn95",
    "kf94": "kf94",
}
FROM_A_METRE = 0.95  # as large a photo shows the cheeks, 5 cm behind the eyes; `coverage` sees from afar
FEW = 5  # real masks: below, what is known of a kind is no range to be judged by

Key = tuple[str, str, str]  # design, size, wearing


def main() -> None:
    """Measure, print the table."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--heads", type=int, default=0, help="drape on so many random heads")
    options.add_argument("--wearing", default="correct", help="for --heads; 'every' for all a design knows")
    options.add_argument("what", nargs="*", help="a run's output folder; with --heads, names of designs")
    given = options.parse_args()
    found: dict[Key, list[Mapping[str, Any]]] = defaultdict(list)
    if given.heads:
        for key, coverage in draped(given.what, given.heads, given.wearing):
            found[key].append(coverage)
    else:
        for folder in given.what or options.error("give a run's output folder, or --heads"):
            for key, coverage in labelled(Path(folder)):
                found[key].append(coverage)
    if not found:
        sys.exit("nothing to measure: no labels with a mask's coverage, or every drape was rejected")
    print_table(found)


def labelled(folder: Path) -> Iterator[tuple[Key, Mapping[str, Any]]]:
    """The coverage in every sample.json of a run."""
    for path in sorted(folder.glob("labels/*/*/sample.json")):
        mask = json.loads(path.read_text())["mask"]
        if mask.get("coverage"):
            yield (mask["design"], mask["size"], mask["wearing"]), mask["coverage"]


def draped(names: list[str], heads: int, wearing: str) -> Iterator[tuple[Key, Mapping[str, Any]]]:
    """The coverage of masks draped on the mean head and random ones."""
    from pipeline.head.model import load_head
    from pipeline.masks.checks import check_drape
    from pipeline.masks.collider import head_collider
    from pipeline.masks.coverage import measure_coverage
    from pipeline.masks.library import design_names, load_design
    from pipeline.masks.place.place import place_mask
    from pipeline.records import Rejected
    from pipeline.studio.cloth import SETTINGS, drape

    head, gravity = load_head(), np.array([0.0, -1.0, 0.0])
    for name in names or design_names():
        design = load_design(name)
        for worn_as in design.wearing if wearing == "every" else (wearing,):
            for seed in range(heads):
                rng = np.random.default_rng(seed)
                identity = rng.normal(size=len(head.identity_basis)) * (seed > 0)
                vertices = head.shape(identity, np.zeros(len(head.expression_names)))
                for attempt in range(len(SETTINGS)):
                    try:
                        rest = place_mask(design, vertices, gravity, worn_as, rng)
                        under = head_collider(vertices)
                        result = drape(rest, under.vertices, under.faces, gravity, attempt)
                        worn = check_drape(rest, result.vertices, under, result.motion)
                    except Rejected as reason:
                        print(f"{name} {worn_as} head {seed}: {reason.reason}", file=sys.stderr)
                        continue
                    yield (name, worn.size, worn_as), asdict(measure_coverage(worn, vertices))
                    break


def measures(coverage: Mapping[str, Any]) -> dict[str, float]:
    """The measures that photos have too; a label's null is NaN."""
    value = {
        name: np.nan if coverage[name] is None else coverage[name] for name in coverage if name != "nose"
    }
    cheek = (value["cheek_left"] + value["cheek_right"]) / 2
    return {
        "bridge": value["bridge"],
        "cheek": cheek,
        "drop": cheek - value["bridge"],
        "end": (value["end_left"] + value["end_right"]) / 2,
        "side": FROM_A_METRE * (value["side_left"] + value["side_right"]) / 2,
        "ear": (value["ear_left"] + value["ear_right"]) / 2,
        "lowest": value["lowest"],
        "below_chin": value["below_chin"],
        "lower_face": value["lower_face"],
    }


def print_table(found: Mapping[Key, list[Mapping[str, Any]]]) -> None:
    columns = (*MEASURES, "below_chin", "lower_face")
    print(f"{'':34}{'n':>4}" + "".join(f"{name:>21}" for name in columns) + "   nose")
    kinds: dict[str, list[Key]] = defaultdict(list)
    for key in sorted(found):
        kinds[LIKE.get(key[0], "")].append(key)
    for kind, keys in kinds.items():
        life = LIFE.get(kind, {})
        if life:
            number = max(entry[0] for entry in life.values())
            print(f"{f'real: {kind}':34}{number:4}" + "".join(_range(life.get(name)) for name in columns))
        for key in keys:
            rows = [measures(coverage) for coverage in found[key]]
            line = f"{' '.join(key):34}{len(rows):4}"
            for name in columns:
                line += _ours([row[name] for row in rows], life.get(name) if key[2] == "correct" else None)
            noses = [str(coverage["nose"]) for coverage in found[key]]
            print(line + "   " + " ".join(f"{name} {noses.count(name)}" for name in dict.fromkeys(noses)))
    print(f"real chins, bare: {CHIN[2]:.2f} [{CHIN[1]:.2f} .. {CHIN[3]:.2f}] below the pupils, n {CHIN[0]}")


def _range(entry: tuple[int, float, float, float] | None) -> str:
    if entry is None:
        return " " * 21
    return f"{f'{entry[2]:.2f} [{entry[1]:.2f}..{entry[3]:.2f}]':>20} "


def _ours(values: list[float], life: tuple[int, float, float, float] | None) -> str:
    known = np.array(values)[np.isfinite(values)]
    if not known.size:
        return f"{'-':>20} "
    low, middle, high = np.percentile(known, [10, 50, 90])
    star = "*" if life is not None and life[0] >= FEW and not life[1] <= middle <= life[3] else " "
    return f"{f'{middle:.2f} [{low:.2f}..{high:.2f}]':>20}{star}"


if __name__ == "__main__":
    main()
