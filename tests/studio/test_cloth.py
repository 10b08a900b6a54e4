"""The whole way of one mask: placed, draped by Blender, checked."""

import hashlib
import re
import subprocess
import sys
from itertools import product

import numpy as np
import pytest

bpy = pytest.importorskip("bpy")

from pipeline.head.model import load_head  # noqa: E402
from pipeline.masks.checks import check_drape  # noqa: E402
from pipeline.masks.collider import head_collider  # noqa: E402
from pipeline.masks.library import load_design  # noqa: E402
from pipeline.masks.place.place import place_mask  # noqa: E402
from pipeline.masks.proximity import closest, prepare  # noqa: E402
from pipeline.records import PARTS, Rejected  # noqa: E402
from pipeline.studio import cloth  # noqa: E402
from pipeline.studio.cloth import SETTINGS, Drape, drape  # noqa: E402

DOWN = np.array([0.0, -1.0, 0.0])


def worn(seed, expression=(), gravity=DOWN, attempt=0):
    head = load_head()
    rng = np.random.default_rng(seed)
    expressed = np.zeros(43)
    for name in expression:
        expressed[head.expression_names.index(name)] = 0.8
    vertices = head.shape(rng.normal(size=80) * (seed > 0), expressed)
    rest = place_mask(load_design("surgical"), vertices, gravity, "correct", rng)
    under = head_collider(vertices)
    result = drape(rest, under.vertices, under.faces, gravity, attempt)
    return vertices, check_drape(rest, result.vertices, under, result.motion)


def worn_at_last(seed, **circumstances):
    """As the flow does it: the next settings where the first drape fails its checks."""
    for attempt in range(len(SETTINGS) - 1):
        try:
            return worn(seed, **circumstances, attempt=attempt)
        except Rejected:
            continue
    return worn(seed, **circumstances, attempt=len(SETTINGS) - 1)


def check(vertices, mask):
    head = load_head()
    checks = mask.checks
    assert checks["penetration_mm"] <= 0.3
    assert checks["motion_mm"] < 0.02
    assert checks["p99_stretch"] <= 0.03
    assert checks["self_penetration_mm"] <= 1
    assert checks["edge_gap_mm"] <= 3
    assert checks["bridge_gap_mm"] < 8
    under = head_collider(vertices)
    skin = prepare(under.vertices, under.faces)
    corners = mask.vertices[mask.faces[mask.parts != PARTS.index("loop")]]
    inner = np.concatenate([corners.mean(1), (corners[:, 0] + corners[:, 1]) / 2])
    assert closest(skin, inner, 0.004).distance.min() > -0.0003
    loop = np.unique(mask.faces[mask.parts == PARTS.index("loop")])
    assert closest(skin, mask.vertices[loop], 0.004).distance.min() > -0.0005
    # the loops pass behind both ears
    for crease in (head.ear_sulcus_left, head.ear_sulcus_right):
        behind = vertices[crease][vertices[crease][:, 2].argmin()]
        assert np.linalg.norm(mask.vertices[loop] - behind, axis=1).min() < 0.006


@pytest.mark.slow
def test_mask_comes_to_rest_outside_the_mean_head_and_leaves_the_session_as_it_was():
    before = [len(bpy.data.scenes), len(bpy.data.objects), len(bpy.data.meshes), len(bpy.data.actions)]
    before.append(len(bpy.data.shape_keys))
    vertices, mask = worn(0)
    check(vertices, mask)
    after = [len(bpy.data.scenes), len(bpy.data.objects), len(bpy.data.meshes), len(bpy.data.actions)]
    assert before == [*after, len(bpy.data.shape_keys)]


@pytest.mark.slow
def test_open_mouth_and_head_bowed_forward():
    tilted = np.array([0.0, -np.cos(0.6), np.sin(0.6)])
    # A face 15 cm long from brow to chin: a small share of adults, with the mouth wide open.
    check(*worn_at_last(3, expression=("jawOpen",), gravity=tilted))


@pytest.mark.slow
def test_drape_is_bitwise_equal_across_processes():
    script = (
        "import hashlib, numpy as np\n"
        "from pipeline.head.model import load_head\n"
        "from pipeline.masks.library import load_design\n"
        "from pipeline.masks.place.place import place_mask\n"
        "from pipeline.studio.cloth import drape\n"
        "head, down = load_head(), np.array([0.0, -1.0, 0.0])\n"
        "rest = place_mask(load_design('surgical'), head.mean, down, 'correct', np.random.default_rng(1))\n"
        "drape_ = drape(rest, head.mean, head.collider_faces, down)\n"
        "print(hashlib.sha256(drape_.vertices.tobytes()).hexdigest(), flush=True)\n"
        "import os; os._exit(0)\n"
    )
    head = load_head()
    rest = place_mask(load_design("surgical"), head.mean, DOWN, "correct", np.random.default_rng(1))
    here = hashlib.sha256(drape(rest, head.mean, head.collider_faces, DOWN).vertices.tobytes()).hexdigest()
    other = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert other.stdout.split()[-1] == here


def test_a_mask_inside_the_head_is_rejected():
    head = load_head()
    rest = place_mask(load_design("surgical"), head.mean, DOWN, "correct", np.random.default_rng(1))
    with pytest.raises(Rejected, match=r"slid|inside|stretched|crumpled"):
        check_drape(rest, rest.start_vertices - [0, 0.05, 0.03], head_collider(head.mean), 0.0)


def test_blender_knows_that_the_drag_comes_before_the_cloth(tmp_path, monkeypatch):
    # where it does not, its threads settle which of the two is first, and now and then a drape differs
    graph = tmp_path / "graph.dot"

    def run(scene, mask, count, rest, solver, watch):
        scene.frame_set(2)
        scene.view_layers[0].depsgraph.debug_relations_graphviz(filepath=str(graph))
        return Drape(rest.start_vertices, 0.0, 2)

    monkeypatch.setattr(cloth, "_run", run)
    head = load_head()
    rest = place_mask(load_design("surgical"), head.mean, DOWN, "correct", np.random.default_rng(1))
    drape(rest, head.mean, head.collider_faces, DOWN)
    text = graph.read_text()
    animated, moved = (
        re.findall(rf'"(\d+)" \[[^\]]*label="{name}\(', text)
        for name in ("ANIMATION_EXIT", "GEOMETRY_EVAL_INIT")
    )
    assert animated and moved
    assert set(re.findall(r'"(\d+)" -> "(\d+)"', text)) & set(product(animated, moved))
