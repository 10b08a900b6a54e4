import dataclasses

import numpy as np
import pytest
from scipy import ndimage

pytest.importorskip("bpy")

from test_render import FOCAL, PLAIN, a_face, a_sheet

from pipeline.config import RenderConfig
from pipeline.masks.fabrics.creases import draw_creases
from pipeline.masks.look import cloth_look
from pipeline.records import PARTS, ClothLook, Tile, WornMask
from pipeline.studio.backing import backed
from pipeline.studio.borders import FAR, find_borders
from pipeline.studio.materials.cloth import SKIN
from pipeline.studio.render import pixel_size, render_layers
from pipeline.studio.squeeze import squeezed

WINDOW = PARTS.index("window")


def flag() -> ClothLook:
    """Red left of u = 0 and above v = 0, bare cloth elsewhere."""
    pixels = np.zeros((2, 2, 4), np.float32)
    pixels[1, 0] = (0.8, 0.05, 0.05, 1)
    fine = np.repeat(np.repeat(pixels, 64, 0), 64, 1)
    return ClothLook(print=Tile(fine, np.array([0.2, 0.2]), np.array([-0.1, -0.1]), 0.0, False))


def window_sheet() -> WornMask:
    """A sheet whose middle is a clear film."""
    worn = a_sheet(cells=12)
    middle = np.abs(worn.uv.mean(1))
    parts = worn.parts.copy()
    parts[(middle[:, 0] < 0.04) & (middle[:, 1] < 0.025)] = WINDOW
    return dataclasses.replace(worn, parts=parts)


def test_a_print_lies_on_the_flat_pattern_the_right_way_round():
    layers = render_layers(a_face(), a_sheet(), PLAIN, RenderConfig(samples=8), 5, flag())
    there = layers.parts == PARTS.index("panel")
    u, v = layers.uv[..., 0], layers.uv[..., 1]
    red = there & (u < -0.005) & (v > 0.005)
    bare = there & ((u > 0.005) | (v < -0.005))
    full = layers.rgba[..., 3] > 0.999
    np.testing.assert_allclose(
        layers.albedo[red & full], np.tile([0.8, 0.05, 0.05], ((red & full).sum(), 1)), atol=0.01
    )
    np.testing.assert_allclose(layers.albedo[bare & full].mean(0), PLAIN["colour"], atol=0.01)
    ratio = layers.rgba[red & full, 0].mean() / layers.rgba[red & full, 1].mean()
    assert ratio > 6  # red in the picture as well
    # the left of the picture shows the wearer's right, u < 0, and its top the upper edge
    rows, columns = np.nonzero(red)
    assert columns.max() < np.nonzero(bare)[1].max() - 10 and rows.min() <= np.nonzero(bare)[0].min()


def striped(contrast: float) -> ClothLook:
    """A weave of stripes 8 mm wide, one darker by ``contrast`` and one as much lighter than the mean."""
    pixels = np.zeros((64, 64, 3), np.float32)
    pixels[..., 0] = np.where(np.arange(64) < 32, 1 - contrast, 1 + contrast)
    return ClothLook(weave=Tile(pixels, np.array([0.016, 0.016]), np.zeros(2), 0.0, True))


def test_the_weave_shows_the_more_the_thinner_or_more_matted_the_cloth_is():
    def shades(**how) -> tuple[float, float]:
        layers = render_layers(
            a_face(), a_sheet(), {**PLAIN, **how}, RenderConfig(samples=4), 5, striped(0.03)
        )
        inside = ndimage.binary_erosion(layers.parts == PARTS.index("panel"), iterations=4)
        low, high = np.percentile(layers.albedo[inside].mean(-1), (10, 90))
        return (high - low) / (high + low), (high + low) / 2

    opaque, mean = shades(translucency=0.0)
    assert opaque == pytest.approx(0.03, rel=0.1)
    for how, more in (({"translucency": 0.1}, 2.2), ({"translucency": 0.0, "fabric": "needle_felt"}, 2.3)):
        contrast, level = shades(**how)
        assert contrast == pytest.approx(0.03 * more, rel=0.15)
        assert level == pytest.approx(mean, rel=0.03)


