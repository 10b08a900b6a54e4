"""How far fitted heads are from the truth, on portraits rendered by the project itself.

    PYTHONPATH=. python tools/sittings.py sittings/ --count 150 --seed 7
    PYTHONPATH=. python benchmarks/fit_accuracy.py sittings/

Four errors are told apart, each a mean over a region's vertices, in mm:
  in picture sideways only, of the vertices that face the camera: what an overlay shows
  outline    across the head's outline only, where the region lies on it: a vertex may slide along it
  in place   distance to the true vertex in the camera frame, after one shift along the optical axis
             (distance to the camera is not in the picture: its own error is given as a percentage)
  shape      after the best rotation, shift and scale of the face: the shape alone
Every number is the median over portraits, with the 90th percentile after the stroke.
"""

from __future__ import annotations

import argparse
import resource
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pipeline.config import FacesConfig
from pipeline.faces.camera import project
from pipeline.faces.find import find_faces
from pipeline.head.model import HeadModel, load_head
from pipeline.head.normals import vertex_normals
from pipeline.records import Camera, Face, Float, Photo, Rejected

BINS = ((0, 15), (15, 30), (30, 45), (45, 60), (60, 80))
FRONTAL = 45  # degrees, of the tables by skin, expression and glasses
ON_OUTLINE = 0.25  # cosine between normal and line of sight: within 15 degrees of the outline
SMILES = ("mouthSmileLeft", "mouthSmileRight")


@dataclass(frozen=True)
class Truth:
    """What a portrait's maker knows."""

    picture: Path
    camera: Camera
    yaw_pitch_roll: Float
    vertices: Float
    smile: float  # coefficient, in [0, 1]
    skin: float  # luminance of the albedo
    glasses: bool


@dataclass(frozen=True)
class Outcome:
    truth: Truth
    face: Face
    millimetres: dict[str, dict[str, float]]  # by measure and region


def read(folder: Path) -> Iterator[Truth]:
    """The portraits of a folder made by tools/sittings.py."""
    head = load_head()
    smiles = [head.expression_names.index(name) for name in SMILES]
    for picture in sorted(folder.glob("*.png")):
        with np.load(picture.with_suffix(".npz")) as stored:
            shape = head.shape(stored["identity"], stored["expression"])
            width, height = (int(n) for n in stored["size"])
            yield Truth(
                picture,
                Camera(float(stored["focal_px"]), width, height),
                stored["yaw_pitch_roll"],
                shape @ stored["rotation"].T + stored["translation"],
                float(stored["expression"][smiles].mean()),
                float(stored["skin_albedo"].mean()),
                bool(stored["glasses"]) if "glasses" in stored else False,
            )


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
        "bridge": skin & front & (abs(x) < 0.014) & (y < at("sellion")[1]) & (y > at("pronasale")[1] + 0.006),
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
    normals = vertex_normals(truth.vertices, load_head().faces)
    facing = (normals * -truth.vertices).sum(axis=1) / np.linalg.norm(truth.vertices, axis=1)
    seen = facing > 0.1
    across = (apart * normals[:, :2]).sum(axis=1) / np.maximum(np.linalg.norm(normals[:, :2], axis=1), 1e-9)
    measured = {
        "in picture": np.where(seen, np.linalg.norm(apart, axis=1) / px_per_mm, np.nan),
        "outline": np.where(abs(facing) < ON_OUTLINE, abs(across) / px_per_mm, np.nan),
        "in place": np.linalg.norm(face.vertices + np.array([0, 0, shift]) - truth.vertices, axis=1) * 1e3,
        "shape": np.linalg.norm(scale * face.vertices @ rotation.T + offset - truth.vertices, axis=1) * 1e3,
    }
    return {
        measure: {name: _mean(values[mask]) for name, mask in masks.items()}
        for measure, values in measured.items()
    }


def _mean(values: Float) -> float:
    values = values[np.isfinite(values)]
    return float(values.mean()) if len(values) else float("nan")


