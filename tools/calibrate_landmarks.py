"""Find where each landmark of a detector lies on the head mesh, and how it strays.

    PYTHONPATH=. python tools/calibrate_landmarks.py sittings/ --backend mediapipe

Portraits of random heads, whose shape, pose and camera are known, are shown to the detector. A landmark's
place is the point of the surface whose images on the nearly frontal portraits lie nearest to where the
detector put it; what is left is its sigma. How it strays from there as the head turns and from person to
person is learned on all of them (tools/landmark_habits.py). Left and right
are found together. No list is made by hand, so any backend gets its table in the same way.
"""

from __future__ import annotations

import argparse
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import landmark_habits as habits
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.optimize import linear_sum_assignment
from scipy.sparse import coo_matrix, csr_matrix

from pipeline.config import FacesConfig
from pipeline.faces.camera import project
from pipeline.faces.detect.backends import load_backend
from pipeline.faces.fit.view import view_of
from pipeline.head.landmarks import FOLDER
from pipeline.head.model import HeadModel, load_head
from pipeline.records import Camera, Float, Int, Photo

TRUTH = ("identity", "expression", "rotation", "translation", "focal_px", "size")  # of a portrait
FRONTAL = np.radians(45)
OUTLIER = 0.005  # m: beyond this a landmark's miss counts ever less (Geman-McClure)
SEEN = 0.1  # mean facing cosine below which a place is too seldom in view
LOOSE = 0.006  # m: a landmark with a larger sigma is unusable
# Landmarks that follow the gaze, by the detectors' own documentation: the head model's eyes do not turn.
IRISES: dict[str, Collection[int]] = {"mediapipe": range(468, 478)}
NEIGHBOURHOOD = 0.025  # m around the rough place of a landmark
PATCH = 0.01  # m around it, tells which portraits show it
LATTICE = np.array([(i, j, 5 - i - j) for i in range(6) for j in range(6 - i)]) / 5  # (21, 3) barycentric


@dataclass(frozen=True)
class Sittings:
    """P portraits and what the detector saw on them."""

    landmarks: Float  # (P, N, 2) px
    identity: Float  # (P, 80)
    expression: Float  # (P, 43)
    rotation: Float  # (P, 3, 3)
    translation: Float  # (P, 3)
    focal_px: Float  # (P,)
    size: Int  # (P, 2) width, height


@dataclass(frozen=True)
class Views:
    """Every vertex as the portraits' cameras see it, in metres at the head's distance."""

    image: Float  # (P, V, 2)
    facing: Float  # (P, V) cosine between normal and line of sight, 0 where turned away
    landmarks: Float  # (P, N, 2)


def observe(folder: Path, backend: str) -> Sittings:
    """Show the portraits of a folder made by tools/sittings.py to a detector; keep those with a face found.

    Raises ValueError when there are none.
    """
    detect = load_backend(FacesConfig(backend=backend))
    rows: list[dict[str, NDArray[np.generic]]] = []
    for picture in sorted(folder.glob("*.png")):
        facts = picture.with_suffix(".npz")
        if not facts.exists():
            continue
        pixels = np.asarray(Image.open(picture).convert("RGB"))
        found = [face for face in detect(Photo("", "", "", pixels, None)) if not face.doubt]
        if found:
            with np.load(facts) as truth:
                row = {name: truth[name] for name in TRUTH}
            row["landmarks"] = max(found, key=lambda face: face.score).landmarks
            rows.append(row)
    if not rows:
        raise ValueError(f"no portrait with a face found in {folder}: make some with tools/sittings.py")
    return Sittings(**{name: np.array([row[name] for row in rows]) for name in rows[0]})


def nearly_frontal(sittings: Sittings) -> Sittings:
    """The portraits turned less than `FRONTAL`, on which a landmark is where its place is seen."""
    views = zip(sittings.rotation, sittings.translation, strict=True)
    keep = np.array([abs(view_of(turn, shift).azimuth) < FRONTAL for turn, shift in views])
    return Sittings(**{name: values[keep] for name, values in vars(sittings).items()})


