"""A smooth surface around the lower face on which a mask can be laid before it is draped.

The head is seen from a vertical axis between the ears: ``radius[i, j]`` at height ``heights[i]`` and
angle ``angles[j]`` (0 straight ahead, positive to the wearer's left).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import distance_transform_edt, gaussian_filter, map_coordinates
from scipy.spatial import ConvexHull

from pipeline.records import Float, Int

HEIGHT_STEP = 0.0025
ANGLE_STEP = np.radians(1.5)


@dataclass(frozen=True)
class Envelope:
    axis_z: float  # m, head frame; the axis runs through x = 0
    heights: Float  # (H,) m, rising
    angles: Float  # (A,) radians, rising
    radius: Float  # (H, A) m

    def at(self, height: Float, angle: Float) -> Float:
        """Radius at any heights and angles, linear between the samples and held beyond them."""
        return _sample(self, self.radius, height, angle)

    def point(self, height: Float, angle: Float, radius: Float) -> Float:
        """(..., 3) m in the head frame."""
        return np.stack([radius * np.sin(angle), height, self.axis_z + radius * np.cos(angle)], -1)


def _sample(envelope: Envelope, table: Float, height: Float, angle: Float) -> Float:
    i = (height - envelope.heights[0]) / HEIGHT_STEP
    j = (angle - envelope.angles[0]) / ANGLE_STEP
    return np.asarray(map_coordinates(table, [i, j], order=1, mode="nearest"))


def skin_radius(
    vertices: Float,
    faces: Int,
    axis_z: float,
    lowest: float,
    highest: float,
    widest: float = np.radians(110),
) -> Envelope:
    """Outermost skin seen from the axis, between two heights (m) and ``widest`` radians to either side."""
    heights = np.arange(lowest, highest + HEIGHT_STEP, HEIGHT_STEP)
    angles = widest * np.linspace(-1, 1, 2 * round(widest / ANGLE_STEP) + 1)
    corner = vertices[faces]
    inside = (corner[:, :, 1].max(1) > lowest) & (corner[:, :, 1].min(1) < highest)
    steps = 7
    a, b = np.meshgrid(np.arange(steps + 1), np.arange(steps + 1))
    keep = a + b <= steps
    weights = np.stack([a[keep], b[keep], steps - a[keep] - b[keep]], -1) / steps
    points = np.einsum("wk,fkd->fwd", weights, corner[inside]).reshape(-1, 3)
    reach = np.hypot(points[:, 0], points[:, 2] - axis_z)
    i = np.round((points[:, 1] - lowest) / HEIGHT_STEP).astype(int)
    j = np.round((np.arctan2(points[:, 0], points[:, 2] - axis_z) - angles[0]) / ANGLE_STEP).astype(int)
    good = (i >= 0) & (i < heights.size) & (j >= 0) & (j < angles.size)
    radius = np.zeros((heights.size, angles.size))
    np.maximum.at(radius, (i[good], j[good]), reach[good])
    _, (near_i, near_j) = distance_transform_edt(radius == 0, return_indices=True)
    return Envelope(axis_z, heights, angles, radius[near_i, near_j])


def wrap(skin: Envelope, clearance: float, steepest: float) -> Envelope:
    """A taut wrapping ``clearance`` m off the skin: every level is the hull of its section and it tucks
    in below the chin no faster than ``steepest`` m of radius per m of height."""
    reach = max(1, round(0.006 / HEIGHT_STEP))
    padded = np.pad(skin.radius, ((reach, reach), (0, 0)), mode="edge")
    tallest = np.max([padded[k : k + skin.radius.shape[0]] for k in range(2 * reach + 1)], axis=0)
    hull = np.stack([_hull(skin.angles, row) for row in tallest])
    limit = steepest * HEIGHT_STEP
    for i in range(len(hull) - 2, -1, -1):
        hull[i] = np.maximum(hull[i], hull[i + 1] - limit)
    smooth = np.maximum(
        gaussian_filter(hull, (0.006 / HEIGHT_STEP, np.radians(4) / ANGLE_STEP), mode="nearest"), hull
    )
    smooth = gaussian_filter(smooth, (0.004 / HEIGHT_STEP, np.radians(3) / ANGLE_STEP), mode="nearest")
    return Envelope(skin.axis_z, skin.heights, skin.angles, smooth + clearance)


def _hull(angles: Float, radius: Float) -> Float:
    """Radius of the convex hull of one section at the same angles."""
    points = np.stack([radius * np.sin(angles), radius * np.cos(angles)], -1)
    points = np.concatenate([points, [[0.0, -0.08]]])
    equations = ConvexHull(points).equations  # n . p + d <= 0
    direction = np.stack([np.sin(angles), np.cos(angles)], -1)
    along = direction @ equations[:, :2].T
    with np.errstate(divide="ignore"):
        distance = np.where(along > 1e-9, -equations[:, 2] / along, np.inf)
    return np.asarray(distance.min(1))
