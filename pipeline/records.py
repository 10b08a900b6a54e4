"""The records that travel down the corridor: Photo -> Face -> RestMask -> WornMask -> Layers -> Sample.

Frames used by every record
---------------------------
head frame
    metres; x to the subject's left, y up, z out of the face; origin midway between the eyeballs of
    the mean head.
camera frame
    metres; OpenCV convention: x right, y down, z into the scene; origin at the pinhole.
    ``X_camera = rotation @ X_head + translation``. A frontal, upright head has
    ``rotation = diag(1, -1, -1)``.
pixels
    u to the right, v down; the image spans [0, width] x [0, height], so the centre of the first
    pixel is (0.5, 0.5). ``u = focal_px * x / z + width / 2``, ``v = focal_px * y / z + height / 2``.

Colours are linear light with sRGB primaries unless a name says sRGB. Linear 1.0 is the value that
the photo's own sRGB encoding clips at.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float64]
Int = NDArray[np.int32]
Verdict = Literal["ok", "flagged", "rejected"]

PARTS: tuple[str, ...] = ("none", "panel", "edge", "wire", "loop", "strap", "valve", "window")
"""Names of the part ids in `RestMask.parts`, `WornMask.parts` and `Layers.parts`.

``loop`` goes behind one ear, ``strap`` (ties as well) around the head.
"""
CORDS: tuple[int, ...] = (PARTS.index("loop"), PARTS.index("strap"))
"""Part ids that are not the sheet."""


class Rejected(Exception):
    """Raised by a stage for input it cannot use; the flow turns it into a row of rejects.jsonl.

    ``reason`` is one plain sentence for the user; ``stage`` the corridor's stage.
    """

    def __init__(self, stage: str, reason: str) -> None:
        super().__init__(reason)
        self.stage = stage
        self.reason = reason


@dataclass(frozen=True, slots=True)
class PhotoSource:
    """One line of the input, before the file is opened."""

    path: str  # where to open it (absolute)
    name: str  # as the user gave it, relative to the folder or table, with forward slashes
    identity: str
    source: str | None = None
    licence: str | None = None
    consent: str | None = None
    beard_mm: float | None = None  # how far beards in it hold a mask off the chin; None: not said


@dataclass(frozen=True)
class JpegHistory:
    """How the file that a photo came from was compressed."""

    tables: tuple[tuple[int, ...], ...]  # 64 quantisation steps each, row by row; of luma, then of chroma
    sampling: Literal["4:4:4", "4:2:2", "4:2:0"]
    orientation: int  # EXIF's, 1..8, that the pixels were turned upright from: the blocks lie in the file's


@dataclass(frozen=True)
class Photo:
    sha256: str  # hex digest of the file's bytes
    name: str
    identity: str
    pixels: NDArray[np.uint8]  # (H, W, 3) sRGB, EXIF-upright
    focal_px: float | None  # from EXIF, for the upright pixels; None when unknown
    source: str | None = None
    licence: str | None = None
    consent: str | None = None
    beard_mm: float | None = None
    jpeg: JpegHistory | None = None  # None: not a JPEG, or none like it can be written
    earlier_jpeg: JpegHistory | None = None  # a coarser compression before that, as far as the pixels show it
    file: bytes = b""  # as it was read; empty where there is none


@dataclass(frozen=True)
class Camera:
    """Pinhole with square pixels and the principal point at the centre of the image."""

    focal_px: float
    width: int
    height: int


@dataclass(frozen=True)
class Light:
    """Ambient light plus distant lamps.

    A white diffuse surface with unit normal n shows
    ``ambient + sum_l irradiance[l] * max(0, n . directions[l])`` as linear photo RGB. Where ``around`` is
    given, ambient light comes from before and above only; `pipeline.sky` says from where what comes.
    """

    ambient: Float  # (3,) linear RGB
    directions: Float  # (L, 3) unit vectors towards the lamps, camera frame
    irradiance: Float  # (L, 3) linear RGB
    skin_albedo: Float  # (3,) linear RGB, the estimate that goes with this light
    around: Float | None = None  # (3, 3) linear RGB from behind on the picture's left, right, and from below
    width: float | None = None  # angular diameter of the strongest lamp, radians, where its shadow told it


@dataclass(frozen=True)
class LightFit:
    """How well a face's light explains its skin, and what it leaves open.

    Residuals are median relative errors of luminance. Intervals hold the truth with probability 0.8.
    """

    residual: float  # on the lower face
    residual_even: float  # there, if all skin were as bright as the face's median: what light must beat
    held_out: float  # on skin that the light was not fitted to
    skin_luminance: tuple[float, float]  # interval of the albedo's luminance
    skin_ita_deg: tuple[float, float]  # the same as individual typology angle (Chardon et al. 1991)


@dataclass(frozen=True)
class Occluder:
    """What would lie in front of a mask: hair, rims of glasses, hands, things. A beard would not."""

    box: tuple[int, int, int, int]  # x0 y0 x1 y1 px of the photo, half-open
    matte: NDArray[np.uint8]  # (h, w) how much of a pixel; 255 = all of it; may be (0, 0)


@dataclass(frozen=True)
class Face:
    index: int  # by position in the photo: left to right
    box: Float  # (4,) x0 y0 x1 y1 of the landmarks, px
    backend: str  # landmark detector
    landmarks: Float  # (N, 2) px
    confidence: Float  # (N,) in [0, 1]
    identity_coefficients: Float  # (80,) in standard deviations
    expression_coefficients: Float  # (43,) in [0, 1]
    camera: Camera
    rotation: Float  # (3, 3) head to camera
    translation: Float  # (3,) m
    yaw_pitch_roll: Float  # (3,) radians; see pipeline.faces.camera.euler
    vertices: Float  # (V, 3) m, camera frame, order of the head model; the ears may leave its modes
    residual_mm: float  # median landmark residual at the face's distance
    residual_px: float
    light: Light
    occluder: Occluder  # over face and ears; empty where nothing was found
    verdict: Verdict
    reason: str = ""  # empty when ok
    light_fit: LightFit | None = None  # None where too little skin can be seen to read light from
    residuals_mm: Float | None = None  # (N,) of each landmark; NaN where it says nothing


@dataclass(frozen=True)
class FacePoints:
    """Landmarks of one face in the photo. Seen: in the picture, hidden by neither head nor occluder."""

    five: Float  # (5, 2) px: eyes (the subject's right first), tip of the nose, corners of the mouth
    ibug: Float  # (68, 2) px: the 68 of iBUG on the fitted head, the jaw line fixed to the skin
    ibug_seen: NDArray[np.bool_]  # (68,)
    dense: Float  # (M, 2) px: the detector's own; where they are MediaPipe's 468, with its ten of the irises
    dense_confidence: Float  # (M,) in [0, 1]
    dense_seen: NDArray[np.bool_]  # (M,)
    mouth: float  # inter-eye distances that the corners of the mouth lie below the pupils, head frame


@dataclass(frozen=True)
class Patch:
    """A grid of the sheet. Neighbouring patches share the vertices of their seam."""

    ids: Int  # (R, C) vertices; row 0 is the upper side, column 0 the wearer's right
    creases: Int  # rows along which it is folded, the first and the last included
    apart: Float  # (R, C) m: how far vertices are set off the skin once draped (layers of shut pleats)


@dataclass(frozen=True)
class Fastener:
    """An elastic, tie or strap from one place of the mask's edge to another."""

    part: int  # id into PARTS: loop or strap
    roots: tuple[
        Int, Int
    ]  # (2, 2) each: pairs of vertices it is fixed between; inside the sheet, at its edge
    strands: tuple[Int, Int]  # (K, 2) each: strips in the simulation, from the edge outwards; K may be 0
    over: Float  # (P, 3) m, head frame: what it is laid around between the strands; P = 0 hangs free
    width: float  # m
    thickness: float  # m
    offset: float = 0.0  # m that its ends lie off the sheet's middle surface; negative: between mask and face
    above: float = 0.0  # m off the skin, where the cord of another mask lies below it


