"""Ear loops as real geometry: an elastic cord from the upper corner, behind the ear, to the lower corner."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.masks.proximity import Surface, closest
from pipeline.records import Float, Int

POINTS = 110  # along one loop, at least
SPACING = 0.0028  # m between the points of longer cords, at most
SIDES = 8
ROUNDS = 25  # of shortening, at each of three resolutions
NEAR = 0.01  # m: skin farther away does not touch the cord


@dataclass(frozen=True)
class Cord:
    vertices: Float  # (N, 3) m
    faces: Int  # (T, 3)
    uv: Float  # (N, 2) m: along the cord, around it


def taut(path: Float, anchored: int, skin: Surface, radius: float) -> Float:
    """Shortens a polyline (P, 3) m like a string lying on the skin, its axis ``radius`` m off it.

    The first and last ``anchored`` points of the result stay where they are. Returns (N, 3).
    """
    head, tail = path[:anchored], path[-anchored:]
    line = path[anchored - 1 : len(path) - anchored + 1]
    length = float(np.linalg.norm(np.diff(line, axis=0), axis=1).sum())
    count = max(POINTS, round(length / SPACING)) - 2 * (anchored - 1)
    for level in (count // 3, count // 2, count):
        line = resample(line, level)
        for _ in range(ROUNDS):
            moved = line.copy()
            moved[1:-1] = (line[:-2] + line[2:]) / 2
            near = closest(skin, moved, NEAR)
            moved += np.maximum(radius - near.distance, 0)[:, None] * near.normal
            moved[0], moved[-1] = line[0], line[-1]
            line = moved
    return np.concatenate([head[:-1], line, tail[1:]])


def slack(path: Float, anchored: int, skin: Surface, radius: float) -> Float:
    """Rounds off a hanging polyline (P, 3) m and moves it off the skin, its axis ``radius`` m away.

    The first and last ``anchored`` points stay where they are. Returns (POINTS, 3).
    """
    head, tail = path[:anchored], path[-anchored:]
    line = resample(path[anchored - 1 : len(path) - anchored + 1], POINTS - 2 * (anchored - 1))
    for _ in range(ROUNDS):
        line[1:-1] = (line[:-2] + 2 * line[1:-1] + line[2:]) / 4
        near = closest(skin, line, NEAR)
        line[1:-1] += (np.maximum(radius - near.distance, 0)[:, None] * near.normal)[1:-1]
    return np.concatenate([head[:-1], line, tail[1:]])


def resample(path: Float, count: int) -> Float:
    """``count`` points at equal distances along a polyline (P, 3)."""
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))])
    at = np.linspace(0, along[-1], count)
    return np.stack([np.interp(at, along, path[:, k]) for k in range(3)], -1)


def sweep(line: Float, facing: Float, width: float | Float, thickness: float | Float) -> Cord:
    """An elliptic tube of ``width`` by ``thickness`` m, one value or (P,), around a line (P, 3), its flat
    side along ``facing`` (P, 3), closed at both ends."""
    wide, thick = (np.broadcast_to(np.asarray(size), len(line))[:, None, None] for size in (width, thickness))
    tangent = np.gradient(line, axis=0)
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
    across = np.cross(tangent, facing)
    across /= np.linalg.norm(across, axis=1, keepdims=True)
    outward = np.cross(across, tangent)
    turn = np.arange(SIDES) * (2 * np.pi / SIDES)
    ring = (
        np.cos(turn)[None, :, None] * across[:, None] * wide / 2
        + np.sin(turn)[None, :, None] * outward[:, None] * thick / 2
    )
    count = len(line)
    vertices = np.concatenate([(line[:, None] + ring).reshape(-1, 3), line[[0, -1]]])
    index = np.arange(count * SIDES).reshape(count, SIDES)
    a, b = index[:-1], np.roll(index, -1, 1)[:-1]
    c, d = np.roll(index, -1, 1)[1:], index[1:]
    sides = np.stack([np.stack([a, c, b], -1), np.stack([a, d, c], -1)], axis=2).reshape(-1, 3)
    caps = [
        np.stack([np.full(SIDES, count * SIDES), index[0], np.roll(index[0], -1)], -1),
        np.stack([np.full(SIDES, count * SIDES + 1), np.roll(index[-1], -1), index[-1]], -1),
    ]
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    girth = np.pi * float(np.median(wide + thick)) / 2
    uv = np.stack(np.broadcast_arrays(along[:, None], turn / (2 * np.pi) * girth), -1).reshape(-1, 2)
    uv = np.concatenate([uv, [[along[0], 0.0], [along[-1], 0.0]]])
    return Cord(vertices, np.concatenate([sides, *caps]).astype(np.int32), uv)
