"""Landmarks that a user brings, as JSON, CSV or iBUG's .pts: from text to points, photo by photo.

Coordinates are pixels as in `pipeline.records` (the centre of the first pixel is 0.5, 0.5), except in .pts
files, which count from 1 as Matlab does: (1, 1) is the centre of the first pixel.

JSON
    ``{"photo.jpg": [face, ...], ...}``, or only ``[face, ...]`` in a file of one photo. A face is
    ``[[x, y], ...]`` or ``{"points": [[x, y], ...], "confidence": [c, ...]}``. The latter may hold the head
    as it is: ``identity``, 80 coefficients in standard deviations, and ``expression``, 43 from 0 to 1. It may
    say of which detector the points are, ``detector``: mediapipe, ibug68, fan2d or fan3d, and ``doubt``: why
    the face must not be used.
CSV
    a row a point, with the columns photo, face, index, x, y and if wanted confidence.
.pts
    one face: ``version: 1``, ``n_points: 68``, then x y lines in braces.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from pipeline.records import Float

COUNTS = (68, 468, 478)
IDENTITIES, EXPRESSIONS = 80, 43  # coefficients of the head model
FARTHEST = 10.0  # standard deviations from the mean head
DETECTORS = {"mediapipe": (468, 478), "ibug68": (68,), "fan2d": (68,), "fan3d": (68,)}
"""How many points each of the detectors that can be named gives."""
KEYS = ("points", "confidence", "identity", "expression", "detector", "doubt")
COLUMNS = ("photo", "face", "index", "x", "y")


@dataclass(frozen=True)
class GivenFace:
    """Points (N, 2) px with N of COUNTS, and confidence (N,) in [0, 1]."""

    points: Float
    confidence: Float
    identity: Float | None = None  # (IDENTITIES,)
    expression: Float | None = None  # (EXPRESSIONS,)
    detector: str = ""  # a table of `pipeline.head.landmarks`; "" is by the number of points
    doubt: str = ""


Raw = Mapping[str, list[Any]]
"""Faces by photo, "" for a file of one photo; not yet looked at, so that one photo's mistake is its own."""


def read_json(text: str) -> Raw:
    """Raises ValueError for a text that is no such JSON."""
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"line {error.lineno}: not JSON: {error.msg}") from error
    if isinstance(content, list):
        return {"": content}
    if not isinstance(content, dict) or not all(isinstance(faces, list) for faces in content.values()):
        raise ValueError('needed: {"photo": [face, ...]} or [face, ...]')
    return content


def read_csv(text: str) -> Raw:
    """Raises ValueError when columns are missing or unknown."""
    reader = csv.DictReader(text.splitlines(), strict=True)
    columns = [name.strip() for name in reader.fieldnames or ()]
    reader.fieldnames = columns
    allowed = (*COLUMNS, "confidence")
    if not set(COLUMNS) <= set(columns) <= set(allowed) or len(set(columns)) < len(columns):
        raise ValueError(f"columns {', '.join(columns) or '(none)'}; needed: {', '.join(COLUMNS)}; "
                         "allowed besides: confidence")  # fmt: skip
    photos: dict[str, dict[str, list[tuple[int, dict[str, str | None]]]]] = {}
    try:
        for row in reader:
            name, face = (row["photo"] or "").strip().replace("\\", "/"), (row["face"] or "").strip()
            photos.setdefault(name, {}).setdefault(face, []).append((reader.line_num, row))
    except csv.Error as error:
        raise ValueError(f"line {reader.line_num}: {error}") from error
    return {name: list(faces.values()) for name, faces in photos.items()}


def read_pts(text: str) -> Raw:
    """Raises ValueError for a text that is no .pts file."""
    found = re.fullmatch(r"\s*version:\s*\S+\s+n_points:\s*(\d+)\s*\{(.*)\}\s*", text, re.DOTALL)
    if not found:
        raise ValueError("not a .pts file: needed: version: 1, n_points: 68 and points in braces")
    rows = [line.split() for line in found[2].strip().splitlines() if line.strip()]
    if len(rows) != int(found[1]):
        raise ValueError(f"n_points says {found[1]}, but there are {len(rows)} points")
    points = []
    for row in rows:
        if len(row) != 2:
            raise ValueError(f"{' '.join(row)!r} is not a point x y")
        points.append([_number(row[0], "x") - 0.5, _number(row[1], "y") - 0.5])
    return {"": [points]}


