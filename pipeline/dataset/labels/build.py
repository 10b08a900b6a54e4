"""sample.json: everything known about one sample, in plain numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.dataset.labels.coverage import in_words
from pipeline.records import PARTS, Face, FacePoints, Float, Layers, Light, LightFit, Photo, WornMask

Numbers = Mapping[str, Any]


def build_labels(
    photo: Photo,
    face: Face,
    worn: WornMask,
    layers: Layers,
    coverage: Numbers,
    points: FacePoints,
    matte: NDArray[np.uint8],
    crop: Float,
    *,
    beard_mm: float,
    sample_id: str,
    variant: int,
    seed: int,
    versions: Mapping[str, str],
) -> dict[str, Any]:
    """JSON-able labels. Pixels and metres as in `pipeline.records`; pose in degrees; rounded to 6 digits.

    ``coverage`` is how much of the face the mask covers, with the one under it; ``matte`` (H, W) where it is
    seen; ``crop`` (2, 3) what leads from the photo to the aligned face; ``beard_mm`` how far a beard holds
    the mask off the chin.
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
        "face": {
            **_face(face),
            **_points(points, matte),
            "crop_112": crop,
        },
        "mask": {
            **_mask(worn, layers.material),
            "coverage": {**coverage, **in_words(coverage, points.mouth)},
            "beard_mm": beard_mm,
            "box_px": layers.box,
            "visible_box_px": visible_box(matte),
            "hidden": layers.hidden,
            "parts": {name: number for number, name in enumerate(PARTS)},
        },
        "light": _light(face.light, face.light_fit),
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
        "occluder_box_px": face.occluder.box if face.occluder.matte.any() else None,
        "landmark_backend": face.backend,
    }


def _points(points: FacePoints, matte: NDArray[np.uint8]) -> Numbers:
    """Landmarks, and which are seen before the mask is put on and after."""
    return {
        "five_points_px": points.five,
        "landmarks_68_px": points.ibug,
        "landmarks_68_visible": points.ibug_seen,
        "landmarks_68_visible_masked": points.ibug_seen & ~_under(points.ibug, matte),
        "landmarks_px": points.dense,
        "landmark_confidence": points.dense_confidence,
        "landmarks_visible": points.dense_seen,
        "landmarks_visible_masked": points.dense_seen & ~_under(points.dense, matte),
    }


def _under(points: Float, matte: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Which points (N, 2) px lie where the mask takes half of the pixel or more."""
    height, width = matte.shape
    at = np.floor(np.where(np.isfinite(points), points, -1)).astype(int)
    inside = ((at >= 0) & (at < [width, height])).all(axis=1)
    x, y = np.clip(at, 0, [width - 1, height - 1]).T
    return np.asarray(inside & (matte[y, x] > 127))


def visible_box(matte: NDArray[np.uint8]) -> tuple[int, int, int, int] | None:
    """x0 y0 x1 y1 px, half-open, of the pixels that a mask covers by half or more; None: there are none."""
    where = matte > 127
    rows, columns = np.flatnonzero(where.any(axis=1)), np.flatnonzero(where.any(axis=0))
    if not len(rows):
        return None
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def _light(light: Light, fit: LightFit | None) -> Numbers:
    return {
        "fit": None if fit is None else vars(fit),
        "ambient": light.ambient,
        "directions": light.directions,
        "irradiance": light.irradiance,
        "skin_albedo": light.skin_albedo,
        "around": light.around,
        "width": light.width,
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
