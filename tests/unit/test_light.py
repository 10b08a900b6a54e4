"""Light read back from heads that were lit by known lamps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pipeline.colour import LUMINANCE, to_pixels
from pipeline.faces.camera import from_euler
from pipeline.faces.light.around import look_around
from pipeline.faces.light.estimate import estimate_light
from pipeline.faces.light.lamps import CHANNELS, MOST_COLOUR, design, fit_shading, irradiance
from pipeline.faces.light.reflectance import skin_reflectance, typology_angle
from pipeline.faces.light.skin import PosedHead, Surface, bare_skin
from pipeline.faces.light.visibility import DIRECTIONS, lamp_visibility, open_sky
from pipeline.faces.light.white_of_eye import WhiteOfEye
from pipeline.faces.raster import rasterise
from pipeline.head.model import load_head
from pipeline.head.normals import vertex_normals
from pipeline.records import Camera, Float, Light

CAMERA = Camera(900.0, 240, 280)
SKIN = np.array([0.45, 0.28, 0.21])
WHITE = np.array([0.66, 0.6, 0.56])


def lit(direction: tuple[float, float, float], lamp: Float, ambient: Float) -> Light:
    towards = np.array([direction]) / np.linalg.norm(direction)
    return Light(ambient, towards, lamp[None], SKIN)


def posed(yaw: float = 0.0) -> PosedHead:
    head = load_head()
    rotation = from_euler(np.radians(yaw), 0.0, 0.0)
    vertices = head.mean @ rotation.T + [0.0, -0.03, 0.9]
    return PosedHead(vertices, vertex_normals(vertices, head.faces), rotation, CAMERA)


def portrait(head: PosedHead, light: Light, skin: Float, rng: np.random.Generator) -> np.ndarray:
    """A photo of the mean head: skin and white eyes, shaded with the shadows that lamps cast."""
    model = load_head()
    size = (CAMERA.height, CAMERA.width)
    raster = rasterise(head.vertices, model.faces, CAMERA, (0, 0, CAMERA.width, CAMERA.height), size)
    hit = raster.triangle >= 0
    corners, weights = model.faces[raster.triangle[hit]], raster.barycentric[hit]
    normals = np.einsum("pcd,pc->pd", head.normals[corners], weights)
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    seen = lamp_visibility()[corners[np.arange(len(corners)), weights.argmax(axis=1)]]
    eyes = (model.regions["eye_left"] | model.regions["eye_right"])[corners].all(axis=1)
    sky = np.where(eyes, 1, open_sky(seen, np.maximum(normals @ head.lamps.T, 0)))
    surface = Surface(normals, normals, np.where(eyes[:, None], 1, seen), sky, normals)
    shown = design(surface, head.lamps, light.directions) @ np.concatenate(
        [light.ambient[None], light.irradiance]
    )
    linear = np.full((*size, 3), 0.2)
    linear[hit] = shown * np.where(eyes[:, None], 0.75 * WHITE, skin) * rng.normal(1, 0.04, (hit.sum(), 1))
    return to_pixels(linear)


def net(light: Light) -> Float:
    total = (light.irradiance @ LUMINANCE) @ light.directions
    return np.asarray(total / np.linalg.norm(total))


@pytest.mark.parametrize("yaw", [0.0, 35.0])
@pytest.mark.parametrize("direction", [(0.6, -0.5, -0.6), (-0.9, -0.1, -0.3), (0.1, -0.8, -0.6)])
def test_finds_the_lamp_and_the_ambient_share(direction: tuple[float, float, float], yaw: float) -> None:
    rng = np.random.default_rng(1)
    truth = lit(direction, np.array([0.6, 0.55, 0.5]), np.array([0.25, 0.26, 0.28]))
    head = posed(yaw)
    pixels = portrait(head, truth, SKIN, rng)
    pixels[:60] = 5  # a black fringe over the brow: hair
    found, fit = estimate_light(pixels, head)
    assert fit is not None
    assert np.degrees(np.arccos(net(found) @ net(truth))) < 15
    # What albedo and light give together is known far better than either.
    facing = np.array([[0.0, 0.0, -1.0]])
    ours, theirs = (x.skin_albedo * irradiance(x, facing) for x in (found, truth))
    np.testing.assert_allclose(ours, theirs, rtol=0.08)
    share = [x.ambient @ LUMINANCE / (irradiance(x, facing)[0] @ LUMINANCE) for x in (found, truth)]
    assert abs(share[0] - share[1]) < 0.16
    assert fit.residual < min(0.06, 0.5 * fit.residual_even)
    assert fit.held_out < 0.06


def test_a_nose_in_the_way_is_not_a_darker_lamp() -> None:
    """Taken for unshaded, the far side of the nose speaks for less light from there than there is."""
    head = posed()
    truth = lit((0.93, -0.2, -0.3), np.full(3, 0.8), np.full(3, 0.15))
    surface = bare_skin(portrait(head, truth, SKIN, np.random.default_rng(3)), head)
    assert surface is not None
    lamps = head.lamps
    beside = (np.abs(surface.place[:, 0]) < 0.035) & (surface.place[:, 1] < 0.0)  # the nose and its cheeks
    errors = []
    unshaded = replace(surface, seen=np.ones_like(surface.seen), sky=np.ones_like(surface.sky))
    for cells in (surface, unshaded):
        explained = fit_shading(cells, lamps).of(cells, lamps)[beside]
        errors.append(np.abs(np.log(explained / surface.colours[beside])).mean())
    assert errors[0] < 0.8 * errors[1]


def test_no_lamp_loses_a_colour_that_the_skin_shows() -> None:
    """What is beside a face may be taken for more light of a colour than reaches it."""
    head = posed()
    light = lit((0.5, -0.5, -0.7), np.array([0.6, 0.6, 0.6]), np.array([0.3, 0.3, 0.3]))
    skin = bare_skin(portrait(head, light, SKIN, np.random.default_rng(3)), head)
    assert skin is not None
    too_much = [0.0, 0.0, 0.06] * np.minimum(skin.sky, 1)[:, None]
    cells = replace(skin, colours=np.maximum(skin.colours - too_much, 0.002))
    found = fit_shading(cells, head.lamps)
    sources = np.concatenate([found.ambient[None], found.lamps])
    departure = sources / np.median(cells.colours / (cells.colours @ CHANNELS)[:, None], axis=0)
    assert (departure.max(axis=1) / departure.min(axis=1)).max() < MOST_COLOUR**2 + 1e-6


def test_the_table_is_of_this_head() -> None:
    head, table = load_head(), lamp_visibility()
    assert table.shape == (len(head.mean), len(DIRECTIONS))
    from_left = DIRECTIONS[:, 0] > 0.93
    cheeks = {side: head.points[f"alare_{side}"] for side in ("left", "right")}
    assert table[cheeks["left"]][from_left].mean() > 0.9
    assert table[cheeks["right"]][from_left].mean() < 0.4  # the nose is in the way
    assert table[head.points["pronasale"]][DIRECTIONS[:, 2] > 0.5].mean() > 0.97


def test_brown_and_light_skin_in_the_same_light_are_told_apart() -> None:
    """By the white of the eye: the brown face could as well be a light one in little light."""
    light = lit((0.3, -0.4, -0.8), np.full(3, 0.7), np.full(3, 0.25))
    head = posed()
    found = {}
    for name, albedo in {"light": SKIN * 1.3, "brown": SKIN * 0.3}.items():
        estimate, fit = estimate_light(portrait(head, light, albedo, np.random.default_rng(2)), head)
        assert fit is not None
        low, high = fit.skin_luminance
        assert low < albedo @ LUMINANCE < high
        found[name] = estimate
    ratio = (found["light"].skin_albedo @ LUMINANCE) / (found["brown"].skin_albedo @ LUMINANCE)
    assert ratio > 2.2
    facing = np.array([[0.0, 0.0, -1.0]])
    levels = [irradiance(found[name], facing).mean() for name in ("light", "brown")]
    assert 0.6 < levels[1] / levels[0] < 1.4


def test_a_dark_face_whose_eyes_are_no_brighter_is_in_little_light() -> None:
    shown = 0.1 * SKIN / (SKIN @ LUMINANCE)
    without = skin_reflectance(shown, None)
    backlit = skin_reflectance(shown, WhiteOfEye(0.0, 60.0))
    brown = skin_reflectance(shown, WhiteOfEye(1.1, 60.0))
    assert brown.luminance[1] < backlit.albedo @ LUMINANCE
    assert brown.albedo @ LUMINANCE < without.albedo @ LUMINANCE < backlit.albedo @ LUMINANCE
    width = [np.log(high / low) for low, high in (without.luminance, brown.luminance)]
    assert width[1] < width[0]


def test_a_white_collar_says_how_bright_and_of_what_hue_the_light_is() -> None:
    """A white shirt cannot reflect more light than there is; one as yellow as skin says nothing of hue."""
    warm = np.array([1.0, 0.9, 0.75])
    shown = 0.5 * SKIN * 1.2 * warm  # brown skin in good light, or light skin in little
    without = skin_reflectance(shown, None).albedo
    dark = skin_reflectance(shown, None, np.full(3, 0.05)).albedo
    white = skin_reflectance(shown, None, 0.85 * warm).albedo
    yellow = skin_reflectance(shown, None, 0.85 * np.array([1.0, 0.7, 0.4])).albedo
    np.testing.assert_allclose(dark, without, rtol=0.01)
    assert 0.85 * (shown / white) @ LUMINANCE > 0.8 * 0.85 * warm @ LUMINANCE
    assert white @ LUMINANCE < 0.9 * (without @ LUMINANCE)

    def off(albedo: Float) -> float:
        light = shown / albedo
        return float(np.abs(np.log(light / light[1]) - np.log(warm / warm[1])).max())

    assert off(white) < 0.6 * off(without)
    assert abs(off(yellow) - off(without)) < 0.02


def test_fields_around_the_head_are_seen_and_light_it() -> None:
    head = posed()
    head = replace(head, camera=replace(CAMERA, height=2 * CAMERA.height))
    pixels = np.zeros((head.camera.height, CAMERA.width, 3), np.uint8)
    pixels[:, : CAMERA.width // 2] = 200
    pixels[:, CAMERA.width // 2 :, 0] = 150
    menton = head.vertices[load_head().points["menton"]]
    chin = int(CAMERA.focal_px * menton[1] / menton[2] + CAMERA.height)
    pixels[chin + 10 :] = (20, 90, 20)
    around = look_around(pixels, head)
    assert around.left is not None and around.right is not None and around.chest is not None
    assert around.left.min() > 0.5 and around.right[1] == 0 and around.chest.argmax() == 1
    light = Light(
        np.full(3, 0.1), np.zeros((0, 3)), np.zeros((0, 3)), SKIN, around=around.filled(np.zeros(3))
    )
    chin_up, cheek = irradiance(light, np.array([[0.0, 1.0, 0.0], [-0.95, 0.0, 0.3]]))
    assert chin_up.argmax() == 1
    assert cheek.min() > 2 * light.ambient.max()
    np.testing.assert_allclose(irradiance(light, np.array([[0.0, 0.0, -1.0]])), 0.1, atol=0.02)


def test_warm_light_is_shared_between_skin_and_lamp() -> None:
    warm = np.array([1.0, 0.8, 0.5])
    hue = {}
    for name, tint in {"white": np.ones(3), "warm": warm}.items():
        albedo = skin_reflectance(0.8 * SKIN * tint, None).albedo
        hue[name] = 0.8 * SKIN * tint / albedo  # the light that is left
        assert ((albedo > 0) & (albedo < 1)).all()
    blue = {name: colour[2] / colour[0] for name, colour in hue.items()}
    assert 0.5 < blue["warm"] / blue["white"] < 0.85


def test_typology_angles_of_published_skin() -> None:
    """Chardon et al.: very light above 55, dark below -30 degrees."""
    assert typology_angle(np.array([0.62, 0.44, 0.36])) > 41
    assert typology_angle(np.array([0.06, 0.034, 0.024])) < -30
