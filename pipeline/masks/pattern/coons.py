"""Four smooth edges filled with a grid."""

from __future__ import annotations

import numpy as np
from scipy.interpolate import Akima1DInterpolator

from pipeline.records import Float

SAMPLES = 400


def smooth_curve(points: Float) -> Float:
    """A polyline (SAMPLES, 2) through ``points`` (P, 2): straight for two, smooth without overshooting for
    more (Akima, "A new method of interpolation and smooth curve fitting", 1970, over the chords)."""
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    at = np.linspace(0, along[-1], SAMPLES)
    if len(points) == 2:
        return np.asarray(points[0] + (at / along[-1])[:, None] * (points[1] - points[0]))
    return np.asarray(Akima1DInterpolator(along, points)(at))


def length(curve: Float) -> float:
    """Of a polyline (P, K)."""
    return float(np.linalg.norm(np.diff(curve, axis=0), axis=1).sum())


def at_fractions(curve: Float, fractions: Float) -> Float:
    """Points (N, K) of a polyline (P, K) at fractions (N,) of its length."""
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(curve, axis=0), axis=1))])
    at = fractions * along[-1]
    return np.stack([np.interp(at, along, curve[:, k]) for k in range(curve.shape[1])], -1)


def coons(top: Float, bottom: Float, inner: Float, outer: Float) -> Float:
    """The grid (R, C, 2) between ``top`` and ``bottom`` (C, 2), whose first points lie on ``inner`` and
    whose last lie on ``outer`` (R, 2); after Coons, "Surfaces for computer-aided design of space forms",
    1967, each point weighted by the fractions of the lengths of its own row's and column's edges."""

    def fraction(edge: Float) -> Float:
        along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(edge, axis=0), axis=1))])
        return np.asarray(along / along[-1])

    # a point lies where the line between its places on two edges meets that between the other two
    u0, u1, v0, v1 = fraction(top), fraction(bottom), fraction(inner), fraction(outer)
    u, v = np.broadcast_arrays(u0[None], v0[:, None])
    for _ in range(4):
        u = np.asarray(u0[None] * (1 - v) + u1[None] * v)
        v = np.asarray(v0[:, None] * (1 - u) + v1[:, None] * u)
    u, v = u[..., None], v[..., None]
    across = (1 - v) * top[None] + v * bottom[None]
    down = (1 - u) * inner[:, None] + u * outer[:, None]
    flat = (1 - v) * ((1 - u) * top[0] + u * top[-1]) + v * ((1 - u) * bottom[0] + u * bottom[-1])
    return np.asarray(across + down - flat)