def check_face(raw: Any, width: int, height: int) -> GivenFace:
    """One face of `Raw`, checked against the photo's size. Raises ValueError with what is wrong."""
    points, confidence = _from_rows(raw) if _is_rows(raw) else _from_json(raw)
    known = raw if isinstance(raw, dict) else {}
    if len(points) not in COUNTS:
        raise ValueError(f"{len(points)} points; needed: {', '.join(map(str, COUNTS[:-1]))} or {COUNTS[-1]}")
    if not np.isfinite(points).all():
        raise ValueError(f"point {int(np.argwhere(~np.isfinite(points))[0, 0])} is not a finite number")
    if not ((confidence >= 0) & (confidence <= 1)).all():
        raise ValueError("confidence must lie from 0 to 1")
    inside = ((points >= 0) & (points <= [width, height])).all(axis=1)
    if inside.mean() < 0.5:
        raise ValueError(
            f"{(~inside).sum()} of {len(points)} points lie outside the photo ({width}×{height})"
        )
    return GivenFace(
        points,
        confidence,
        _coefficients(known, "identity", IDENTITIES, -FARTHEST, FARTHEST),
        _coefficients(known, "expression", EXPRESSIONS, 0, 1),
        _detector(known, len(points)),
        _doubt(known),
    )


def _coefficients(face: Mapping[str, Any], name: str, count: int, low: float, high: float) -> Float | None:
    if name not in face:
        return None
    values = _array(face[name], name)
    if values.shape != (count,):
        raise ValueError(f"{values.size} coefficients of {name}; needed: {count}")
    if not ((values >= low) & (values <= high)).all():
        raise ValueError(f"coefficients of {name} must lie from {low:g} to {high:g}")
    return values


def _detector(face: Mapping[str, Any], count: int) -> str:
    name = face.get("detector", "")
    if name and (not isinstance(name, str) or count not in DETECTORS.get(name, ())):
        raise ValueError(f"detector = {name!r} with {count} points; allowed: {', '.join(DETECTORS)}")
    return str(name)


def _doubt(face: Mapping[str, Any]) -> str:
    doubt = face.get("doubt", "")
    if not isinstance(doubt, str):
        raise ValueError("doubt must be a text")
    return doubt


def _is_rows(raw: Any) -> bool:
    return isinstance(raw, list) and bool(raw) and isinstance(raw[0], tuple)


def _from_rows(rows: list[tuple[int, dict[str, str | None]]]) -> tuple[Float, Float]:
    found: dict[int, tuple[float, float, float]] = {}
    for line, row in rows:
        index = row["index"] or ""
        if not re.fullmatch(r"\s*\d+\s*", index):
            raise ValueError(f"line {line}: index = {index!r} is not a whole number")
        if int(index) in found:
            raise ValueError(f"line {line}: point {int(index)} a second time")
        values = (row["x"], row["y"], row.get("confidence") or "1")
        named = zip(("x", "y", "confidence"), values, strict=True)
        x, y, sure = (_number(value or "", f"line {line}: {name}") for name, value in named)
        found[int(index)] = (x, y, sure)
    missing = [index for index in range(len(found)) if index not in found]
    if missing:
        raise ValueError(f"{len(found)} points, but none with index {missing[0]}")
    table = np.array([found[index] for index in range(len(found))])
    return table[:, :2], table[:, 2]


def _from_json(raw: Any) -> tuple[Float, Float]:
    face = raw if isinstance(raw, dict) else {"points": raw}
    if set(face) - set(KEYS) or "points" not in face:
        raise ValueError(f"a face has the keys {', '.join(sorted(face))}; allowed: {', '.join(KEYS)}")
    points = _array(face["points"], "points")
    if points.ndim != 2 or points.shape[1] != 2:
        raise ValueError("points must be a list of [x, y]")
    confidence = _array(face["confidence"], "confidence") if "confidence" in face else np.ones(len(points))
    if confidence.shape != (len(points),):
        raise ValueError(f"{confidence.size} values of confidence for {len(points)} points")
    return points, confidence


def _array(values: Any, name: str) -> Float:
    try:
        return np.asarray(np.array(values, dtype=np.float64))
    except (ValueError, TypeError) as error:
        raise ValueError(f"{name} must be numbers, in rows of equal length") from error


def _number(text: str, name: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise ValueError(f"{name} = {text.strip()!r} is not a number") from error