def test_the_skin_shows_through_a_window_and_is_hardly_shaded_by_it():
    worn, face = window_sheet(), a_face()
    clear = render_layers(face, worn, {**PLAIN, "window_haze": 0.05}, RenderConfig(samples=16), 5)
    dull = render_layers(face, worn, {**PLAIN, "window_haze": 0.4}, RenderConfig(samples=16), 5)
    film = clear.parts == WINDOW
    inner = film & np.roll(film, 3, 0) & np.roll(film, -3, 0) & np.roll(film, 3, 1) & np.roll(film, -3, 1)
    assert inner.sum() > 60
    cloth = clear.parts == PARTS.index("panel")
    assert np.median(clear.rgba[cloth, 3]) == 1
    # Fresnel at normal incidence, both sides, n = 1.54: R = 0.0452, 2 R / (1 + R) = 0.0866
    assert np.median(clear.rgba[inner, 3]) == pytest.approx(0.0866 + 0.05 * (1 - 0.0866), abs=0.02)
    assert np.median(dull.rgba[inner, 3]) == pytest.approx(0.0866 + 0.4 * (1 - 0.0866), abs=0.02)
    assert (clear.rgba[..., :3] <= clear.rgba[..., 3:] * 3 + 0.02).all()
    shade = clear.shadow[inner].mean()
    assert 0.6 < shade < dull.shadow[inner].mean() + 0.5
    assert clear.albedo[inner].max() < 0.2 < dull.albedo[inner].mean()


def test_a_mask_without_windows_hides_all_behind_it():
    layers = render_layers(a_face(), a_sheet(part="valve"), PLAIN, RenderConfig(samples=8), 5)
    there = layers.parts == PARTS.index("valve")
    assert there.sum() > 500 and np.median(layers.rgba[there, 3]) == 1


def test_borders_are_measured_on_the_pattern():
    worn = a_sheet(size=(0.12, 0.08), cells=12)
    lines = find_borders(worn.faces, worn.uv, worn.parts)
    u, v = np.abs(worn.uv[..., 0]), np.abs(worn.uv[..., 1])
    np.testing.assert_allclose(lines.hem[..., 0], np.minimum(0.06 - u, 0.04 - v), atol=1e-9)
    assert (lines.seam[..., 0] == FAR).all()
    border = lines.hem[lines.hem[..., 0] < 1e-9]
    assert border[:, 1].min() >= 0 and border[:, 1].max() == pytest.approx(0.4, abs=0.0101)  # all around
    top = (worn.uv[..., 1] > 0.0399) & (u < 0.05)
    steps = np.polyfit(worn.uv[..., 0][top], lines.hem[..., 1][top], 1)[0]
    assert abs(steps) == pytest.approx(1, abs=1e-6)


def test_seams_are_where_pieces_meet():
    """The same two panels, laid apart on the pattern, are sewn along their common edge."""
    worn = a_sheet(size=(0.12, 0.08), cells=12)
    left = worn.uv[..., 0].mean(1) < 0
    uv = worn.uv.copy()
    uv[left, :, 0] -= 0.03
    lines = find_borders(worn.faces, uv, worn.parts)
    np.testing.assert_allclose(lines.seam[..., 0], np.abs(worn.uv[..., 0]), atol=1e-9)
    np.testing.assert_allclose(
        lines.hem[..., 0],
        np.minimum(0.06 - np.abs(worn.uv[..., 0]), 0.04 - np.abs(worn.uv[..., 1])),
        atol=1e-9,
    )


def test_stitches_run_along_the_border_at_their_distance():
    hem = {"kind": "stitched", "row_m": 0.010, "rows": 1, "stitch_m": 0.008, "seams": "plain"}
    material = {**PLAIN, "colour": [0.05, 0.05, 0.05], "hem": {**hem, "thread": [0.9, 0.9, 0.9]}}
    face, worn = a_face(), a_sheet(cells=48)
    face = dataclasses.replace(
        face, camera=dataclasses.replace(face.camera, focal_px=8 * FOCAL, width=1024, height=1024)
    )
    layers = render_layers(face, worn, material, RenderConfig(samples=4), 5)
    assert pixel_size(face, worn) < 0.001
    thread = layers.albedo[..., 0] > 0.3
    away = np.minimum(0.06 - np.abs(layers.uv[..., 0]), 0.04 - np.abs(layers.uv[..., 1]))
    assert thread.sum() > 200
    np.testing.assert_allclose(away[thread], 0.010, atol=0.0009)
    row = thread & (np.abs(layers.uv[..., 1] - 0.03) < 0.0004) & (np.abs(layers.uv[..., 0]) < 0.035)
    near = np.abs(layers.uv[..., 1] - 0.03).argmin(axis=0)
    line = layers.albedo[near, np.arange(layers.albedo.shape[1]), 0] > 0.3
    inside = np.abs(layers.uv[near, np.arange(layers.albedo.shape[1]), 0]) < 0.04
    starts = np.count_nonzero(line & ~np.roll(line, 1) & inside)
    assert row.any() and starts == pytest.approx(0.08 / 0.008, abs=1)


