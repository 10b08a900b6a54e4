"""sample.json: everything known about one sample, in plain numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from pipeline.records import PARTS, Face, Layers, Light, Photo, WornMask

Numbers = Mapping[str, Any]


def build_labels(
    photo: Photo,
    face: Face,
    worn: WornMask,
    layers: Layers,
    coverage: Numbers,
    *,
    beard_mm: float,
    sample_id: str,
    variant: int,
    seed: int,
    versions: Mapping[str, str],
) -> dict[str, Any]:
    """JSON-able labels. Pixels and metres as in `pipeline.records`; pose in degrees; rounded to 6 digits.

    ``coverage`` is how much of the face the mask covers, with the one under it; ``beard_mm`` how far a beard
    holds it off the chin.
    """
    height, width = photo.pixels.shape[:2]
    labels = {
        "sample_id": sample_id,
        "identity": photo.identity,
        "synthetic": "mask",
        "photo": {
            "name": photo.name,
            "sha256": photo.sha256,
            "width": width,
            "height": height,
            "exif_focal_px": photo.focal_px,
            "source": photo.source,
            "licence": photo.licence,
            "consent": photo.consent,
        },
        "variant": variant,
        "seed": seed,
        "face": _face(face),
        "mask": {
            **_mask(worn, layers.material),
            "coverage": coverage,
            "beard_mm": beard_mm,
            "box_px": layers.box,
            "hidden": layers.hidden,
            "parts": {name: number for number, name in enumerate(PARTS)},
        },
        "light": _light(face.light),
        "versions": versions,
    }
    return {key: _rounded(value) for key, value in labels.items()}


def _mask(worn: WornMask, material: Numbers) -> dict[str, Any]:
    """A mask, and the one under it (None where there is none) by the same keys."""
    own = {key: value for key, value in material.items() if key != "under"}
    return {
        "design": worn.design,
        "size": worn.size,
        "wearing": worn.wearing,
        "parameters": worn.parameters,
        "checks": worn.checks,
        "material": own,
        "under": None if worn.under is None else _mask(worn.under, material["under"]),
    }


def _face(face: Face) -> Numbers:
    yaw, pitch, roll = np.degrees(face.yaw_pitch_roll)
    return {
        "index": face.index,
        "verdict": face.verdict,
        "reason": face.reason,
        "box_px": face.box,
        "pose_degrees": {"yaw": yaw, "pitch": pitch, "roll": roll},
        "camera": {
            "focal_px": face.camera.focal_px,
            "width": face.camera.width,
            "height": face.camera.height,
        },
        "extrinsics": {"rotation": face.rotation, "translation_m": face.translation},
        "identity_coefficients": face.identity_coefficients,
        "expression_coefficients": face.expression_coefficients,
        "residual_mm": face.residual_mm,
        "residual_px": face.residual_px,
        "landmark_backend": face.backend,
        "landmarks_px": face.landmarks,
        "landmark_confidence": face.confidence,
    }


def _light(light: Light) -> Numbers:
    return {
        "ambient": light.ambient,
        "directions": light.directions,
        "irradiance": light.irradiance,
        "skin_albedo": light.skin_albedo,
        "around": light.around,
    }


def _rounded(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _rounded(inner) for key, inner in value.items()}
    if isinstance(value, np.ndarray):
        return _rounded(value.tolist())
    if isinstance(value, list | tuple):
        return [_rounded(inner) for inner in value]
    if isinstance(value, np.generic):
        return _rounded(value.item())
    if isinstance(value, float):
        return float(f"{value:.6g}") if np.isfinite(value) else None
    return value