def fit(truths: list[Truth]) -> list[Outcome]:
    """The faces found on the portraits; those that are rejected are counted and left out."""
    masks = regions(load_head())
    found: list[Outcome] = []
    rejected: list[tuple[float, str]] = []
    before = resource.getrusage(resource.RUSAGE_SELF)
    for truth in truths:
        pixels = np.asarray(Image.open(truth.picture).convert("RGB"))
        try:
            faces = find_faces(Photo("0" * 64, "", "", pixels, None), FacesConfig())
        except Rejected as none:
            rejected.append((_yaw(truth), none.reason))
            continue
        face = max(faces, key=lambda f: float((f.box[2:] - f.box[:2]).prod()))
        if face.verdict == "rejected":
            rejected.append((_yaw(truth), face.reason))
            continue
        found.append(Outcome(truth, face, errors(truth, face, masks)))
    after = resource.getrusage(resource.RUSAGE_SELF)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"{len(truths)} portraits, {len(rejected)} rejected, {1e3 * spent / len(truths):.0f} ms CPU each")
    for yaw, reason in sorted(rejected):
        print(f"  rejected at yaw {yaw:.0f}: {reason}")
    return found


def _yaw(truth: Truth) -> float:
    return float(abs(np.degrees(truth.yaw_pitch_roll[0])))


def show(name: str, group: list[Outcome], measures: tuple[str, ...]) -> None:
    """One row of a table: errors of a group of portraits."""
    if not group:
        return
    turned = np.degrees([one.face.yaw_pitch_roll - one.truth.yaw_pitch_roll for one in group])
    turned = (turned + 180) % 360 - 180
    outward = turned[:, 0] * [np.sign(one.truth.yaw_pitch_roll[0]) for one in group]
    distance = [abs(np.log(one.face.translation[2] / one.truth.vertices[:, 2].mean())) for one in group]
    angles = ", ".join(
        f"{angle} {_quantiles(abs(turned[:, column]))}"
        for column, angle in enumerate(("yaw", "pitch", "roll"))
    )
    ok = sum(one.face.verdict == "ok" for one in group)
    print(
        f"{name}: {len(group)} faces ({ok} ok); degrees: {angles}, outward {np.median(outward):+.1f}; ",
        end="",
    )
    residual = [one.face.residual_mm for one in group]
    print(f"distance {np.median(distance):.0%}; residual {_quantiles(np.array(residual))} mm")
    for measure in measures:
        places = group[0].millimetres[measure]
        cells = (
            f"{place} {_quantiles(np.array([one.millimetres[measure][place] for one in group]))}"
            for place in places
        )
        print(f"    {measure:10} " + "  ".join(cells))


def _quantiles(values: Float) -> str:
    if np.isnan(values).all():
        return "-"
    return "{:.1f}/{:.1f}".format(*np.nanquantile(values, (0.5, 0.9)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path, help="portraits made by tools/sittings.py")
    found = fit(list(read(parser.parse_args().folder)))
    for low, high in BINS:
        group = [one for one in found if low <= _yaw(one.truth) < high]
        show(f"yaw {low}-{high}", group, ("in picture", "outline", "in place", "shape"))
    frontal = [one for one in found if _yaw(one.truth) < FRONTAL]
    tones = np.quantile([one.truth.skin for one in frontal], (1 / 3, 2 / 3))
    groups: dict[str, Callable[[Truth], bool]] = {
        "dark skin": lambda truth: truth.skin < tones[0],
        "middling skin": lambda truth: bool(tones[0] <= truth.skin <= tones[1]),
        "light skin": lambda truth: truth.skin > tones[1],
        "smile": lambda truth: truth.smile > 0.3,
        "no smile": lambda truth: truth.smile <= 0.3,
        "glasses": lambda truth: truth.glasses,
        "no glasses": lambda truth: not truth.glasses,
    }
    print(f"Turned less than {FRONTAL} degrees:")
    for name, belongs in groups.items():
        show(name, [one for one in frontal if belongs(one.truth)], ("in picture",))


if __name__ == "__main__":
    main()
