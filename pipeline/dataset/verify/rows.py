"""Rows of the manifest against the layout and against the labels of their samples."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.dataset.distribution import kinds_of
from pipeline.dataset.finalise import sample_id
from pipeline.dataset.rows import Row
from pipeline.dataset.write import image_name, labels_name

TEXTS = ("sample_id", "identity", "photo", "sha256", "face_hash", "image", "labels", "verdict")


def lacking(row: Row) -> str:
    """What makes a row unusable, in words; empty where nothing does."""
    if missing := [name for name in TEXTS if not isinstance(row.get(name), str)]:
        return f"has no {missing[0]}"
    if not isinstance(row.get("face"), int) or not isinstance(row.get("variant"), int):
        return "has no face or variant"
    name = sample_id(row["sha256"], row["face"], row["variant"])
    if row["sample_id"] != name:
        return f"says {row['sample_id']}, but photo, face and variant make it {name}"
    places = (image_name(row["identity"], name), labels_name(row["identity"], name))
    if (row["image"], row["labels"]) != places:
        others = {str(row[key]).split("/")[1] for key in ("image", "labels") if "/" in str(row[key])}
        if others and row["identity"] not in others:
            whose = " and ".join(sorted(others))
            return f"gives {name} to {row['identity']}, but its files to {whose}: identities are swapped"
        return f"places {name} of {row['identity']} at {row['image']} and {row['labels']}"
    return ""


def mismatches(row: Row, labels: Mapping[str, Any]) -> Iterator[str]:
    """Where sample.json says something else than the row, in words."""
    try:
        said = {
            "sample_id": labels["sample_id"],
            "identity": labels["identity"],
            "photo": labels["photo"]["name"],
            "variant": labels["variant"],
            "face": labels["face"]["index"],
            "verdict": labels["face"]["verdict"],
            **{name: labels["photo"][name] for name in ("sha256", "source", "licence", "consent")},
            **kinds_of(labels),
        }
    except (KeyError, TypeError) as error:
        yield f"lacks {error}"
        return
    if said["sample_id"] != row["sample_id"]:
        yield f"belongs to another sample, {said['sample_id']} of {said['identity']}"
        return
    for name, value in said.items():
        if row.get(name) != value:
            yield f"says {name} {value!r}, the row {row.get(name)!r}"
