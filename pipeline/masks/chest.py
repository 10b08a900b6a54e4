"""Chest, shoulders and back: where the head model ends, and cloth that hangs down farther lies on."""

from __future__ import annotations

import numpy as np

from pipeline.records import Float, Int

FRONT = ((0.010, 0.018), (0.030, 0.065), (0.047, 0.130), (0.055, 0.220))
SIDE = ((0.025, 0.012), (0.050, 0.030), (0.070, 0.075), (0.080, 0.160))
BACK = ((0.006, 0.018), (0.014, 0.050), (0.020, 0.110), (0.020, 0.200))
"""m outwards and m down from the rim of the head model's neck, one ring after the other, for a person whose
rim is as long as RIM. Read off the shirt that `pipeline.studio.clothes` puts on the same head."""
RIM = 0.638  # m around the rim of the mean head


def below_neck(vertices: Float, rim: Int) -> tuple[Float, Int]:
    """The surface under the neck of a head of ``vertices`` (V, 3) m, head frame, that ends in the closed line
    of vertices ``rim`` (K,), which has the skin on its left, seen from outside.

    Returns new vertices (N, 3), which are counted from V on, and triangles (T, 3) with outward winding
    between them and the rim. It is the chest of a person who looks straight ahead: where the head is bowed or
    turned, the chest goes along with it.
    """
    edge = vertices[rim]
    out = (edge - edge.mean(0)) * [1, 0, 1]
    out /= np.linalg.norm(out, axis=1, keepdims=True)
    sideways, ahead = out[:, :1] ** 2, out[:, 2:] > 0
    size = float(np.linalg.norm(np.roll(edge, -1, 0) - edge, axis=1).sum()) / RIM
    rings = []
    for front, side, back in zip(FRONT, SIDE, BACK, strict=True):
        way = np.where(ahead, front, back)
        way = size * (way + sideways * (np.array(side) - way))
        rings.append(edge + way[:, :1] * out - way[:, 1:] * [0.0, 1.0, 0.0])
    ids = np.concatenate([rim[None], len(vertices) + np.arange(rim.size * len(rings)).reshape(-1, rim.size)])
    a, b = ids[:-1], ids[1:]
    after_a, after_b = np.roll(a, -1, 1), np.roll(b, -1, 1)
    faces = np.stack([np.stack([a, b, after_a], -1), np.stack([after_a, b, after_b], -1)])
    return np.concatenate(rings), np.asarray(faces.reshape(-1, 3), np.int32)
