"""Which of a design's sizes suits a head."""

from __future__ import annotations

import numpy as np
from scipy.spatial import ConvexHull

from pipeline.masks.anatomy import FacePoints
from pipeline.masks.design.design import Design
from pipeline.records import Float


def face_arc(vertices: Float, points: FacePoints) -> float:
    """Metres from ear to ear over the tip of the nose, with a taut tape, for head vertices (V, 3) m."""
    ears, tip = points.tragions, points.nose_tip
    across = ears[0] - ears[1]
    across /= np.linalg.norm(across)
    forward = tip - ears.mean(0)
    forward -= forward @ across * across
    forward /= np.linalg.norm(forward)
    local = vertices - ears.mean(0)
    near = np.abs(local @ np.cross(across, forward)) < 0.006
    flat = np.stack([local @ across, local @ forward], -1)[near]
    half = np.linalg.norm(ears[0] - ears[1]) / 2
    flat = flat[(flat[:, 1] > 0) & (np.abs(flat[:, 0]) < half)]
    flat = np.concatenate([flat, [[half, 0.0], [-half, 0.0]]])
    hull = flat[ConvexHull(flat).vertices]
    sides = np.linalg.norm(np.roll(hull, -1, 0) - hull, axis=1)
    return float(sides.sum() - 2 * half)


def faces_of(design: Design, size: str) -> tuple[float, float]:
    """Above what length of `face_arc` and up to which, in mm, ``size`` is chosen."""
    limits = [one.for_faces_up_to_mm for one in design.sizes.values()]
    high = design.sizes[size].for_faces_up_to_mm
    return max((limit for limit in limits if limit < high), default=0.0), high


def choose_size(design: Design, arc: float) -> str:
    """The first size of the design whose range reaches ``arc`` (m), else the largest."""
    sizes = sorted(design.sizes.items(), key=lambda item: item[1].for_faces_up_to_mm)
    for name, size in sizes:
        if arc * 1000 <= size.for_faces_up_to_mm:
            return name
    return sizes[-1][0]
