"""A slanted sleeve around the head: flat cloth lies on it without being stretched.

It is a cylinder in the wide sense: a closed line around nose, cheeks and nape, moved along one direction,
which leads down and forwards. Cloth that is pulled over the nose and held behind the head lies like that, and
its upper edge, straight on the pattern, is then where a slanted plane meets the head.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import minimum_filter1d
from scipy.spatial import ConvexHull

from pipeline.head.model import load_head
from pipeline.masks.collider import head_collider
from pipeline.masks.place.around import ON_SKIN
from pipeline.masks.place.seat import Seat
from pipeline.masks.proximity import closest, prepare
from pipeline.records import Float, Int

SAMPLES = 721  # of the line
STEP = 0.001  # m
TURN = 0.04  # m over which hanging cloth turns
CORNERS = 24  # of the circle that rounds the line's corners
NAPE = 0.012  # m below the height of the chin, or of the upper edge, where the nape ends and shoulders begin
WRAPPED = 0.03  # m below the upper edge that it keeps clear of at least
NECK = 0.065  # m to either side that it reaches behind the ears
ABOVE = 0.003  # m above the upper edge that it keeps clear of as well
STEEPEST = np.radians(16)  # that its upper edge falls towards the back of the head
ABOVE_SHOULDERS = 0.043  # m above the height of the chin that its upper edge stays behind the head


@dataclass(frozen=True)
class Sleeve:
    line: Float  # (K, 3) m, head frame: the upper edge, from the middle behind round the right to the left
    along: Float  # (K,) m along it, 0 in the middle of the face
    down: Float  # (3,) unit, the way the cloth lies
    off: float  # m off the skin where that is bare of hollows

    @property
    def girth(self) -> float:
        return float(self.along[-1] - self.along[0])

    @property
    def tight(self) -> float:
        """Girth (m) of cloth that touches the skin."""
        return self.girth - 2 * np.pi * (self.off - ON_SKIN)

    def at(self, along: Float) -> Float:
        """(..., 3) m: points of the upper edge."""
        place = (along - self.along[0]) % self.girth + self.along[0]
        return np.stack([np.interp(place, self.along, self.line[:, k]) for k in range(3)], -1)

    def outward(self, along: Float) -> Float:
        """(..., 3) unit vectors at right angles to the sleeve."""
        ahead = self.at(along + 2 * STEP) - self.at(along - 2 * STEP)
        out = np.cross(self.down, ahead)
        return np.asarray(out / np.linalg.norm(out, axis=-1, keepdims=True))

    def hang(self, along: Float, down: Float, free: float, gravity: Float) -> Float:
        """(..., 3) m: points of cloth that lies ``down`` m from the upper edge. From ``free`` m on it turns
        to where ``gravity`` (3,) leads: all of it alike, so that it is sheared, but not stretched."""
        fine = np.linspace(0, max(float(down.max()), STEP), round(float(down.max()) / STEP) + 2)
        turned = np.clip((fine - free) / TURN, 0, 1)[:, None]
        way = (1 - turned) * self.down + turned * gravity
        way /= np.linalg.norm(way, axis=1, keepdims=True)
        path = np.concatenate([np.zeros((1, 3)), np.cumsum((way[1:] + way[:-1]) / 2, axis=0) * fine[1]])
        return np.asarray(
            self.at(along) + np.stack([np.interp(down, fine, path[:, k]) for k in range(3)], -1)
        )


def end_of_nape(seat: Seat) -> float:
    """Height (m) down to which the neck is wrapped behind."""
    return float(min(seat.points.menton[1], seat.bridge - NAPE) - NAPE)


def kept_off(seat: Seat, points: Float, clearance: float) -> Float:
    """Points (..., 3) m, those that are nearer than ``clearance`` m to the skin, or inside, moved out."""
    under = head_collider(seat.head)
    skin = prepare(under.vertices, under.faces)
    moved = points.reshape(-1, 3)
    for _ in range(3):
        near = closest(skin, moved)
        moved = moved + np.maximum(clearance - near.distance, 0)[:, None] * near.normal
    return moved.reshape(points.shape)


def room_down(seat: Seat, points: Float, may_end: NDArray[np.bool_]) -> Int:
    """(C,) the last of the rows of ``points`` (R, C, 3) m before the first that is in the skin, of those that
    ``may_end`` (R, C)."""
    under = head_collider(seat.head)
    near = closest(prepare(under.vertices, under.faces), points.reshape(-1, 3))
    inside = (near.distance.reshape(points.shape[:2]) < ON_SKIN) & may_end
    last = np.where(inside.any(0), inside.argmax(0) - 1, len(points) - 1)
    return np.asarray(np.maximum(minimum_filter1d(last, 5, mode="wrap"), 0), np.int32)


def sleeve_around(seat: Seat, beside: float, clearance: float, least_girth: float) -> Sleeve:
    """The narrowest sleeve ``clearance`` m off the skin that is ``least_girth`` m around or more, its upper
    edge on the bridge of the nose at the seat's height and ``beside`` (m, head frame) at the ears."""
    points = seat.head[np.unique(load_head().collider_faces)]
    front = points[np.abs(points[:, 0]) < 0.02]
    near = front[np.abs(front[:, 1] - seat.bridge) < 0.006]
    bridge = np.array([0.0, seat.bridge, float((near if len(near) else front)[:, 2].max())])
    level = points[(np.abs(points[:, 1] - seat.points.menton[1]) < 0.02) & (np.abs(points[:, 0]) < 0.02)]
    room = seat.bridge - float(seat.points.menton[1]) - ABOVE_SHOULDERS
    most = np.clip(np.arctan2(room, bridge[2] - float(level[:, 2].min())), 0.0, STEEPEST)
    slant = np.clip(np.arctan2(seat.bridge - beside, bridge[2] - seat.skin.axis_z), -STEEPEST, most)
    lean, roll = (np.cos(slant), np.sin(slant)), (np.cos(seat.tilt), np.sin(seat.tilt))
    right = np.array([roll[0], roll[1], 0.0])
    down = np.array([roll[1] * lean[0], -roll[0] * lean[0], lean[1]])
    ahead = np.cross(down, right)
    ahead *= np.sign(ahead[2])
    deep = (points - bridge) @ down
    chin = float((seat.points.menton - bridge) @ down)
    reach = np.where(points[:, 2] > seat.skin.axis_z, max(chin + 0.005, WRAPPED), np.inf)
    behind = points[:, 2] < seat.skin.axis_z - NAPE
    reach[(points[:, 1] < end_of_nape(seat)) | (behind & (np.abs(points[:, 0]) > NECK))] = -np.inf
    near = (points - bridge)[(deep > -ABOVE) & (deep < reach)]
    flat = np.stack([near @ right, near @ ahead], -1)
    corner = flat[ConvexHull(flat).vertices]
    around = float(np.linalg.norm(np.roll(corner, -1, 0) - corner, axis=1).sum())
    off = max(clearance, (least_girth - around) / (2 * np.pi))
    turn = np.linspace(0, 2 * np.pi, CORNERS, endpoint=False)
    wide = (corner[:, None] + off * np.stack([np.cos(turn), np.sin(turn)], -1)).reshape(-1, 2)
    middle = np.array([0.0, (wide[:, 1].min() + wide[:, 1].max()) / 2])
    sides = ConvexHull(wide - middle).equations  # n . p + d <= 0
    angle = np.linspace(-np.pi, np.pi, SAMPLES)
    rays = np.stack([np.sin(angle), np.cos(angle)], -1)
    toward = rays @ sides[:, :2].T
    with np.errstate(divide="ignore"):
        radius = np.where(toward > 1e-9, -sides[:, 2] / toward, np.inf).min(1)
    loop = middle + radius[:, None] * rays
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(loop, axis=0), axis=1))])
    line = bridge + loop[:, :1] * right + loop[:, 1:] * ahead
    return Sleeve(line, along - along[SAMPLES // 2], down, off)
