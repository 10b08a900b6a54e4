import dataclasses

import numpy as np
import pytest

pytest.importorskip("bpy")

from pipeline.config import RenderConfig
from pipeline.head.model import load_head
from pipeline.records import PARTS, Camera, Face, Layers, Light, Occluder, Rejected, WornMask
from pipeline.studio.render import render_layers

SIZE, FOCAL, DISTANCE = 128, 300.0, 1.0
FRONTAL = np.diag([1.0, -1.0, -1.0])
PLAIN = {
    "colour": [0.6, 0.7, 0.8],
    "back_colour": [0.8, 0.8, 0.8],
    "loop_colour": [0.8, 0.8, 0.8],
    "roughness": 0.6,
    "translucency": 0.0,
    "sheen": 0.0,
    "thickness_m": 0.0004,
    "weave_seed": 3,
}
LIGHT = Light(
    ambient=np.array([0.2, 0.3, 0.4]),
    directions=np.array([[0.6, 0.0, -0.8]]),
    irradiance=np.array([[0.5, 0.4, 0.3]]),
    skin_albedo=np.array([0.5, 0.35, 0.25]),
)


def a_face(light: Light = LIGHT, x: float = 0.0) -> Face:
    vertices = load_head().mean
    translation = np.array([x, 0.0, DISTANCE])
    zeros = np.zeros
    return Face(
        index=0,
        box=np.array([0.0, 0.0, SIZE, SIZE]),
        backend="none",
        landmarks=zeros((0, 2)),
        confidence=zeros(0),
        identity_coefficients=zeros(80),
        expression_coefficients=zeros(43),
        camera=Camera(FOCAL, SIZE, SIZE),
        rotation=FRONTAL,
        translation=translation,
        yaw_pitch_roll=zeros(3),
        vertices=vertices @ FRONTAL.T + translation,
        residual_mm=0.0,
        residual_px=0.0,
        light=light,
        occluder=Occluder((0, 0, 0, 0), zeros((0, 0), np.uint8)),
        verdict="ok",
    )


def a_sheet(centre=(0.003, -0.061, 0.10), size=(0.12, 0.08), part="panel", cells=12) -> WornMask:
    """A flat rectangle that faces straight out of the face."""
    t = np.linspace(-0.5, 0.5, cells + 1)
    u, v = np.meshgrid(t * size[0], t * size[1])
    uv = np.stack([u, v], axis=-1).reshape(-1, 2)
    vertices = np.concatenate([uv, np.zeros((len(uv), 1))], axis=1) + np.array(centre)
    index = np.arange((cells + 1) ** 2).reshape(cells + 1, cells + 1)
    a, b, c, d = index[:-1, :-1], index[:-1, 1:], index[1:, 1:], index[1:, :-1]
    faces = np.stack([np.stack([a, b, c], -1), np.stack([a, c, d], -1)], axis=2).reshape(-1, 3)
    parts = np.full(len(faces), PARTS.index(part), np.uint8)
    rows = index.astype(np.int32)
    faces = faces.astype(np.int32)
    return WornMask("sheet", "M", "correct", {}, vertices, faces, uv[faces], parts, rows[0], rows[-1], {})


def render(face: Face, worn: WornMask, samples: int = 16, **material) -> Layers:
    return render_layers(face, worn, {**PLAIN, **material}, RenderConfig(samples=samples), 5)


@pytest.fixture(scope="module")
def layers() -> Layers:
    return render(a_face(), a_sheet())


def test_a_lit_sheet_shows_the_light_it_was_lit_with(layers):
    """rgb / albedo of a flat sheet is ambient + irradiance * cos."""
    inside = layers.rgba[..., 3] > 0.999
    assert inside.sum() > 500
    light = (layers.rgba[inside, :3] / layers.albedo[inside]).mean(axis=0)
    expected = LIGHT.ambient + 0.8 * LIGHT.irradiance[0]
    np.testing.assert_allclose(light, expected, rtol=0.03)
    np.testing.assert_allclose(layers.albedo[inside].mean(axis=0), PLAIN["colour"], rtol=0.03)


