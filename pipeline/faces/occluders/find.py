"""What lies in front of a fitted face where a mask would be, and whether it wears one already."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from pipeline.faces.occluders.features import COLOUR_STOPS, POSITION_UNIT, features
from pipeline.faces.occluders.hands_before import hands_before
from pipeline.faces.occluders.matte import soft_matte
from pipeline.faces.occluders.network import KINDS, chances
from pipeline.faces.occluders.own_colours import like_others, unlike_the_face
from pipeline.faces.occluders.people import people_in
from pipeline.faces.occluders.rims import rims, tinted, without_lenses
from pipeline.faces.occluders.view import View, face_view
from pipeline.head.model import load_head
from pipeline.records import Camera, Float, Occluder

Cells = NDArray[np.bool_]

SURE, POSSIBLE = 0.75, 0.4  # chance of being in front: to start a piece, and to belong to it
CERTAIN = 0.6  # chance at which nothing of the mask is left
HARDLY = 0.08  # chance of what surely is not in front
SMALLEST = 8  # sure cells of a piece; 2.7 square millimetres each
LOOPS_Z = -0.035  # m, head frame: behind it only loops run
LOOPS_TOP = 0.0  # m, head frame: there a loop goes behind the ear, and what hair is above falls over its end
LOBE, JAW = -0.05, -0.1  # m, head frame: below the one, only hair that hangs below the other is before a mask
LONG = 40  # cells of it
HANGING = 30  # cells: how far beside the head such hair hangs
COVERED_EAR = 0.4  # mean chance of hair over an ear that was not found, to say that hair hides it
ENOUGH_EAR = 12  # cells, to judge one
ROOM, PERSON = 0.5, 0.8  # chances of a person beside the head: background for sure, and none for sure
RIM = 3  # cells: how far inside the outline of the fitted head what is beside it may seem to lie
BESIDE = 3  # cells: how far beside the head hair still hides a mask, which lies closer to the face

BRIDGE = -0.004  # m, head frame: between the lenses, all below it is pads and the shadow of the nose
PADS, LENSES, LENSES_LOW = (
    0.018,
    0.072,
    -0.055,
)  # m, head frame: half of what is between lenses, of all, their end
CHIN = -0.098  # m, head frame: just under the most prominent point of the mean chin
# Where a mask lies on the mean head, m: below the bridge of the nose, in front of the ears, to the chin.
MASK_TOP, MASK_LOW, MASK_BACK = -0.015, -0.125, -0.05


@dataclass(frozen=True)
class Front:
    """What was found. The shares are of the part of the face that a mask covers and the camera sees."""

    occluder: Occluder
    hidden: float = 0.0  # share that something is in front of
    masked: float = 0.0  # share that shows a mask already
    unsure: float = 0.0  # share of which it could not be told
    hand: float = 0.0  # share that a hand may be before, but one that is not seen clearly


NOTHING = Front(Occluder((0, 0, 0, 0), np.zeros((0, 0), np.uint8)))


def find_front(
    pixels: NDArray[np.uint8],
    vertices: Float,
    rotation: Float,
    translation: Float,
    camera: Camera,
    bare_ears: Collection[str] = (),
) -> Front:
    """pixels (H, W, 3) sRGB; vertices (V, 3) m of the fitted head, camera frame, whose pose is
    rotation (3, 3) and translation (3,) m; bare_ears: which of "left" and "right" are known to be seen.
    `NOTHING` when the face is hardly in the photo.
    """
    view = face_view(pixels, vertices, load_head().faces, rotation, translation, camera)
    if view is None:
        return NOTHING
    told = features(view, vertices)
    spot = told[..., 4:7] * POSITION_UNIT
    on_head = told[..., 3] > 0
    zone = on_head & view.inside & (spot[..., 1] < MASK_TOP) & (spot[..., 1] > MASK_LOW)
    zone &= spot[..., 2] > MASK_BACK
    if not zone.any():
        return NOTHING
    chance = dict(zip(KINDS, np.moveaxis(chances(told).astype(np.float64), -1, 0), strict=True))
    in_the_way = _in_front(chance, pixels, told, view, bare_ears)
    hands = hands_before(pixels, view, zone)
    in_the_way = np.maximum(in_the_way, hands.cover)
    above_chin = zone & ((spot[..., 1] > CHIN) | (hands.cover > SURE))
    front = _pieces(in_the_way, zone, above_chin)
    return Front(
        soft_matte(front, view.frame, pixels),
        hidden=float(front[zone].mean()),
        masked=float((chance["mask"][zone] > 0.5).mean()),
        unsure=float(((in_the_way > 0.25) & (in_the_way < 0.75))[zone].mean()),
        hand=float((hands.doubt * (1 - front))[zone].mean()),
    )


def _in_front(
    chance: dict[str, Float],
    pixels: NDArray[np.uint8],
    told: NDArray[np.float32],
    view: View,
    bare_ears: Collection[str],
) -> Float:
    """Chance (n, n) of being in front of a mask, by the network's, by where people are and by colours."""
    on_head = told[..., 3] > 0
    spot, colours = told[..., 4:7] * POSITION_UNIT, told[..., :3].astype(np.float64)
    # Beside the head the network takes much of the room behind it for hair.
    people = people_in(pixels, view.frame, len(on_head))
    there = np.where(on_head, 1.0, np.clip((people - ROOM) / (PERSON - ROOM), 0, 1))
    hair, glasses, things = (chance[kind] * there for kind in ("hair", "glasses", "thing"))
    bare = view.inside & (hair + glasses + things < HARDLY)
    hair = like_others(hair, colours, bare, view.inside)
    # Of glasses their frame is in front; eyes and cheeks that are seen through them are not.
    dark = tinted(glasses, -colours.mean(axis=-1) * COLOUR_STOPS)
    frame = unlike_the_face(glasses, colours, bare & on_head, view.inside)
    frame = np.where(dark, frame, without_lenses(frame))
    things = unlike_the_face(things, colours, bare & on_head, view.inside) + frame
    things *= ~_outline_only(things, on_head)
    hair *= _hair_counts(hair, view, spot, on_head, bare_ears)
    # Between the lenses only pads and the nose's own shadow are as thin.
    x, y = abs(spot[..., 0]), spot[..., 1]
    lenses = (x > PADS) & (x < LENSES) & (y > LENSES_LOW)
    lenses = on_head & (lenses | (y > BRIDGE)) & (spot[..., 2] > LOOPS_Z)
    worn = rims(view.pixels, chance["glasses"] * on_head, lenses)
    return np.asarray(np.maximum(np.minimum(hair + things, 1.0), worn))