@dataclass(frozen=True)
class Hardware:
    """An exhalation valve in the sheet."""

    at: Float  # (2,) m, its middle on the flat pattern
    width: float  # m
    height: float  # m
    proud: float  # m that it stands out
    rectangular: bool


@dataclass(frozen=True)
class RestMask:
    """A mask cut from its pattern and laid in front of one head, before the cloth solver runs.

    Triangles 2k and 2k + 1 are the halves of quad k, cut from corner 0 to corner 2; those of the patches
    come first, in the order of the patches and their rows, then those of the strands.
    """

    design: str
    size: str
    wearing: str
    parameters: Mapping[str, float]  # drawn material and wearing parameters, SI units
    rest_vertices: Float  # (M, 3) m, the unstressed shape that strain is measured against
    start_vertices: Float  # (M, 3) m, head frame, where the solver starts
    faces: Int  # (F, 3) triangles
    uv: Float  # (F, 3, 2) m on the flat pattern, of each triangle's corners
    parts: NDArray[np.uint8]  # (F,) ids into PARTS
    pins: Float  # (M,) weight 0..1: vertices carried to pin_targets
    pin_targets: Float  # (M, 3) m, head frame
    stiffness: Float  # (M,) factor on the sheet's tension
    bending: Float  # (M,) bending stiffness in the solver's units
    welds: Int  # (P, 2) vertices that are bound together
    bound: NDArray[np.bool_]  # (M,) vertices that may touch other layers of the sheet
    patches: tuple[Patch, ...]
    upper_edge: Int  # (E,) vertices along the upper edge, from the wearer's right to the left
    lower_edge: Int  # (E,) the same along the lower edge
    fasteners: tuple[Fastener, ...]
    hardware: tuple[Hardware, ...] = ()


