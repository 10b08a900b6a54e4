"""The head model that ships with the package and the landmark tables on it."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from pipeline.faces.camera import from_euler
from pipeline.head.landmarks import load_landmarks
from pipeline.head.model import MODEL_FILE, load_head

FLIP = np.array([-1.0, 1.0, 1.0])
HEAD = load_head()
TOOLS = Path(__file__).parents[2] / "tools"


def tool(name: str) -> ModuleType:
    """A module of tools/, which is not part of the package."""
    spec = importlib.util.spec_from_file_location(name, TOOLS / f"{name}.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def test_the_file_is_small_and_the_shapes_agree() -> None:
    count = len(HEAD.mean)
    assert MODEL_FILE.stat().st_size <= 3e6
    assert HEAD.identity_basis.shape == (80, count, 3)
    assert HEAD.expression_basis.shape == (43, count, 3) == (len(HEAD.expression_names), count, 3)
    assert HEAD.uv.shape == (*HEAD.faces.shape, 2)
    assert set(np.unique(HEAD.faces)) == set(range(count))


def test_the_frame_is_metres_with_the_origin_between_the_eyes() -> None:
    left, right = (HEAD.mean[HEAD.regions[f"eye_{side}"]].mean(0) for side in ("left", "right"))
    np.testing.assert_allclose((left + right) / 2, 0, atol=1e-6)
    assert left[0] > right[0]
    at = {name: HEAD.mean[vertex] for name, vertex in HEAD.points.items()}
    # Means of adults of both sexes in the ANSUR II survey are 63, 137, 119 and 193 mm.
    for one, other, low, high in (
        ("pupil_left", "pupil_right", 0.058, 0.066),
        ("zygion_left", "zygion_right", 0.130, 0.148),
        ("sellion", "menton", 0.105, 0.125),
        ("glabella", "opisthocranion", 0.180, 0.210),
    ):
        assert low < np.linalg.norm(at[one] - at[other]) < high, (one, other)
    assert at["pronasale"][2] == HEAD.mean[:, 2].max()
    heights = [
        at[n][1] for n in ("vertex", "glabella", "sellion", "pronasale", "subnasale", "pogonion", "menton")
    ]
    assert heights == sorted(heights, reverse=True)


def test_the_mirror_is_an_involution_and_the_mean_is_symmetric() -> None:
    np.testing.assert_array_equal(HEAD.mirror[HEAD.mirror], np.arange(len(HEAD.mean)))
    np.testing.assert_allclose(HEAD.mean[HEAD.mirror] * FLIP, HEAD.mean, atol=1e-6)
    mirrored = {frozenset(face) for face in HEAD.mirror[HEAD.faces].tolist()}
    same = np.mean([frozenset(face) in mirrored for face in HEAD.faces.tolist()])
    assert same > 0.95  # a quad across the midline has no symmetric diagonal


def test_each_identity_mode_is_symmetric_or_antisymmetric() -> None:
    flipped = HEAD.identity_basis[:, HEAD.mirror] * FLIP
    size = np.linalg.norm(HEAD.identity_basis, axis=(1, 2))
    agreement = np.einsum("kvd,kvd->k", flipped, HEAD.identity_basis) / size**2
    np.testing.assert_allclose(np.abs(agreement), 1, atol=1e-3)


def test_left_and_right_expressions_mirror_each_other() -> None:
    index = {name: k for k, name in enumerate(HEAD.expression_names)}
    pairs = [name for name in index if name.endswith("Left") and name != "jawLeft" and name != "mouthLeft"]
    assert len(pairs) >= 12
    for name in pairs:
        left = HEAD.expression_basis[index[name]]
        right = HEAD.expression_basis[index[name.removesuffix("Left") + "Right"]]
        off = np.linalg.norm(right[HEAD.mirror] * FLIP - left)
        assert off < 0.35 * np.linalg.norm(left), name


def test_identity_modes_are_orthogonal_in_the_metric_they_were_made_in() -> None:
    anatomy = tool("anatomy")
    ears = HEAD.regions["ear_left"] | HEAD.regions["ear_right"]
    weight = anatomy.face_weight(HEAD.mean, HEAD.faces, HEAD.regions["skin"], ears)
    modes = (HEAD.identity_basis * np.sqrt(weight)[:, None]).reshape(80, -1)
    modes /= np.linalg.norm(modes, axis=1, keepdims=True)
    np.testing.assert_allclose(modes @ modes.T, np.eye(80), atol=0.02)


def test_modes_are_in_standard_deviations_of_a_lifelike_population() -> None:
    rng = np.random.default_rng(0)
    zygions = [HEAD.points["zygion_left"], HEAD.points["zygion_right"]]
    heads = [HEAD.shape(rng.standard_normal(80), np.zeros(43))[zygions] for _ in range(200)]
    breadth = np.linalg.norm(np.diff(np.array(heads), axis=1)[:, 0], axis=1)
    assert 0.04 < breadth.std() / breadth.mean() < 0.08


def test_coefficients_are_recovered_from_their_shape() -> None:
    rng = np.random.default_rng(1)
    identity, expression = rng.standard_normal(80), rng.uniform(0, 0.5, 43)
    shape = HEAD.shape(identity, expression)
    basis = np.concatenate([HEAD.identity_basis, HEAD.expression_basis]).reshape(123, -1).T
    found, *_ = np.linalg.lstsq(basis, (shape - HEAD.mean).ravel(), rcond=None)
    np.testing.assert_allclose(found, np.concatenate([identity, expression]), atol=1e-6)


def test_the_surface_is_wound_outwards_and_open_only_at_the_collar() -> None:
    skull = HEAD.regions["scalp"][HEAD.faces].all(1)
    a, b, c = (HEAD.mean[HEAD.faces[skull, k]] for k in range(3))
    middle = HEAD.mean[HEAD.regions["scalp"]].mean(0)
    outward = np.einsum("fk,fk->f", np.cross(b - a, c - a), a - middle)
    assert (outward > 0).all()

    edges = np.sort(np.concatenate([HEAD.faces[:, [k, (k + 1) % 3]] for k in range(3)]), axis=1)
    keys, uses = np.unique(edges, axis=0, return_counts=True)
    assert uses.max() == 2
    skin_border = np.unique(keys[uses == 1])
    skin_border = skin_border[HEAD.regions["skin"][skin_border]]
    assert (HEAD.mean[skin_border, 1] < -0.12).all()


def test_regions_are_there_and_do_not_overlap() -> None:
    apart = ("skin", "eye_left", "eye_right", "mouth_cavity")
    total = sum(HEAD.regions[name].astype(int) for name in apart)
    np.testing.assert_array_equal(total, 1)
    for name in ("ear_left", "ear_right", "neck", "lips", "scalp", "eyelids", "brows", "teeth"):
        assert HEAD.regions[name].sum() > 20, name
    np.testing.assert_array_equal(HEAD.regions["ear_left"][HEAD.mirror], HEAD.regions["ear_right"])
    assert not HEAD.regions["mouth_cavity"][HEAD.collider_faces].any()


def test_the_ear_sulcus_runs_down_behind_the_ear() -> None:
    for side, sign in (("left", 1), ("right", -1)):
        path = HEAD.mean[getattr(HEAD, f"ear_sulcus_{side}")]
        ear = HEAD.mean[HEAD.regions[f"ear_{side}"]]
        assert (sign * path[:, 0] > 0.05).all()
        assert path[0, 1] - path[-1, 1] > 0.035
        assert np.median(path[:, 2]) < ear[:, 2].mean()
        steps = np.linalg.norm(np.diff(path, axis=0), axis=1)
        assert steps.max() < 0.012


def test_the_model_cannot_be_changed_by_a_caller() -> None:
    with pytest.raises(ValueError, match="read-only"):
        HEAD.mean[0] = 0


def test_landmarks_mirror_each_other_and_sit_where_they_should() -> None:
    table = load_landmarks("mediapipe")
    places = table.positions(HEAD.mean)
    np.testing.assert_array_equal(table.mirror[table.mirror], np.arange(468))
    np.testing.assert_allclose(places[table.mirror] * FLIP, places, atol=1e-6)
    np.testing.assert_array_equal(table.sigma[table.mirror], table.sigma)
    np.testing.assert_allclose(table.weights.sum(1), 1, atol=1e-6)
    assert table.usable.sum() > 400
    assert (table.sigma[table.usable] < 0.006).all()
    for landmark, point in (
        (1, "pronasale"),
        (152, "menton"),
        (61, "cheilion_right"),
        (291, "cheilion_left"),
        (33, "exocanthion_right"),
        (263, "exocanthion_left"),
    ):
        assert np.linalg.norm(places[landmark] - HEAD.mean[HEAD.points[point]]) < 0.009, point


def test_calibration_finds_landmarks_where_they_were_put() -> None:
    tool("landmark_habits")
    calibrate = tool("calibrate_landmarks")
    rng = np.random.default_rng(5)
    names = ["pronasale", "menton", "subnasale"]
    for pair in ("exocanthion", "cheilion", "zygion", "alare", "endocanthion", "pupil"):
        names += [f"{pair}_left", f"{pair}_right"]
    true = [HEAD.points[name] for name in names]
    count, noise = 90, 0.001
    identity = rng.normal(0, 0.8, (count, 80))
    expression = rng.uniform(0, 0.2, (count, 43))
    angles = rng.uniform(-1, 1, (count, 3)) * (0.7, 0.3, 0.1)
    rotation = np.array([from_euler(*a) for a in angles])
    translation = np.column_stack([rng.normal(0, 0.03, (count, 2)), rng.uniform(0.6, 1.5, count)])
    focal, size = 500 * translation[:, 2], np.tile([272, 320], (count, 1))
    heads = [HEAD.shape(i, e)[true] for i, e in zip(identity, expression, strict=True)]
    seen = np.einsum("pij,pnj->pni", rotation, heads) + translation[:, None]
    seen[..., :2] += rng.normal(0, noise, seen[..., :2].shape) * (seen[..., 2:] / translation[:, None, 2:])
    pixels = focal[:, None, None] * seen[..., :2] / seen[..., 2:] + size[:, None] / 2

    sittings = calibrate.Sittings(pixels, identity, expression, rotation, translation, focal, size)
    table = calibrate.place_landmarks(
        sittings, HEAD, irises=[n for n, name in enumerate(names) if "pupil" in name]
    )

    partner = [
        names.index(n.replace("left", "#").replace("right", "left").replace("#", "right")) for n in names
    ]
    np.testing.assert_array_equal(table["mirror"], partner)
    places = np.einsum("nk,nkd->nd", table["weights"], HEAD.mean[table["vertices"]])
    assert np.linalg.norm(places - HEAD.mean[true], axis=1).max() < 0.0015
    np.testing.assert_allclose(table["sigma"], noise, rtol=0.25)
    np.testing.assert_array_equal(table["usable"], ["pupil" not in name for name in names])


def test_a_backend_without_a_table_is_named() -> None:
    with pytest.raises(FileNotFoundError, match="nobody"):
        load_landmarks("nobody")