def _hair_counts(hair: Float, view: View, spot: Float, on_head: Cells, bare_ears: Collection[str]) -> Cells:
    """Cells (n, n) where hair is in front of a mask.

    On the face it is. By the ears where it hides the ear, and above it: loops lie over sideburns and over
    hair that is worn behind the ear. Beside the head, a mask is nearer to the camera than hair, and where an
    ear is bare, or hair ends above the jaw, what is beside the cheek is behind it.
    """
    head = load_head()
    counts = ndimage.binary_dilation(on_head, iterations=BESIDE)
    _, (rows, columns) = ndimage.distance_transform_edt(~on_head, return_indices=True)
    near = spot[rows, columns]  # of the nearest cell of the head
    close = ndimage.binary_dilation(on_head, iterations=HANGING)
    outline = _outline_only(hair, on_head)
    for side in ("left", "right"):
        ear = on_head & head.regions[f"ear_{side}"][head.faces].all(axis=1)[view.raster.triangle]
        half = near[..., 0] * (1 if side == "left" else -1) > 0
        by_ear = half & (near[..., 2] < LOOPS_Z)
        covered = hanging = np.zeros_like(on_head)
        if side not in bare_ears and ear.sum() >= ENOUGH_EAR and hair[ear].mean() >= COVERED_EAR:
            hangs = half & (hair > SURE) & (near[..., 1] < JAW) & close
            # what hangs down to the neck is before all that is beside the head, jaw and ear alike
            hanging = half & bool(hangs.sum() >= LONG)
            covered = hanging | (half & (near[..., 1] > LOBE))
        counts &= ~(by_ear & ~covered & (near[..., 1] < LOOPS_TOP))
        counts &= ~(half & ~by_ear & ~covered & outline)
        counts |= (by_ear & covered | hanging) & close
    return np.asarray(counts)


def _outline_only(chance: Float, on_head: Cells) -> Cells:
    """Cells (n, n) along the outline of the head and beside it where what is there comes no farther onto it.

    The head is fitted to some millimetres: what is beside it may seem to lie just within its outline.
    """
    inside = ndimage.binary_erosion(on_head, iterations=RIM, border_value=1)
    on_it = ndimage.binary_dilation(inside & (chance > SURE), iterations=RIM + BESIDE)
    return np.asarray(~inside & ~on_it)


def _pieces(in_the_way: Float, zone: Cells, above_chin: Cells) -> Float:
    """How much (n, n) of each cell belongs to a piece that is really there; 0 or 1 but at its border.

    A piece holds enough sure cells, and comes from outside the ``zone`` of the mask as hair, hands and what
    they hold do: what lies wholly within is a mouth, a moustache or a shadow. What comes from below and
    ends under the chin is the chin's own shadow, or a collar that a mask hangs over.
    """
    pieces, _ = ndimage.label(in_the_way > POSSIBLE, np.ones((3, 3)))

    def sure_cells(part: Cells) -> Float:
        return np.asarray(np.bincount(pieces.ravel(), (part & (in_the_way > SURE)).ravel()))

    kept = (sure_cells(np.ones_like(zone)) >= SMALLEST) & (sure_cells(~zone) > 0)
    kept &= (sure_cells(zone) == 0) | (sure_cells(above_chin) > 0)
    kept[0] = False
    # A chance of one half means not knowing where the border runs, not a thing half seen through.
    crisp = np.clip((in_the_way - POSSIBLE) / (CERTAIN - POSSIBLE), 0, 1)
    return np.where(kept[pieces], crisp, 0.0)
