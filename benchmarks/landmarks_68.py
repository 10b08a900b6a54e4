"""How far the 68 landmarks of fitted heads lie from the true ones, as such errors are usually told.

NME: mean distance of the 68 points, hidden ones included, over the root of the area of the true points' box
(as for AFLW2000-3D, Zhu et al. 2016). Portraits and their truth are those of `tools/sittings.py`; other ways
to place landmarks can be compared by giving them the same portraits.

    python benchmarks/landmarks_68.py FOLDER
"""

from __future__ import annotations

import argparse
from itertools import pairwise
from pathlib import Path

import numpy as np
from PIL import Image

from pipeline.config import FacesConfig
from pipeline.faces.camera import project
from pipeline.faces.find import find_faces
from pipeline.head.ibug68 import OUTLINE, points_68
from pipeline.head.model import load_head
from pipeline.records import Camera, Float, Photo, Rejected

BINS = (0, 15, 30, 45, 60, 90)


def true_points(file: Path) -> tuple[Float, float]:
    """The true landmarks (68, 2) px of one portrait, and its yaw in degrees."""
    with np.load(file) as truth:
        head = load_head().shape(truth["identity"], truth["expression"])
        vertices = head @ truth["rotation"].T + truth["translation"]
        camera = Camera(float(truth["focal_px"]), *(int(n) for n in truth["size"]))
        return project(points_68(vertices), camera), float(np.degrees(truth["yaw_pitch_roll"][0]))


def found_points(picture: Path, near: Float, config: FacesConfig) -> tuple[Float, str] | None:
    """Landmarks (68, 2) px of the face found nearest to true points, and its verdict."""
    pixels = np.asarray(Image.open(picture).convert("RGB"))
    try:
        faces = find_faces(Photo("0" * 64, picture.name, "", pixels, None), config)
    except Rejected:
        return None
    points = [(project(points_68(face.vertices), face.camera), face.verdict) for face in faces]
    return min(points, key=lambda one: float(np.abs(one[0].mean(axis=0) - near.mean(axis=0)).sum()))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="NNNNN.png and NNNNN.npz")
    parser.add_argument("--most", type=int, default=10**6)
    options = parser.parse_args()
    rows: list[tuple[float, float, float, str]] = []
    for file in sorted(options.folder.glob("*.npz"))[: options.most]:
        truth, yaw = true_points(file)
        size = float(np.sqrt(np.ptp(truth, axis=0).prod()))
        found = found_points(file.with_suffix(".png"), truth, FacesConfig())
        if found is None:
            rows.append((abs(yaw), np.nan, np.nan, "not found"))
            continue
        off = np.linalg.norm(found[0] - truth, axis=1) / size
        rows.append((abs(yaw), float(off.mean()), float(off[OUTLINE:].mean()), found[1]))
    print(
        "|yaw| portraits   ok flagged rejected not found | NME of those ok or flagged: all 68, inner 51 | all"
    )
    for low, high in pairwise(BINS):
        here = [row for row in rows if low <= row[0] < high]
        counts = [sum(row[3] == v for row in here) for v in ("ok", "flagged", "rejected", "not found")]
        used = np.array([row[1:3] for row in here if row[3] in ("ok", "flagged")]).reshape(-1, 2)
        every = np.array([row[1] for row in here if row[3] != "not found"])
        print(
            f"{low:2}-{high:2} {len(here):6}      " + " ".join(f"{n:7}" for n in counts),
            "|", *(f"{value:7.2%}" for value in used.mean(axis=0)), f"| {every.mean():7.2%}",
        )  # fmt: skip


if __name__ == "__main__":
    main()