def habits_of(
    sittings: Sittings, table: Mapping[str, NDArray[np.generic]], head: HeadModel
) -> dict[str, NDArray[np.generic]]:
    """How the landmarks stray from the places of a table, on the same portraits."""
    places = []
    for p in range(len(sittings.landmarks)):
        camera = Camera(float(sittings.focal_px[p]), *(int(n) for n in sittings.size[p]))
        shape = head.shape(sittings.identity[p], sittings.expression[p])
        there = np.einsum("nk,nkd->nd", table["weights"], shape[table["vertices"]])
        places.append(project(there @ sittings.rotation[p].T + sittings.translation[p], camera))
    seen = habits.observe(
        np.array(places),
        sittings.landmarks,
        sittings.rotation,
        sittings.translation,
        sittings.focal_px,
        np.concatenate([sittings.identity, sittings.expression], axis=1),
    )
    partner = table["mirror"].astype(np.int32)
    mirrored = habits.mirror_of_coefficients(head)
    seen = habits.both_ways(seen, partner, mirrored)
    moves = np.concatenate([head.identity_basis, head.expression_basis])
    moves = np.einsum("nc,kncd->knd", table["weights"], moves[:, table["vertices"]])
    return habits.learn(seen, moves, sittings.identity.shape[1], partner, mirrored)


def _sum_to_vertices(head: HeadModel) -> csr_matrix:
    """(V, F) matrix that adds up what belongs to the faces around each vertex."""
    count = len(head.faces)
    rows, columns = head.faces.ravel(), np.repeat(np.arange(count), 3)
    return coo_matrix((np.ones(3 * count), (rows, columns)), shape=(len(head.mean), count)).tocsr()


def view(sittings: Sittings, head: HeadModel) -> Views:
    """Project the true heads."""
    gather = _sum_to_vertices(head)
    images, facings, seen = [], [], []
    for p, landmarks in enumerate(sittings.landmarks):
        camera = Camera(float(sittings.focal_px[p]), *(int(n) for n in sittings.size[p]))
        head_shape = head.shape(sittings.identity[p], sittings.expression[p])
        vertices = head_shape @ sittings.rotation[p].T + sittings.translation[p]
        a, b, c = (vertices[head.faces[:, k]] for k in range(3))
        normals = gather @ np.cross(b - a, c - a)
        sight = -np.einsum("vk,vk->v", normals, vertices)
        sight /= np.linalg.norm(normals, axis=1) * np.linalg.norm(vertices, axis=1) + 1e-12
        metres = sittings.translation[p, 2] / camera.focal_px
        images.append(project(vertices, camera) * metres)
        seen.append(landmarks * metres)
        facings.append(np.clip(sight, 0, 1))
    return Views(np.array(images), np.array(facings), np.array(seen))


def misses(image: Float, seen: Float) -> Float:
    """(P, C) m between candidate places (P, C, 2) and one landmark (P, 2)."""
    return np.asarray(np.linalg.norm(image - seen[:, None], axis=-1))


def cost(miss: Float, shown: Float) -> Float:
    """(C,) mean robust cost of candidates with misses (P, C), portraits counting by `shown` (P,)."""
    return np.asarray(shown @ (miss**2 / (miss**2 + OUTLIER**2)) / shown.sum())


def rough_places(sittings: Sittings) -> Float:
    """(N, 3) m, head frame: where the landmarks would be if all heads were one, by least squares."""
    metres = (sittings.translation[:, 2] / sittings.focal_px)[:, None, None]
    centred = (sittings.landmarks - sittings.size[:, None] / 2) * metres - sittings.translation[:, None, :2]
    design = sittings.rotation[:, :2].reshape(-1, 3)
    observed = centred.transpose(0, 2, 1).reshape(len(design), -1)
    return np.asarray(np.linalg.lstsq(design, observed, rcond=None)[0].T)


def mirror_of(places: Float) -> Int:
    """Which landmark is which on the other side (N,): the one-to-one assignment that moves them least."""
    distance = np.linalg.norm(places[:, None] - places * (-1.0, 1.0, 1.0), axis=-1)
    _, partner = linear_sum_assignment((distance + distance.T) / 2)
    lonely = partner[partner] != np.arange(len(partner))
    partner[lonely] = np.flatnonzero(lonely)
    return partner.astype(np.int32)


def place_landmarks(
    sittings: Sittings, head: HeadModel, irises: Collection[int]
) -> dict[str, NDArray[np.generic]]:
    """The landmark table's arrays, mirror images of each other to the last bit."""
    views = view(sittings, head)
    rough = rough_places(sittings)
    partner = mirror_of(rough)
    count = len(rough)
    skin, eyes = head.regions["skin"], head.regions["eye_left"] | head.regions["eye_right"]

    vertices = np.zeros((count, 3), dtype=np.int32)
    weights = np.zeros((count, 3))
    sigma = np.zeros(count)
    gaze = np.isin(np.arange(count), irises)
    for n in range(count):
        other = partner[n]
        if other < n:
            continue
        part = eyes if gaze[n] else skin
        vertices[n], weights[n] = _find(views, head, n, other, rough[n], part)
        vertices[other], weights[other] = head.mirror[vertices[n]], weights[n]
        sigma[n] = sigma[other] = _spread(views, vertices, weights, (n, other))
    return {
        "vertices": vertices,
        "weights": weights.astype(np.float32),
        "sigma": sigma.astype(np.float32),
        "usable": (sigma <= LOOSE) & ~gaze,
        "mirror": partner,
    }


