"""Surfaces all the way around head and neck, and lines drawn around them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.interpolate import PchipInterpolator
from scipy.ndimage import gaussian_filter1d

from pipeline.head.model import load_head
from pipeline.masks.anatomy import faces_without_ears
from pipeline.masks.envelope import Envelope, skin_radius, wrap
from pipeline.masks.place.seat import Seat
from pipeline.masks.proximity import closest, prepare
from pipeline.records import Float

Ears = Literal["over", "under"]
MERIDIANS = 241  # from behind the right ear round the face to behind the left one
ON_SKIN = 0.0014  # m off the skin, where the middle of the cloth lies
CHEEKS = 0.3  # of the grip on the ridge of the nose
DOWN_STEP = 0.002  # m along a meridian
LEVEL = 0.25  # of the fall over the nose, where the nose is bare
BELOW_CHIN = 0.006  # m: cloth around the neck alone is not held off by the chin
UNDER_JAW = 0.010  # m above its middle, where the edge runs around the neck alone
PAST_LOBE = 0.010  # m below the ear lobes, where cloth passes under the ears
FALL = ((0.020, 0.006), (0.035, 0.013), (0.060, 0.028))  # m from the middle of the face, m that the edge has
# fallen there: in photos of neck gaiters it is a sixth of the distance between the eyes below the pupils


@dataclass(frozen=True)
class Meridians:
    """Lines down an envelope from an upper edge, ``points[k, m]`` at ``m * DOWN_STEP`` m from it."""

    angles: Float  # (K,) radians, -pi to pi, 0 straight ahead
    points: Float  # (K, M, 3) m, head frame
    outward: Float  # (K, M, 3) unit


def envelope_around(
    seat: Seat, ears: Ears, lowest: float, highest: float, clearance: float, tuck: float
) -> Envelope:
    """A wrapping of the whole head between two heights (m), ``clearance`` m off the skin; it tucks in below
    the chin by ``tuck`` m of radius per m of height. ``ears`` under: they are left out."""
    faces = load_head().collider_faces if ears == "over" else faces_without_ears()
    if seat.worn.measured_from == "chin":
        highest = seat.bridge - BELOW_CHIN
    skin = skin_radius(seat.head, faces, seat.skin.axis_z, lowest, highest, np.pi)
    return wrap(skin, clearance, tuck)


def upper_edge(seat: Seat, ears: Ears, angles: Float) -> Float:
    """Heights (K,) m of the upper edge: highest on the bridge of the nose, from there down to the ears, and
    lowest behind them."""
    axis = seat.skin.axis_z
    forward = float(seat.points.nose_tip[2]) - axis
    lobe = float(np.mean([crease[:, 1].min() for crease in seat.points.ear_creases]))
    tragus = float(seat.points.tragions[:, 1].mean())
    beside = tragus + 0.004 if ears == "over" else lobe - PAST_LOBE
    # pulled down, the edge lies on no nose, and runs more level
    peaked = float(np.clip((seat.bridge - seat.points.nose_base[1]) / 0.02, LEVEL, 1))
    falls = [(np.arctan2(out, forward - 0.03), seat.bridge - peaked * fall) for out, fall in FALL]
    if seat.worn.measured_from == "chin":
        beside = min(beside, seat.bridge + UNDER_JAW)
    ends = [(np.radians(98), beside), (np.pi, beside - (0.012 if ears == "under" else 0.030))]
    knots = [(0.0, seat.bridge), *falls, *ends]
    height = PchipInterpolator([a for a, _ in knots], [h for _, h in knots])(np.abs(angles))
    return np.asarray(height + np.tan(seat.tilt) * 0.07 * np.sin(angles))


def meridians(envelope: Envelope, angles: Float, top: Float, length: float) -> Meridians:
    """Lines down the envelope from heights ``top`` (K,) m, each ``length`` m long."""
    steps = int(np.ceil(length / DOWN_STEP))
    height = top.copy()
    points, outward = [], []
    for _ in range(steps + 1):
        radius = envelope.at(height, angles)
        slope = (envelope.at(height + DOWN_STEP, angles) - envelope.at(height - DOWN_STEP, angles)) / (
            2 * DOWN_STEP
        )
        lean = 1 / np.sqrt(1 + slope**2)
        points.append(envelope.point(height, angles, radius))
        outward.append(np.stack([np.sin(angles) * lean, -slope * lean, np.cos(angles) * lean], -1))
        height = height - DOWN_STEP * lean
    return Meridians(angles, np.stack(points, 1), np.stack(outward, 1))


def gripped(seat: Seat, start: Float, firmly: float) -> tuple[Float, Float]:
    """Where skin grips cloth that lies over nose and cheeks, and how firmly.

    ``start`` (..., 3) m are vertices along the upper edge. Returns them laid on the skin, and their weights
    (...): ``firmly`` on the ridge of the nose, a part of that on the cheeks, nothing beside the face.
    """
    near = closest(prepare(seat.head, faces_without_ears()), start.reshape(-1, 3))
    laid = start - ((near.distance - ON_SKIN)[:, None] * near.normal).reshape(start.shape)
    out = np.abs(start[..., 0])
    weight = np.interp(out, [0.008, 0.020, 0.045, 0.062], [1.0, CHEEKS, CHEEKS, 0.0])
    return laid, firmly * weight * (laid[..., 2] > seat.skin.axis_z)


def along_ring(ring: Float) -> Float:
    """Lengths (K,) along a ring (K, 3) that is open behind, from its middle: negative to the right."""
    length = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(ring, axis=0), axis=1))])
    return np.asarray(length - length[len(length) // 2])


def wobble(count: int, rounds: float, rng: np.random.Generator) -> Float:
    """(count,) smooth random values with a spread of 1, that change over ``count / rounds`` samples."""
    noise = gaussian_filter1d(rng.normal(size=count), count / rounds / 2.5, mode="wrap")
    return np.asarray(noise / max(float(noise.std()), 1e-9))
