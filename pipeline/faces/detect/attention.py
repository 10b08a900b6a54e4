"""The face mesh's second look at lips and eyes: Grishchenko et al. 2020, "Attention Mesh".

The published network cuts the three regions out of its own feature map, by operators that LiteRT lacks.
So it comes in four parts (see networks/NOTICE), and the cutting is done here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.faces.detect.mediapipe_mirror import MIRROR
from pipeline.faces.detect.runtime import Single, run
from pipeline.records import Float

CELLS = 16  # a region's own feature map is as many wide and high
_MARGIN = 1.5
_FINE = 64.0  # units per side of a region, in which its points are given


@dataclass(frozen=True)
class Region:
    """A part of the face that has a network of its own."""

    network: str
    points: NDArray[np.int64]  # (P,) which points of the mesh it places, in its order
    ends: tuple[int, int]  # points between which its x axis runs


def _numbers(text: str) -> NDArray[np.int64]:
    return np.array(text.split(), dtype=np.int64)


_LIPS = _numbers("""
61 146 91 181 84 17 314 405 321 375 291 185 40 39 37 0 267 269 270 409 78 95 88 178 87 14 317 402 318 324
308 191 80 81 82 13 312 311 310 415 76 77 90 180 85 16 315 404 320 307 306 184 74 73 72 11 302 303 304 408
62 96 89 179 86 15 316 403 319 325 292 183 42 41 38 12 268 271 272 407
""")
_RIGHT_EYE = _numbers("""
33 7 163 144 145 153 154 155 133 246 161 160 159 158 157 173 130 25 110 24 23 22 26 112 243 247 30 29 27 28
56 190 226 31 228 229 230 231 232 233 244 113 225 224 223 222 221 189 35 124 46 53 52 65 143 111 117 118 119
120 121 128 245 156 70 63 105 66 107 55 193
""")
REGIONS = (
    Region("face_mesh_lips", _LIPS, (61, 291)),
    Region("face_mesh_right_eye", _RIGHT_EYE, (33, 133)),
    Region("face_mesh_left_eye", MIRROR[_RIGHT_EYE], (362, 263)),
)


def refined(points: Float, features: Single) -> Float:
    """The mesh's points (N, 2), in parts of the picture's side, with lips and eyes placed anew.

    features (H, W, C): the trunk's map of the same picture.
    """
    better = points.copy()
    height, width = features.shape[:2]
    for region in REGIONS:
        centre, axes = _frame(points[region.points], points[region.ends[1]] - points[region.ends[0]])
        seen = _sampled(features, centre * [width, height], axes * [width, height])
        (placed,) = run(region.network, seen)
        better[region.points] = (placed.reshape(-1, 2) / _FINE - 0.5) @ axes + centre
    return better


def _frame(points: Float, along: Float) -> tuple[Float, Float]:
    """Centre (2,) and axes (2, 2; rows, as long as its sides) of a box around points, its x axis `along`."""
    angle = math.atan2(along[1], along[0])
    axes = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    turned = points @ axes.T
    low, high = turned.min(axis=0), turned.max(axis=0)
    return (low + high) / 2 @ axes, axes * ((high - low) * _MARGIN)[:, None]


def _sampled(features: Single, centre: Float, axes: Float) -> Single:
    """Features (CELLS, CELLS, C) of a rectangle given in cells of the map; zero beyond its outer centres."""
    parts = (np.arange(CELLS) + 0.5) / CELLS - 0.5
    x, y = np.meshgrid(parts, parts)
    places = np.stack([x, y], axis=-1) @ axes + centre - 0.5
    last = np.array(features.shape[1::-1]) - 1
    within = ((places >= 0) & (places <= last)).all(axis=-1)
    corner = np.clip(np.floor(places), 0, last - 1).astype(int)
    u, v = np.moveaxis((places - corner).astype(np.float32)[..., None], 2, 0)
    i, j = corner[..., 0], corner[..., 1]
    upper = (1 - u) * features[j, i] + u * features[j, i + 1]
    lower = (1 - u) * features[j + 1, i] + u * features[j + 1, i + 1]
    return np.asarray(np.where(within[..., None], (1 - v) * upper + v * lower, 0), dtype=np.float32)