def test_the_look_of_a_drawn_print_reaches_the_picture():
    ink = {
        "kind": "dots",
        "size_m": 0.02,
        "angle": 0.0,
        "origin": [0.0, 0.0],
        "inks": [[0.9, 0.8, 0.1]],
        "seed": 1,
    }
    face, worn = a_face(), a_sheet()
    material = {**PLAIN, "fabric": "cotton", "print": ink}
    look = cloth_look(material, pixel_size(face, worn))
    layers = render_layers(face, worn, material, RenderConfig(samples=4), 5, look)
    again = render_layers(face, worn, material, RenderConfig(samples=4), 5, look)
    np.testing.assert_array_equal(layers.rgba, again.rgba)
    there = (layers.parts == PARTS.index("panel")) & (layers.rgba[..., 3] > 0.999)
    assert look.print is not None
    share = look.print.pixels[..., 3].mean()
    expected = (1 - share) * np.array(PLAIN["colour"]) + share * np.array(ink["inks"][0])
    np.testing.assert_allclose(layers.albedo[there].mean(0), expected, atol=0.025)


def test_breath_dulls_a_window_in_its_middle():
    worn, face = window_sheet(), a_face()
    clear, wet = (
        render_layers(
            face, worn, {**PLAIN, "window_haze": 0.05, "window_fog": fog}, RenderConfig(samples=8), 5
        )
        for fog in (0.0, 0.5)
    )
    middle = (clear.parts == WINDOW) & (np.abs(clear.uv) < (0.02, 0.01)).all(axis=-1)
    rim = (clear.parts == WINDOW) & (np.abs(clear.uv[..., 1]) > 0.022)
    more = wet.rgba[..., 3] - clear.rgba[..., 3]
    assert middle.sum() > 30 and rim.sum() > 10
    assert more[middle].mean() > 0.08 and np.abs(more[rim]).mean() < 0.02


def pressed(share: float, axis: int) -> WornMask:
    """A sheet whose threads along ``axis`` (0 across, 1 up) are shorter by ``share`` than on its pattern."""
    worn = a_sheet(cells=12)
    uv = worn.uv.copy()
    uv[..., axis] /= 1 - share
    return dataclasses.replace(worn, uv=uv)


def test_wrinkles_run_across_the_way_a_sheet_is_pressed():
    for axis, expected in ((1, (0.025, 0, 0)), (0, (0, 0.025 * 2 / 3, 0.025 * 2 / 3))):
        worn = pressed(0.04, axis)  # of which 0.015 is taken up by the fibres
        strain = squeezed(worn.faces, worn.uv, worn.vertices)
        np.testing.assert_allclose(strain, np.tile(expected, (len(strain), 1)), atol=1e-6)
    free = pressed(0.0, 0)
    assert squeezed(free.faces, free.uv * 0.9, free.vertices).max() == 0  # stretched cloth is smooth


def test_creases_shade_a_sheet_only_where_it_is_pressed():
    worn, face = pressed(0.05, 1), a_face()
    look = ClothLook(creases=draw_creases(0))
    smooth, taut, creased = (
        render_layers(face, sheet, {**PLAIN, "buckling": share}, RenderConfig(samples=8), 5, look)
        for sheet, share in ((worn, 0.0), (a_sheet(cells=12), 0.5), (worn, 0.5))
    )
    there = smooth.rgba[..., 3] > 0.999
    spread = [np.log(layers.rgba[there, 1]).std() for layers in (smooth, taut, creased)]
    assert spread[2] > 2 * spread[0] and spread[1] == pytest.approx(spread[0], rel=0.05)


def test_binding_colours_the_borders_that_have_it():
    worn, face = a_sheet(cells=12), a_face()
    away = np.minimum(0.06 - np.abs(worn.uv[..., 0]), 0.04 - np.abs(worn.uv[..., 1])).mean(axis=1)
    worn = dataclasses.replace(
        worn, parts=np.where(away < 0.01, PARTS.index("edge"), worn.parts).astype(np.uint8)
    )
    hem = {
        "kind": "cut",
        "seams": "plain",
        "binding": {"colour": [0.8, 0.1, 0.1], "edges": False, "sides": True},
    }
    layers = render_layers(face, worn, {**PLAIN, "hem": hem}, RenderConfig(samples=4), 5)
    u, v = (np.abs(layers.uv[..., k]) for k in (0, 1))
    full = layers.rgba[..., 3] > 0.999
    side, top = full & (u > 0.053) & (v < 0.025), full & (v > 0.033) & (u < 0.045)
    assert side.sum() > 20 and top.sum() > 20
    np.testing.assert_allclose(np.median(layers.albedo[side], 0), [0.8, 0.1, 0.1], atol=0.01)
    np.testing.assert_allclose(np.median(layers.albedo[top], 0), PLAIN["colour"], atol=0.01)


