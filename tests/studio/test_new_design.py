"""A design that the library has never seen, given as nothing but the text of a file, becomes a worn mask."""

import numpy as np
import pytest

bpy = pytest.importorskip("bpy")

from pipeline.assets import asset_folder  # noqa: E402
from pipeline.head.model import load_head  # noqa: E402
from pipeline.masks.checks import check_drape  # noqa: E402
from pipeline.masks.collider import head_collider  # noqa: E402
from pipeline.masks.library import parse_design  # noqa: E402
from pipeline.masks.place.place import place_mask  # noqa: E402
from pipeline.records import PARTS, Rejected  # noqa: E402
from pipeline.studio.cloth import SETTINGS, drape  # noqa: E402

THREE_PANELS = """construction:
  kind: panels
  drawn_for: L
  panels:
    front:                            # a broad middle panel, and a side panel on either side of it
      cut: on the fold
      corners: {top_inner: [0, 62], top_outer: [34, 50], bottom_outer: [40, -54], bottom_inner: [0, -64]}
      outer: [[46, 26], [52, -4], [50, -32]]
    cheek:
      cut: twice
      corners: {top_inner: [44, 50], top_outer: [112, 34], bottom_outer: [108, -28], bottom_inner: [50, -54]}
      inner: [[34.8, 26], [32.2, -4], [37.4, -32]]
  seams:
    - sews: [front.outer, cheek.inner]
  easing: 0.04
  opened: {width_mm: 140}
  hem_mm: 6
  seam_mm: 4
"""


@pytest.mark.slow
def test_a_design_of_yaml_alone_is_worn():
    text = (asset_folder("mask_library") / "cloth_two_panel.yaml").read_text(encoding="utf-8")
    text = text[: text.index("construction:")] + THREE_PANELS + text[text.index("fasteners:") :]
    design = parse_design("three_panels", text)
    vertices = load_head().mean
    under = head_collider(vertices)
    down = np.array([0.0, -1.0, 0.0])
    for attempt in range(len(SETTINGS)):
        rest = place_mask(design, vertices, down, "correct", np.random.default_rng(attempt))
        result = drape(rest, under.vertices, under.faces, down, attempt)
        try:
            worn = check_drape(rest, result.vertices, under, result.motion)
            break
        except Rejected:
            if attempt + 1 == len(SETTINGS):
                raise
    assert worn.design == "three_panels"
    assert len(rest.patches) == 3  # the front, and a cheek on each side
    assert {PARTS[part] for part in np.unique(worn.parts)} == {"panel", "edge", "loop"}
