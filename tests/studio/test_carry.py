"""A drape that Blender settled on a head of the bank, carried to other heads."""

import numpy as np
import pytest

bpy = pytest.importorskip("bpy")

from pipeline.draping import real_draping  # noqa: E402
from pipeline.head.model import load_head  # noqa: E402
from pipeline.masks.balance import AS_DESIGNED, Choice  # noqa: E402
from pipeline.masks.carry import bank  # noqa: E402
from pipeline.masks.carry.references import nearest_shape  # noqa: E402
from pipeline.masks.collider import bare_ground  # noqa: E402
from pipeline.masks.library import load_design  # noqa: E402

DOWN = np.array([0.0, -1.0, 0.0])


@pytest.mark.slow
def test_a_drape_of_the_bank_passes_on_other_heads_what_a_simulated_one_must(tmp_path, monkeypatch):
    monkeypatch.setenv("MASKDRAPE_DRAPES", str(tmp_path))
    head, draping = load_head(), real_draping()
    choice = Choice("surgical", "correct", AS_DESIGNED)
    smile = np.zeros(43)
    for name in ("mouthSmileLeft", "mouthSmileRight"):
        smile[head.expression_names.index(name)] = 0.8
    some = [head.shape(0.7 * np.random.default_rng(6).normal(size=80), smile), head.mean * [0.95, 1, 1]]
    assert {nearest_shape(load_design("surgical"), "L", vertices) for vertices in some} == {0}
    shapes = []
    for vertices in (*some, some[0]):
        rest, draped, motion = draping.carry(
            choice, bare_ground(vertices), DOWN, np.random.default_rng(1), tmp_path
        )
        worn = draping.check(rest, draped, bare_ground(vertices), motion)
        assert worn.checks["penetration_mm"] == 0
        shapes.append(draped.tobytes())
        bank._bound.cache_clear()  # the next one is read from disk
    assert shapes[0] == shapes[2] and shapes[0] != shapes[1]
    assert len(list(tmp_path.glob("??/*.npz"))) == 1