def _find(
    views: Views, head: HeadModel, n: int, other: int, rough: Float, part: NDArray[np.bool_]
) -> tuple[Int, Float]:
    """Where on a part of the surface landmark `n` (and its mirror image `other`) is explained best.

    Corners (3,) and weights (3,). Raises ValueError when the part is nowhere near.
    """

    anchor = head.mean[part][np.linalg.norm(head.mean[part] - rough, axis=1).argmin()]
    distance = np.linalg.norm(head.mean - anchor, axis=1)
    patch = np.flatnonzero(part & (distance < PATCH))

    def costs(places: Int, lattice: Float) -> Float:
        """(C, L) for points of triangles (C, 3), or of single vertices (C, 1)."""
        total = np.zeros((len(places), len(lattice)))
        for landmark, corners, about in (
            (n, places, patch),
            (other, head.mirror[places], head.mirror[patch]),
        ):
            image = np.einsum("lk,pckd->pcld", lattice, views.image[:, corners])
            miss = misses(image.reshape(len(image), -1, 2), views.landmarks[:, landmark])
            # One weight for all candidates, or those seen rarely would be judged on their best portraits.
            total += cost(miss, views.facing[:, about].mean(1)).reshape(total.shape)
        return total

    near = np.flatnonzero(part & (distance < NEIGHBOURHOOD) & (views.facing.mean(0) > SEEN))
    if not len(near):
        raise ValueError(f"landmark {n} is {NEIGHBOURHOOD} m or more away from its part of the head")
    best = near[np.argsort(costs(near[:, None], np.ones((1, 1)))[:, 0])[:8]]
    around = head.faces[np.isin(head.faces, best).any(1) & part[head.faces].all(1)]
    total = costs(around, LATTICE)
    if other == n:
        across = np.einsum("lk,fk->fl", LATTICE, head.mean[around, 0])
        total = np.where(np.abs(across) < 1e-5, total, np.inf)
    face, point = np.unravel_index(total.argmin(), total.shape)
    return around[face], LATTICE[point]


def _spread(views: Views, vertices: Int, weights: Float, pair: tuple[int, int]) -> float:
    """Robust sigma (m, one axis of the image plane) of a landmark and its partner, where they are seen."""
    distances, importance = [], []
    for n in pair:
        place = np.einsum("k,pkd->pd", weights[n], views.image[:, vertices[n]])
        distances.append(np.linalg.norm(place - views.landmarks[:, n], axis=1))
        importance.append(views.facing[:, vertices[n]] @ weights[n])
    distance, facing = np.concatenate(distances), np.concatenate(importance)
    order = np.argsort(distance)
    share = np.cumsum(facing[order]) / facing.sum()
    # The median of a Rayleigh distribution is 1.1774 of one axis's standard deviation.
    return float(distance[order][np.searchsorted(share, 0.5)] / 1.1774)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path, help="portraits made by tools/sittings.py")
    parser.add_argument("--backend", default="mediapipe")
    parser.add_argument("--detections", type=Path, help="keep what was seen here, or reuse it if it exists")
    parser.add_argument("--output", type=Path, help="default: beside the head model")
    options = parser.parse_args()
    if options.detections and options.detections.exists():
        with np.load(options.detections) as stored:
            sittings = Sittings(**{name: stored[name] for name in (*TRUTH, "landmarks")})
    else:
        sittings = observe(options.folder, options.backend)
        if options.detections:
            np.savez_compressed(options.detections, **vars(sittings))
    head = load_head()
    table = place_landmarks(nearly_frontal(sittings), head, IRISES.get(options.backend, ()))
    table |= habits_of(sittings, table, head)
    np.savez_compressed(options.output or FOLDER / f"landmarks_{options.backend}.npz", **table)
    sigma, usable = np.asarray(table["sigma"]) * 1e3, np.asarray(table["usable"])
    print(f"{options.backend}: a face in {len(sittings.landmarks)} portraits")
    print(f"{usable.sum()} of {len(usable)} landmarks usable")
    quantiles = np.quantile(sigma[usable], (0.05, 0.25, 0.5, 0.75, 0.95)).round(2)
    print(f"sigma of these at 5 25 50 75 95 %: {quantiles} mm; the rest: {np.flatnonzero(~usable).tolist()}")
    for azimuth, spread in zip(table["azimuths"], table["spread"], strict=True):
        print(f"sigma at {np.degrees(azimuth):.0f} degrees: {1e3 * np.median(spread):.2f} mm")


if __name__ == "__main__":
    main()
