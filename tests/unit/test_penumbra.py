"""How large a lamp is, read back from the shadows on heads that were lit by lamps of known size."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import ndimage
from scipy.spatial.transform import Rotation

from pipeline.colour import to_pixels
from pipeline.faces.light.penumbra import SMALLEST, hard_shadow, lamp_width
from pipeline.faces.light.skin import PosedHead
from pipeline.faces.raster import rasterise
from pipeline.head.model import load_head
from pipeline.head.normals import vertex_normals
from pipeline.records import Camera, Float, Light

CAMERA = Camera(800.0, 400, 440)
POSE = np.diag([1.0, -1.0, -1.0])
AT = np.array([0.0, -0.03, 0.55])
SKIN = np.array([0.5, 0.35, 0.27])
PARTS_OF_LAMP = 48


def towards(azimuth: float, height: float) -> Float:
    a, h = np.radians([azimuth, height])
    return np.array([np.sin(a) * np.cos(h), -np.sin(h), -np.cos(a) * np.cos(h)])


def posed(turn: Float | None = None, size: float = 1.0) -> PosedHead:
    rotation = Rotation.from_rotvec(np.zeros(3) if turn is None else turn).as_matrix()
    head = load_head()
    vertices = size * head.mean @ POSE.T @ rotation.T + AT
    return PosedHead(vertices, vertex_normals(vertices, head.faces), POSE, CAMERA)


def portrait(lamp: Float, degrees: float, rng: np.random.Generator) -> np.ndarray:
    """The mean head under a disc of that angle and a third as much light from everywhere."""
    head, model = posed(), load_head()
    shape = (CAMERA.height, CAMERA.width)
    raster = rasterise(head.vertices, model.faces, CAMERA, (0, 0, *shape[::-1]), shape)
    hit = raster.triangle >= 0
    corners, weights = model.faces[raster.triangle[hit]], raster.barycentric[hit]
    points, normals = (np.einsum("pcd,pc->pd", of[corners], weights) for of in (head.vertices, head.normals))
    across = np.cross(lamp, [0, 0, 1.0])
    across /= np.linalg.norm(across)
    shown = np.zeros(len(points))
    for part in range(PARTS_OF_LAMP):
        away = math.tan(math.radians(degrees) / 2) * math.sqrt((part + 0.5) / PARTS_OF_LAMP)
        turn = part * math.pi * (3 - math.sqrt(5))
        at = lamp + away * (math.cos(turn) * across + math.sin(turn) * np.cross(lamp, across))
        at /= np.linalg.norm(at)
        shown += np.maximum(normals @ at, 0) * (hard_shadow(head, at, points) == 0) / PARTS_OF_LAMP
    linear = np.full((*shape, 3), 0.1)
    linear[hit] = SKIN * (0.35 + 0.85 * shown)[:, None]
    blurred = ndimage.gaussian_filter(linear, (0.7, 0.7, 0))
    return to_pixels(blurred + rng.normal(0, 0.004, blurred.shape))


def found(lamp: Float, degrees: float, seed: int) -> float | None:
    """Degrees, from a photo whose lamp and head are known to some degrees only."""
    rng = np.random.default_rng(seed)
    pixels = portrait(lamp, degrees, rng)
    off = Rotation.from_rotvec(rng.normal(0, np.radians(4), 3)).as_matrix()
    light = Light(np.full(3, 0.35), (off @ lamp)[None], np.full((1, 3), 0.85), SKIN)
    width = lamp_width(pixels, posed(rng.normal(0, np.radians(1.5), 3), 1.01), light)
    return None if width is None else math.degrees(width)


@pytest.mark.parametrize("lamp", [towards(40, 35), towards(-55, 20), towards(25, 60)])
def test_small_lamps_are_told_from_large_ones(lamp):
    sun, window = found(lamp, 0.5, 1), found(lamp, 16.0, 2)
    assert sun is not None and math.degrees(SMALLEST) <= sun < 6
    assert window is not None and 8 < window < 20


def test_the_width_grows_with_the_lamp():
    widths = [found(towards(40, 35), degrees, 3) for degrees in (1.0, 6.0, 12.0, 24.0)]
    assert None not in widths
    assert (np.diff(widths) > 1).all()


def test_without_a_cast_shadow_nothing_is_told():
    lamp = towards(40, 35)
    light = Light(np.full(3, 0.35), lamp[None], np.full((1, 3), 0.85), SKIN)
    even = np.full((CAMERA.height, CAMERA.width, 3), 140.0) + np.random.default_rng(0).normal(
        0, 3, (CAMERA.height, CAMERA.width, 3)
    )
    assert lamp_width(even.astype(np.uint8), posed(), light) is None
    weak = Light(np.ones(3), lamp[None], np.full((1, 3), 0.1), SKIN)
    assert lamp_width(portrait(lamp, 0.5, np.random.default_rng(0)), posed(), weak) is None
    nothing = Light(np.ones(3), np.zeros((0, 3)), np.zeros((0, 3)), SKIN)
    assert lamp_width(even.astype(np.uint8), posed(), nothing) is None


def test_a_point_behind_the_nose_lies_in_its_shadow_at_its_distance():
    head, model = posed(), load_head()
    tip = head.vertices[model.points["pronasale"]]
    behind = tip + np.array([0.03, 0.0, 0.0])
    before = hard_shadow(head, np.array([-1.0, 0.0, 0.0]), np.stack([behind, tip - [0.03, 0, 0]]))
    assert before[0] == pytest.approx(0.03, abs=0.006) and before[1] == 0