@dataclass(frozen=True)
class WornMask:
    """A mask at rest on a head. Thickness and material are given to it at render time."""

    design: str
    size: str
    wearing: str
    parameters: Mapping[str, float]
    vertices: Float  # (M, 3) m, head frame; the middle surface of the sheet, tubes for loops
    faces: Int  # (F, 3) triangles
    uv: Float  # (F, 3, 2) m on the flat pattern, of each triangle's corners
    parts: NDArray[np.uint8]  # (F,) ids into PARTS
    upper_edge: Int  # (E,) vertices along the upper edge, from the wearer's right to the left
    lower_edge: Int  # (E,) the same along the lower edge
    checks: Mapping[str, float]  # see pipeline.masks.checks
    under: WornMask | None = None  # the mask that this one is worn over


@dataclass(frozen=True)
class Tile:
    """A picture laid on flat cloth: repeating over it, or standing there once."""

    pixels: NDArray[np.float32]  # (h, w, channels) linear; row 0 at the lowest v
    size: Float  # (2,) m, its extent along u and v
    origin: Float  # (2,) m of the uv, where its first corner lies
    angle: float  # radians that it is turned about that corner, from u towards v
    repeats: bool  # where not, its outermost samples go on for ever


@dataclass(frozen=True)
class ClothLook:
    """What the cloth of one mask shows close up; drawn for one size of pixel. None: nothing to see."""

    weave: Tile | None = None  # (h, w, 3) factor on the colour, share of undyed thread, height in mm
    print: Tile | None = None  # (h, w, 4) premultiplied RGBA over the colour of the outside
    wear: Tile | None = None  # (h, w, 3) unevenness (0.5 = none), dirt and wear in [0, 1]
    creases: Tile | None = None  # (h, w, 3) heights in m along 0, 60 and 120 degrees from u, of slope 1 rms
    under: ClothLook | None = None  # of the mask below


@dataclass(frozen=True)
class Layers:
    """What the renderer saw, cropped to ``box`` of the photo."""

    box: tuple[int, int, int, int]  # x0 y0 x1 y1 px, half-open
    rgba: NDArray[np.float32]  # (h, w, 4) linear premultiplied mask
    shadow: NDArray[np.float32]  # (h, w, 3) factor on skin; 1 = unchanged
    depth: NDArray[np.float32]  # (h, w) m along the camera's z; 0 where there is no mask
    normals: NDArray[np.float32]  # (h, w, 3) unit, camera frame; 0 where there is no mask
    parts: NDArray[np.uint8]  # (h, w) ids into PARTS
    uv: NDArray[np.float32]  # (h, w, 2) m on the flat sheet
    albedo: NDArray[np.float32]  # (h, w, 3) linear, premultiplied
    material: Mapping[str, Any]  # resolved colour, roughness, seeds ... for the labels
    hidden: float = 0.0  # part of the mask that is behind what the photo has in front of it
    pixel: float = 0.0  # m that a pixel covers at the middle of the mask; 0: not known
    front: NDArray[np.float32] | None = None  # (h, w) how much of a pixel that covers; None: nothing is


@dataclass(frozen=True)
class Sample:
    sample_id: str
    pixels: NDArray[np.uint8]  # (H, W, 3) sRGB
    matte: NDArray[np.uint8]  # (H, W) 0 = photo untouched by the mask
    shadow: NDArray[np.uint8]  # (H, W) 255 = skin unchanged
    layers: Layers
    labels: Mapping[str, Any]  # becomes sample.json
    extent: NDArray[np.uint8]  # (H, W) matte before what lies in front of the mask took from it
    crops: tuple[NDArray[np.uint8], NDArray[np.uint8]]  # (112, 112, 3) sRGB each: masked, and the photo
    original: bytes = b""  # the photo's file, for its metadata
    jpeg: bytes = b""  # the same picture as a file with the photo's own coefficients; empty: none is wanted