def test_a_sheet_knows_what_lies_close_behind_it():
    sheet = a_sheet(size=(0.12, 0.08), cells=12)
    used, faces = np.unique(sheet.faces, return_inverse=True)
    points, faces = sheet.vertices[used], faces.reshape(-1, 3)
    normal = np.cross(points[faces[0, 1]] - points[faces[0, 0]], points[faces[0, 2]] - points[faces[0, 0]])
    normal /= np.linalg.norm(normal)
    assert not backed(points, faces).any()
    inner = (np.abs(points - points.mean(0)) < 0.03).all(axis=1)
    for away, close in ((0.004, 1.0), (0.05, 0.0)):
        both = np.concatenate([points, points - away * normal])
        found = backed(both, np.concatenate([faces, faces + len(points)]))
        assert (found[: len(points)][inner] == close).all() and (found[len(points) :][inner] == -close).all()


def test_gloss_is_part_of_a_colour():
    """Seen straight on in even light, dull and glossy cloth of one colour throw back the same."""
    face = a_face()
    face = dataclasses.replace(
        face, light=dataclasses.replace(face.light, ambient=np.ones(3), irradiance=0 * face.light.irradiance)
    )
    for grey in (0.06, 0.6):
        dull, glossy = (
            render_layers(
                face,
                a_sheet(),
                {**PLAIN, "colour": [grey] * 3, "sheen": 0.0, "translucency": 0.0, "gloss": gloss},
                RenderConfig(samples=16),
                5,
            )
            for gloss in (0.0, 0.035)
        )
        there = dull.rgba[..., 3] > 0.999
        level = [np.median(layers.rgba[there, 1]) for layers in (dull, glossy)]
        assert level[1] == pytest.approx(level[0], rel=0.06)


def test_thin_cloth_is_lighter_over_another_sheet_than_over_skin():
    sheet, face = a_sheet(), a_face()
    half = sheet.uv[..., 0].mean(axis=1) < 0
    a, b, c = sheet.vertices[sheet.faces[0]]
    normal = np.cross(b - a, c - a)
    lower = sheet.vertices - 0.005 * normal / np.linalg.norm(normal)
    count = len(sheet.vertices)
    both = dataclasses.replace(
        sheet,
        vertices=np.concatenate([sheet.vertices, lower]),
        faces=np.concatenate([sheet.faces, sheet.faces[half] + count]),
        uv=np.concatenate([sheet.uv, sheet.uv[half]]),
        parts=np.concatenate([sheet.parts, sheet.parts[half]]),
    )
    own, leak = 0.7, 0.3
    white = {**PLAIN, "colour": [own] * 3, "back_colour": [own] * 3, "translucency": leak}
    layers = render_layers(face, both, white, RenderConfig(samples=4), 5)
    full, u = layers.rgba[..., 3] > 0.999, layers.uv[..., 0]
    inner = full & (np.abs(layers.uv[..., 1]) < 0.025)
    double, single = (
        np.median(layers.albedo[inner & there], 0) for there in ((u < -0.015) & (u > -0.045), u > 0.02)
    )
    # G. G. Stokes, "On the intensity of the light reflected from or transmitted through a pile of plates",
    # Proceedings of the Royal Society 11 (1862)
    more = (leak * own) ** 2 * (own / (1 - own * own) - SKIN / (1 - own * SKIN))
    np.testing.assert_allclose(double - single, more, atol=0.004)


def test_a_row_of_weld_points_takes_as_much_light_from_any_distance():
    hem = {"kind": "welded", "row_m": 0.010, "rows": 1, "stitch_m": 0.0022, "seams": "plain"}
    material = {**PLAIN, "translucency": 0.0, "hem": hem}
    face, worn, taken = a_face(), a_sheet(cells=48), []
    for finer in (2, 5):
        width = 128 * finer
        near = dataclasses.replace(
            face, camera=dataclasses.replace(face.camera, focal_px=finer * FOCAL, width=width, height=width)
        )
        layers = render_layers(near, worn, material, RenderConfig(samples=4), 5)
        u, v = (np.abs(layers.uv[..., k]) for k in (0, 1))
        row = (layers.rgba[..., 3] > 0.999) & (u < 0.045) & (v > 0.024) & (v < 0.036)
        lost = 1 - layers.albedo[row] / np.array(PLAIN["colour"])
        taken.append(lost.mean())
    assert taken[1] > 0.01 and taken[0] == pytest.approx(taken[1], rel=0.15)
