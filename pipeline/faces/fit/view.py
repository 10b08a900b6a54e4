"""From which side a camera sees a head, and smooth functions of that.

A detector's landmarks do not stay on the same skin as a head turns: what they do is described over the
direction from which the head is seen, perspective included, in axes that are upright for the face.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.records import Float

_AZIMUTH = np.radians(90)
_ELEVATION = np.radians(30)
_NEARNESS = 0.6  # 1/m x m: distances count as 0.6 m over the distance
_AROUND, _TILTED, _NEAR = 7, 5, 3  # terms in azimuth: alone, by elevation (and its square), by nearness
FEATURES = _AROUND + 2 * _TILTED + _NEAR


@dataclass(frozen=True)
class View:
    azimuth: float  # rad, of the camera as seen from the head: > 0 on the subject's left
    elevation: float  # rad, > 0 above the head
    nearness: float  # 0.6 m over the distance
    axes: Float  # (2, 2): the head's right (in a frontal picture u) and up (-v) as rows, in the image


def view_of(rotation: Float, translation: Float) -> View:
    """The view of a head with rotation (3, 3), head to camera, and translation (3,) m."""
    away = np.linalg.norm(translation)
    x, y, z = -translation @ rotation / away
    up = rotation[:2, 1] - rotation[2, 1] * translation[:2] / translation[2]
    up = up / np.linalg.norm(up)
    return View(
        float(np.arctan2(x, z)),
        float(np.arcsin(y)),
        float(_NEARNESS / translation[2]),
        np.array([[-up[1], up[0]], up]),
    )


def features(view: View) -> Float:
    """(FEATURES,) terms of a smooth function of the view; the first is 1.

    Terms with an odd power of the azimuth change sign when the picture is mirrored: see `ODD`.
    """
    x = np.clip(view.azimuth / _AZIMUTH, -1, 1)
    y = view.elevation / _ELEVATION
    around = np.cos(np.arange(_AROUND) * np.arccos(x))  # Chebyshev polynomials
    tilted = around[:_TILTED]
    return np.concatenate([around, tilted * y, tilted * y * y, around[:_NEAR] * (view.nearness - _NEARNESS)])


ODD = np.concatenate([np.arange(terms) % 2 == 1 for terms in (_AROUND, _TILTED, _TILTED, _NEAR)])
"""(FEATURES,) which terms of `features` change sign with the azimuth."""