def test_matte_lies_where_the_sheet_projects(layers):
    """Edges to a tenth of a pixel, from the matte's own coverage."""
    worn, face = a_sheet(), a_face()
    points = worn.vertices @ face.rotation.T + face.translation
    pixels = points[:, :2] / points[:, 2:] * FOCAL + SIZE / 2
    low, high = pixels.min(axis=0), pixels.max(axis=0)
    matte = layers.rgba[..., 3].astype(float)
    x0, y0 = layers.box[:2]
    row = matte[matte.shape[0] // 3]
    row = matte[int(pixels[:, 1].mean()) - y0]
    column = matte[:, int(pixels[:, 0].mean()) - x0]
    np.testing.assert_allclose([row.sum(), column.sum()], high - low, atol=0.15)
    centre_x = x0 + (row * (np.arange(len(row)) + 0.5)).sum() / row.sum()
    centre_y = y0 + (column * (np.arange(len(column)) + 0.5)).sum() / column.sum()
    np.testing.assert_allclose([centre_x, centre_y], (low + high) / 2, atol=0.1)


def test_labels_of_a_flat_sheet_are_exact(layers):
    there = layers.parts == PARTS.index("panel")
    assert set(np.unique(layers.parts)) == {0, PARTS.index("panel")}
    np.testing.assert_allclose(layers.depth[there], DISTANCE - 0.10 - 0.0002, atol=2e-5)
    np.testing.assert_allclose(layers.normals[there], np.tile([0, 0, -1.0], (there.sum(), 1)), atol=1e-3)
    assert (layers.depth[~there] == 0).all() and (layers.normals[~there] == 0).all()
    rows, columns = np.nonzero(there)
    depth = DISTANCE - 0.10 - 0.0002
    x = (columns + layers.box[0] + 0.5 - SIZE / 2) * depth / FOCAL - 0.003
    y = -(rows + layers.box[1] + 0.5 - SIZE / 2) * depth / FOCAL + 0.061
    np.testing.assert_allclose(layers.uv[there], np.stack([x, y], axis=-1), atol=5e-5)


def test_premultiplied_and_bounded(layers):
    alpha = layers.rgba[..., 3]
    assert ((alpha >= 0) & (alpha <= 1)).all()
    assert (layers.rgba[alpha == 0, :3] == 0).all()
    assert (layers.albedo <= alpha[..., None] + 1e-6).all()
    rim = (alpha > 0.1) & (alpha < 0.9)
    straight = layers.rgba[rim, :3] / alpha[rim, None]
    inside = layers.rgba[alpha > 0.999, :3].mean(axis=0)
    np.testing.assert_allclose(straight.mean(axis=0), inside, rtol=0.1)


def test_shadow_falls_away_from_the_lamp_and_ends_inside_the_box():
    from_above = dataclasses.replace(
        LIGHT, directions=np.array([[0.0, -0.8, -0.6]]), ambient=np.full(3, 0.05)
    )
    layers = render(a_face(from_above), a_sheet(centre=(0.0, -0.04, 0.075), size=(0.10, 0.05)))
    free = layers.rgba[..., 3] == 0
    shadow = layers.shadow.min(axis=-1)
    height = shadow.shape[0]
    below = free & (np.arange(height)[:, None] > height // 2)
    above = free & (np.arange(height)[:, None] < height // 6)
    assert shadow[below].min() < 0.65
    assert shadow[above].min() > 0.9
    border = np.ones_like(free)
    border[1:-1, 1:-1] = False
    assert (shadow[border] > 0.97).all()
    assert (layers.shadow <= 1).all() and (shadow == 1).mean() > 0.1


def test_a_smaller_lamp_casts_a_sharper_shadow():
    from_above = np.array([[0.5, -0.35, -0.79]])
    light = dataclasses.replace(LIGHT, directions=from_above, ambient=np.full(3, 0.1))
    sheet = a_sheet(size=(0.06, 0.04), centre=(0.0, -0.06, 0.08))

    def steepest(width: float | None) -> float:
        face = a_face(dataclasses.replace(light, width=width))
        close = dataclasses.replace(face, camera=Camera(4 * FOCAL, 4 * SIZE, 4 * SIZE))
        shadow = render(close, sheet, samples=24).shadow.mean(-1)
        return float(np.quantile(np.abs(np.diff(shadow, axis=1)), 0.99))

    sun, usual = steepest(0.01), steepest(None)
    assert sun > 1.4 * usual
    assert steepest(2.0) == usual  # what is wider than a window is several lamps


def test_the_head_hides_what_is_behind_it():
    hidden = render(a_face(), a_sheet(centre=(0.0, -0.03, -0.20), size=(0.05, 0.05)))
    assert (hidden.rgba == 0).all() and (hidden.parts == 0).all()


def test_same_input_same_bytes_whatever_was_rendered_before(layers):
    render(a_face(x=0.02), a_sheet(part="loop"), samples=4)
    again = render(a_face(), a_sheet())
    for field in dataclasses.fields(Layers):
        if field.name not in ("box", "material"):
            one, other = (np.asarray(getattr(layer, field.name)) for layer in (again, layers))
            assert one.tobytes() == other.tobytes(), field.name


def test_a_mask_under_another_is_seen_where_it_peeps_out_in_its_own_colour():
    wide = a_sheet(centre=(0.003, -0.061, 0.097), size=(0.17, 0.08))
    red = {**PLAIN, "colour": [0.6, 0.1, 0.1]}
    layers = render(a_face(), dataclasses.replace(a_sheet(), under=wide), under=red)
    row = layers.albedo.shape[0] // 3
    seen = layers.albedo[row][layers.rgba[row, :, 3] > 0.999]
    np.testing.assert_allclose(seen[3], red["colour"], rtol=0.05)
    np.testing.assert_allclose(seen[len(seen) // 2], PLAIN["colour"], rtol=0.05)
    depth = layers.depth[row][layers.parts[row] > 0]
    assert depth[3] - depth[len(depth) // 2] == pytest.approx(0.003, abs=2e-5)


def test_a_mask_outside_the_photo_is_rejected():
    with pytest.raises(Rejected, match="outside the photo"):
        render(a_face(x=2.0), a_sheet())


def test_shadow_falls_on_the_chest_where_the_head_has_ended():
    from_above = dataclasses.replace(
        LIGHT, directions=np.array([[0.0, -0.9, -0.44]]), ambient=np.full(3, 0.05)
    )
    face = dataclasses.replace(a_face(from_above), camera=Camera(200.0, SIZE, SIZE))
    layers = render(face, a_sheet(centre=(0.0, -0.185, 0.02), size=(0.12, 0.03)))
    shadow = layers.shadow.min(axis=-1)
    lowest = face.vertices[:, 1] / face.vertices[:, 2] * 200.0 + SIZE / 2
    chest = shadow[int(np.ceil(lowest.max())) + 1 - layers.box[1] :]
    below = chest[layers.rgba[-len(chest) :, :, 3] == 0]
    assert below.min() < 0.9
