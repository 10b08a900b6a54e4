"""A moulded shell, held before the face in the attitude in which its rim fits best, then pulled on."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter1d, map_coordinates
from scipy.spatial import cKDTree
from scipy.spatial.transform import Rotation

from pipeline.masks.anatomy import faces_without_ears
from pipeline.masks.design.design import Design, Wire
from pipeline.masks.design.moulded import Moulded
from pipeline.masks.front_view import CELL, from_front, front_grid
from pipeline.masks.pattern.moulded import Shell, cut_shell
from pipeline.masks.place.laid import Laid
from pipeline.masks.place.seat import Seat
from pipeline.masks.proximity import closest, prepare
from pipeline.records import Float, Int

AHEAD = 0.025  # m before its seat where it is let go
PITCHES = np.radians(np.arange(-14.0, 25.0, 2.0))  # chin drawn in
GIVES = 0.003  # m that rim and flesh give way where they touch first
PRESSED_DEPTH = 0.012  # m that fingers bend the clip to the nose, at most
GRIP = 0.3  # how firmly skin grips the rim; as `pipeline.masks.place.hanging.CALM`
SEALED_DEPTH = 0.010  # m that the rest of the border gives, at most
ROOT_MM = 1.0  # of the shell before its border
EVEN = 1.5  # places along the border over which it gives evenly
FADES = 0.025  # m of the shell beside the border that go along
HELD = 0.5  # how firmly the bent clip keeps its place
OFF = 0.0014  # m between the middle of the shell and the skin that its clip is pressed to


def lay_moulded(design: Design, seat: Seat, rng: np.random.Generator) -> Laid:
    """The rigid shell before the face."""
    cut = design.construction
    assert isinstance(cut, Moulded)
    shell = cut_shell(design, seat.size)
    seated = seat_shell(shell.points, shell.rings[-1], seat)
    pins, depth = np.zeros(len(seated)), np.zeros(shell.rings.shape[1])
    if seat.worn.measured_from == "eyes":
        depth += SEALED_DEPTH
        pins[shell.rings[-1]] = GRIP
    else:  # pulled down it seals nothing, and hangs still
        pins += GRIP
    bending = np.full(len(seated), seat.parameters["bending"])
    bending[shell.rings[-1]] = seat.parameters["edge_bending"]
    if design.wire is not None:
        clip, columns, off = _clip(design.wire, shell)
        bending[clip] = seat.parameters["wire_bending"]
        if seat.worn.wire == "pressed":
            depth[columns] = PRESSED_DEPTH
            half, nose = design.wire.length_mm / 2000, design.wire.pressed_mm / 1000
            pins[clip] = np.maximum(pins[clip], HELD * np.clip((half - off) / (half - nose), 0, 1))
        else:
            depth[columns] = 0.0
    border = shell.rings[_from_rim(shell) <= (cut.rim.flange_mm + ROOT_MM) / 1000]
    shape = seated + _pressed(shell, border, depth, seated, seat)
    upper, lower = _edges(shell, cut)
    return Laid(
        patches=shell.patches,
        rest=shape,
        start=seated + np.array([0.0, 0.0, AHEAD]),
        targets=shape,
        pins=pins,
        faces=shell.faces,
        uv=shell.uv,
        parts=shell.parts,
        bending=bending,
        welds=np.empty((0, 2), np.int32),
        bound=np.ones(len(seated), bool),
        upper_edge=upper,
        lower_edge=lower,
        corners=_corners(shell, cut, design.fasteners.inset_mm / 1000),
        outside=design.material.thickness_mm[1] / 2000,
    )


def seat_shell(points: Float, rim: Int, seat: Seat) -> Float:
    """Moves a rigid shell (M, 3), the middle of its upper edge in the origin, onto the face: with that
    point at the height of the seat, and turned so that the gaps under its ``rim`` are least.
    Returns (M, 3), head frame.
    """
    x, y = front_grid(seat.head)
    skin = from_front(seat.head, faces_without_ears(), x, y).z
    skin = np.where(np.isfinite(skin), skin, -1.0)
    roll = Rotation.from_euler("z", seat.tilt)
    lowest = seat.points.menton[1] - seat.below_chin
    best, least = points, np.inf
    for pitch in PITCHES:
        turned = (roll * Rotation.from_euler("x", -pitch)).apply(points)
        turned += [seat.sideways, seat.bridge, 0.0]
        if seat.wearing == "correct":  # who has a long face gives up some of the nose, not the chin
            turned[:, 1] -= max(float(turned[rim, 1].min()) - lowest, 0.0)
        at = [(turned[:, 1] - y[0]) / CELL, (turned[:, 0] - x[0]) / CELL]
        under = map_coordinates(skin, at, order=1, mode="nearest")
        turned[:, 2] += (under - turned[:, 2]).max() - GIVES
        gaps = np.clip(turned[rim, 2] - under[rim], 0.0, 0.03)
        if gaps.mean() < least:
            best, least = turned, float(gaps.mean())
    return best


def _from_rim(shell: Shell) -> Float:
    """Mean distances (K,) m of the rings from the last one, which is the rim."""
    points = shell.points[shell.rings]
    return np.asarray(np.linalg.norm(points - points[-1:], axis=2).mean(1))


def _clip(wire: Wire, shell: Shell) -> tuple[Int, Int, Float]:
    """Vertices (K, C) from the clip up to the rim, their places (C,) in the rings, and how far (C,) m they
    lie from the middle of the clip."""
    rows = shell.rings[_from_rim(shell) <= (wire.from_top_mm + wire.width_mm / 2) / 1000]
    count = rows.shape[1]
    columns = np.arange(-(count // 2), count - count // 2)
    line = shell.points[rows[0, columns]]
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    off = np.abs(along - along[count // 2])
    reached = off <= wire.length_mm / 2000
    return np.ascontiguousarray(rows[:, columns[reached]]), columns[reached], off[reached]


def _pressed(shell: Shell, border: Int, depth: Float, seated: Float, seat: Seat) -> Float:
    """How the shell (M, 3) m gives when its ``border`` (K, N) is pressed to the skin, in each of its columns
    by ``depth`` (N,) m at most: evened out along the border, and fading over FADES m of the shell.

    Straps and the warmth of the breath do this to felt, fingers to the clip; both keep it.
    """
    near = closest(prepare(seat.head, faces_without_ears()), seated[border].reshape(-1, 3))
    apart = np.clip(near.distance.reshape(border.shape) - OFF, -GIVES, depth)
    move = -apart[..., None] * near.normal.reshape(*border.shape, 3)
    move = gaussian_filter1d(move, EVEN, axis=1, mode="wrap")
    far, nearest = cKDTree(shell.points[border].reshape(-1, 3)).query(shell.points)
    fade = np.clip(1 - far / FADES, 0, 1)
    return np.asarray((fade**2 * (3 - 2 * fade))[:, None] * move.reshape(-1, 3)[nearest])


def _edges(shell: Shell, cut: Moulded) -> tuple[Int, Int]:
    """The rim from the wearer's right to the left, over the nose and under the chin, between the straps."""
    rim = shell.rings[-1]
    left, count = _strap_at(shell, cut.straps_at[0]), len(rim)
    upper = rim[np.arange(-left, left + 1)]
    lower = rim[
        np.arange(count - _strap_at(shell, cut.straps_at[1]) - 1, _strap_at(shell, cut.straps_at[1]), -1)
    ]
    return upper, lower


def _strap_at(shell: Shell, height: float) -> int:
    """Place in the rings, on the wearer's left, of the upper vertex of a strap at a share of the height."""
    rim = shell.points[shell.rings[-1]]
    level = rim[:, 1].max() - height * np.ptp(rim[:, 1])
    half = len(rim) // 2
    return int(np.abs((rim[:half, 1] + rim[1 : half + 1, 1]) / 2 - level).argmin())


def _corners(shell: Shell, cut: Moulded, inset: float) -> dict[str, Int]:
    """Straps are fixed to the shell ``inset`` m from the rim, over which they leave it."""
    inner, rim = shell.rings[int(np.abs(_from_rim(shell) - inset).argmin())], shell.rings[-1]
    corners = {}
    for height, share in zip(("upper", "lower"), cut.straps_at, strict=True):
        k = _strap_at(shell, share)
        for side, at in (("left", [k, k + 1]), ("right", [-k, -k - 1])):
            corners[f"{height} {side}"] = np.stack([inner[at], rim[at]])
    return corners
