"""How far fitted heads are from the truth, on portraits rendered by the project itself.

    python benchmarks/fit_accuracy.py --count 60

Three errors are told apart, each a mean over a region's vertices, the median over portraits, in mm:
  in place   distance to the true vertex in the camera frame, after one shift along the optical axis
             (distance to the camera is not in the picture: its own error is given as a percentage)
  shape      after the best rotation, shift and scale of the face: the shape alone
  in picture sideways only, of the vertices that face the camera: what an overlay shows
"""

from __future__ import annotations

import resource
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import typer
from numpy.typing import NDArray

from pipeline.config import FacesConfig
from pipeline.faces.camera import project
from pipeline.faces.find import find_faces
from pipeline.faces.fit.head_fit import vertex_normals
from pipeline.head.model import HeadModel, load_head
from pipeline.records import Camera, Face, Float, Photo, Rejected

BINS = ((0, 15), (15, 30), (30, 45), (45, 60), (60, 75))


@dataclass(frozen=True)
class Truth:
    """What a portrait's maker knows."""

    pixels: NDArray[np.uint8]
    camera: Camera
    rotation: Float
    yaw_pitch_roll: Float
    vertices: Float


def regions(head: HeadModel) -> dict[str, NDArray[np.bool_]]:
    """Vertex masks (V,) of the places that carry a mask, on the mean head."""
    mean, skin = head.mean, head.regions["skin"].copy()
    for other in ("ear_left", "ear_right", "scalp", "neck"):
        skin &= ~head.regions[other]
    x, y, z = mean.T

    def at(name: str) -> Float:
        return np.asarray(mean[head.points[name]])

    def around(*names: str) -> NDArray[np.bool_]:
        near = np.min([np.linalg.norm(mean - at(n), axis=1) for n in names], axis=0) < 0.02
        return np.asarray(near, dtype=bool)

    front = z > at("tragion_left")[2] + 0.03
    return {
        "nose bridge": skin
        & front
        & (abs(x) < 0.014)
        & (y < at("sellion")[1])
        & (y > at("pronasale")[1] + 0.006),
        "cheeks": skin & front & (abs(x) > 0.03) & (y < -0.02) & (y > at("cheilion_left")[1]),
        "chin": skin & around("pogonion"),
        "jaw": skin & around("gonion_left", "gonion_right"),
        "ears": head.regions["ear_left"] | head.regions["ear_right"],
        "face": skin & front & (y < 0.05),
    }


def similarity(points: Float, onto: Float) -> tuple[float, Float, Float]:
    """Scale, rotation (3, 3), shift (3,) that bring points (n, 3) nearest to `onto` (Umeyama 1991)."""
    here, there = points.mean(axis=0), onto.mean(axis=0)
    left, singular, right = np.linalg.svd((onto - there).T @ (points - here))
    sign = np.array([1, 1, np.sign(np.linalg.det(left @ right))])
    rotation = (left * sign) @ right
    scale = float((singular * sign).sum() / ((points - here) ** 2).sum())
    return scale, rotation, there - scale * rotation @ here


def errors(truth: Truth, face: Face, masks: dict[str, NDArray[np.bool_]]) -> dict[str, dict[str, float]]:
    """Mean error in mm by measure and region."""
    front = masks["face"]
    shift = (truth.vertices - face.vertices)[front, 2].mean()
    scale, rotation, offset = similarity(face.vertices[front], truth.vertices[front])
    px_per_mm = truth.camera.focal_px / truth.vertices[front, 2].mean() / 1e3
    apart = project(face.vertices, face.camera) - project(truth.vertices, truth.camera)
    towards = vertex_normals(truth.vertices, load_head().faces) * -truth.vertices
    seen = towards.sum(axis=1) > 0.1 * np.linalg.norm(truth.vertices, axis=1)
    measured = {
        "in place": np.linalg.norm(face.vertices + np.array([0, 0, shift]) - truth.vertices, axis=1) * 1e3,
        "shape": np.linalg.norm(scale * face.vertices @ rotation.T + offset - truth.vertices, axis=1) * 1e3,
        "in picture": np.where(seen, np.linalg.norm(apart, axis=1) / px_per_mm, np.nan),
    }
    return {
        measure: {name: _mean(values[mask]) for name, mask in masks.items()}
        for measure, values in measured.items()
    }


def _mean(values: Float) -> float:
    values = values[np.isfinite(values)]
    return float(values.mean()) if len(values) else float("nan")


def report(truths: Sequence[Truth]) -> None:
    """Fit every portrait and print the table by absolute yaw."""
    masks = regions(load_head())
    rows: list[tuple[Truth, Face]] = []
    lost = 0
    before = resource.getrusage(resource.RUSAGE_SELF)
    for truth in truths:
        try:
            faces = find_faces(Photo("0" * 64, "", "", truth.pixels, None), FacesConfig())
        except Rejected:
            lost += 1
            continue
        rows.append((truth, max(faces, key=lambda f: float((f.box[2:] - f.box[:2]).prod()))))
    after = resource.getrusage(resource.RUSAGE_SELF)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(
        f"{len(truths)} portraits, {lost} without a face found, {1e3 * spent / len(truths):.0f} ms CPU each"
    )
    for low, high in BINS:
        group = [(t, f) for t, f in rows if low <= abs(np.degrees(t.yaw_pitch_roll[0])) < high]
        if not group:
            continue
        turned = np.degrees([f.yaw_pitch_roll - t.yaw_pitch_roll for t, f in group])
        outward = np.median(turned[:, 0] * [np.sign(t.yaw_pitch_roll[0]) for t, _ in group])
        verdicts = [f.verdict for _, f in group]
        distance = [abs(np.log(f.translation[2] / t.vertices[:, 2].mean())) for t, f in group]
        yaw, pitch, roll = np.median(abs(turned), axis=0)
        print(
            f"yaw {low}-{high}: {len(group)} faces ({verdicts.count('ok')} ok), median error in degrees: "
            f"yaw {yaw:.1f} (outward {outward:+.1f}), pitch {pitch:.1f} ({np.median(turned[:, 1]):+.1f}), "
            f"roll {roll:.1f}; distance {np.median(distance):.0%}; "
            f"landmark residual {np.median([f.residual_mm for _, f in group]):.2f} mm"
        )
        found = [errors(t, f, masks) for t, f in group]
        for measure in found[0]:
            means = {name: np.nanmedian([one[measure][name] for one in found]) for name in masks}
            print(f"    {measure:10} " + "  ".join(f"{name} {value:.1f}" for name, value in means.items()))


def main(count: int = 60, yaw: float = 70.0, seed: int = 7) -> None:
    """Render `count` portraits turned up to `yaw` degrees, fit them, print errors."""
    from pipeline.studio.portrait import PLAIN, render_portrait

    sitting = replace(PLAIN, yaw=yaw, pitch=15.0)
    truths = []
    for child in np.random.SeedSequence(seed).spawn(count):
        made = render_portrait(np.random.default_rng(child), sitting)
        truths.append(Truth(made.pixels, made.camera, made.rotation, made.yaw_pitch_roll, made.vertices))
    report(truths)


if __name__ == "__main__":
    typer.run(main)
