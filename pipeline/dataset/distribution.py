"""What kinds of masks a data set holds, beside what its configuration wants: distribution.json."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from pipeline.dataset.rows import Row

KINDS = ("design", "size", "wearing", "nose", "fabric", "colour", "print")
"""What is counted; `kinds_of` gives every sample one name of each."""

Shares = Mapping[str, Mapping[str, float]]
Distribution = Mapping[str, Mapping[str, Mapping[str, float | int | None]]]


def kinds_of(labels: Mapping[str, Any]) -> dict[str, str]:
    """The names under which a sample with these labels is counted, by kind."""
    mask = labels["mask"]
    material = mask["material"]
    printed = material["print"]
    return {
        "design": mask["design"],
        "size": mask["size"],
        "wearing": mask["wearing"],
        "nose": mask["coverage"]["nose"],
        "fabric": material["fabric"],
        "colour": material["colour_name"],
        "print": "plain" if printed is None else printed["name"],
    }


def distribution(samples: Iterable[Row], wanted: Shares) -> Distribution:
    """By kind and name: ``samples`` how many there are, ``share`` of all, and ``wanted`` share.

    ``samples`` are rows of the manifest, gone through once. ``wanted`` is None where the configuration leaves
    it open.
    """
    asked = {kind for kind, shares in wanted.items() if any(shares.values())}
    counts: dict[str, Counter[str]] = {kind: Counter() for kind in KINDS}
    total = 0
    for row in samples:
        total += 1
        for kind in KINDS:
            counts[kind][str(row[kind])] += 1
    return {
        kind: {
            name: {
                "samples": counts[kind][name],
                "share": round(counts[kind][name] / max(total, 1), 4),
                "wanted": round(wanted[kind].get(name, 0.0), 4) if kind in asked else None,
            }
            for name in sorted({*counts[kind], *wanted.get(kind, {})})
        }
        for kind in KINDS
    }


def distribution_json(found: Distribution) -> bytes:
    """Bytes of distribution.json."""
    return (json.dumps(found, indent=1, ensure_ascii=False) + "\n").encode()
