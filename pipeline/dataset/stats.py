"""What a data set holds, in numbers, read once from beginning to end."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.dataset.distribution import KINDS
from pipeline.dataset.preview.choose import evenly
from pipeline.dataset.read import DataSetError, labels, rejects, rows
from pipeline.dataset.reasons import grouped

RIGHTS = ("source", "licence", "consent")
NOT_STATED = "not stated"
QUANTILES = {"least": 0.0, "p05": 0.05, "median": 0.5, "p95": 0.95, "most": 1.0}
BINS = 12

Stats = dict[str, Any]


def statistics(folder: Path, looked_at: int) -> Stats:
    """JSON-able statistics of a data set: counts, masks made and wanted, rejects, faces, checks, rights.

    ``face`` and ``checks`` are spreads of numbers of sample.json, by name, in at most ``looked_at`` samples,
    spaced evenly; the key of this name says in how many. Pose in degrees; ``face_px`` is the larger side of
    the face's box in px. Raises DataSetError.
    """
    counts: dict[str, Counter[str]] = {name: Counter() for name in (*KINDS, *RIGHTS, "verdict", "flagged")}
    identities = Counter[str]()
    samples = photos = faces = 0
    before: tuple[object, ...] = ()
    for row in rows(folder):
        samples += 1
        identities[str(row["identity"])] += 1
        here = (row["identity"], row["photo"], row["face"])
        photos += here[:2] != before[:2]  # the samples of one photo follow each other
        faces += here != before
        before = here
        for name in (*KINDS, "verdict"):
            counts[name][str(row[name])] += 1
        for name in RIGHTS:
            counts[name][str(row.get(name) or NOT_STATED)] += 1
        if row["verdict"] == "flagged":
            counts["flagged"][str(row["reason"])] += 1
    groups = grouped(rejects(folder), 0)
    return {
        "samples": samples,
        "identities": len(identities),
        "photos": photos,
        "faces": faces,
        "samples_per_identity": _spread(list(identities.values())),
        "verdicts": _often(counts["verdict"]),
        "flagged": [
            {"reason": group.reason, "samples": group.count}
            for group in grouped(
                ({"stage": "faces", "reason": reason} for reason in counts["flagged"].elements()), 0
            )
        ],
        "rejects": sum(group.count for group in groups),
        "rejects_by_reason": [
            {"stage": group.stage, "reason": group.reason, "rejects": group.count} for group in groups
        ],
        "masks": _masks(folder, counts, samples),
        **{f"{name}s": _often(counts[name]) for name in RIGHTS},
        **_measured(folder, samples, looked_at),
    }


def _often(counter: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(counter.items(), key=lambda item: (-item[1], item[0])))


def _masks(folder: Path, counts: Mapping[str, Counter[str]], samples: int) -> Stats:
    """By kind and name: how many samples, which share, and the share that the configuration asked for."""
    try:
        asked = json.loads((folder / "distribution.json").read_bytes())
    except (OSError, ValueError):
        asked = {}
    masks = {}
    for kind in KINDS:
        wanted = {name: one.get("wanted") for name, one in asked.get(kind, {}).items()}
        left_open = not any(wanted.values())  # as the designs have it, not none at all
        masks[kind] = {
            name: {
                "samples": counts[kind][name],
                "share": round(counts[kind][name] / max(samples, 1), 4),
                "wanted": None if left_open else wanted.get(name),
            }
            for name in sorted({*counts[kind], *wanted})
        }
    return masks


def _measured(folder: Path, samples: int, looked_at: int) -> Stats:
    """Spread of what sample.json says in numbers."""
    face: dict[str, list[float]] = {}
    checks: dict[str, list[float]] = {}
    for row in evenly(rows(folder), samples, looked_at):
        known = labels(folder, row)
        try:
            numbers = _numbers(known)
            found_checks = known["mask"]["checks"]
        except (KeyError, TypeError, ValueError) as error:
            raise DataSetError(f"{row['labels']}/sample.json lacks {error}: see verify") from error
        for into, found in ((face, numbers), (checks, found_checks)):
            for name, value in found.items():
                if value is not None:
                    into.setdefault(name, []).append(float(value))
    return {
        "looked_at": min(samples, looked_at),
        "face": {name: _spread(values) for name, values in face.items()},
        "checks": {name: _spread(values) for name, values in sorted(checks.items())},
    }


def _numbers(known: Mapping[str, Any]) -> dict[str, float | None]:
    x0, y0, x1, y1 = known["face"]["box_px"]
    return {
        **{f"{name}_degrees": value for name, value in known["face"]["pose_degrees"].items()},
        "face_px": max(x1 - x0, y1 - y0),
        "residual_mm": known["face"]["residual_mm"],
        "photo_width_px": known["photo"]["width"],
        "photo_height_px": known["photo"]["height"],
    }


def _spread(values: Iterable[float]) -> Stats:
    """Quantiles, mean, and counts in bins of equal width from the least to the most."""
    numbers = np.asarray(list(values), np.float64)
    if not numbers.size:
        return {}
    quantiles = {name: float(f"{np.quantile(numbers, share):.6g}") for name, share in QUANTILES.items()}
    counted, _ = np.histogram(numbers, BINS)
    return quantiles | {"mean": float(f"{numbers.mean():.6g}"), "histogram": counted.tolist()}
