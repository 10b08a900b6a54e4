"""The surface of a moulded shell: how far it stands out over every point of its front view.

Seen from the front the shell is star-shaped about its apex; a point is described by how far out it lies
towards the rim, and in which direction.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import CubicSpline

from pipeline.masks.design.moulded import Moulded
from pipeline.records import Float

DIRECTIONS = 720  # in which the reach of the rim is tabled


@dataclass(frozen=True)
class Dome:
    """Metres; x to the wearer's left, y up from the top of the rim, z out of the face."""

    cut: Moulded
    rim: Float  # (N + 1, 3) dense closed line: from the middle of the top by the wearer's left
    along: Float  # (N + 1,) its length from the start
    apex: Float  # (3,)
    angles: Float  # (D,) directions from the apex, 0 up, positive to the left, rising
    reach: Float  # (D,) from the apex to the rim, in the front view
    forward: Float  # (D,) z of the rim


def find_dome(cut: Moulded, width: float, height: float) -> Dome:
    """The surface of one size, ``width`` by ``height`` m."""
    left = np.array(cut.outline)[:, [1, 0, 2]] * [width / 2, -height, 0.001]
    corners = np.concatenate([left, left[-2::-1] * [-1, 1, 1]])
    at = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(corners[:, :2], axis=0), axis=1))])
    rim = CubicSpline(at, corners, bc_type="periodic")(np.linspace(0, at[-1], DIRECTIONS + 1))
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(rim[:, :2], axis=0), axis=1))])
    apex = np.array([0.0, -cut.dome.apex_at * height, cut.dome.depth * height])
    away = rim[:-1, :2] - apex[:2]
    angles = np.arctan2(away[:, 0], away[:, 1])
    order = np.argsort(angles)
    reach = np.linalg.norm(away, axis=1)
    return Dome(cut, rim, along, apex, angles[order], reach[order], rim[order, 2])


def rim_at(dome: Dome, share: Float) -> Float:
    """Points (..., 2) of the rim at shares of its length, 0 at the middle of the top."""
    at = np.mod(share, 1.0) * dome.along[-1]
    return np.stack([np.interp(at, dome.along, dome.rim[:, k]) for k in range(2)], -1)


def way_out(dome: Dome, flat: Float) -> Float:
    """How far points (..., 2) of the front view lie from the apex, 0, towards where the flange begins, 1."""
    away, angle = _polar(dome, flat)
    return np.asarray(away / (_around(dome, dome.reach, angle) - dome.cut.rim.flange_mm / 1000))


def height_over(dome: Dome, flat: Float) -> Float:
    """z (...) over points (..., 2) of the front view."""
    away, angle = _polar(dome, flat)
    upright, aside = np.cos(angle), np.sin(angle) ** 2
    form, rim = dome.cut.dome, dome.cut.rim
    power = aside * form.sideways + (1 - aside) * np.where(upright > 0, form.up, form.down)
    lean, width = np.tan(np.radians(rim.leans_back_degrees)), rim.flange_mm / 1000
    bend = _around(dome, dome.reach, angle) - width
    foot = _around(dome, dome.forward, angle) + lean * width
    shell = dome.apex[2] - (dome.apex[2] - foot) * np.minimum(away / bend, 1.0) ** power
    return np.asarray(shell - lean * np.maximum(away - bend, 0.0))


def _polar(dome: Dome, flat: Float) -> tuple[Float, Float]:
    """Distances and directions (...) of points (..., 2) of the front view from the apex."""
    away = flat - dome.apex[:2]
    return np.asarray(np.linalg.norm(away, axis=-1)), np.asarray(np.arctan2(away[..., 0], away[..., 1]))


def _around(dome: Dome, values: Float, angle: Float) -> Float:
    """``values`` (D,) of the rim in the directions ``angle`` (...)."""
    return np.asarray(np.interp(angle, dome.angles, values, period=2 * np.pi))


def unroll(dome: Dome, flat: Float) -> Float:
    """(..., 2) m: where points (..., 2) of the front view lie when lengths from the apex are kept."""
    share = np.linspace(0, 1, 41).reshape(-1, *[1] * flat.ndim)
    away = flat - dome.apex[:2]
    height = height_over(dome, dome.apex[:2] + share * away)
    far = np.linalg.norm(away, axis=-1)
    length = np.hypot(far / 40, np.diff(height, axis=0)).sum(0)
    return np.asarray(dome.apex[:2] + away * (length / np.maximum(far, 1e-9))[..., None])
