"""Find where each landmark of a detector lies on the head mesh, and how surely.

Portraits of random heads, whose shape and pose are known, are shown to the detector; each landmark is
cast back onto the head it came from, and its places on all heads are summarised by a robust median,
left and right together. No list is made by hand, so any backend gets its table in the same way.
Run `python tools/calibrate_landmarks.py --help`; it needs bpy.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from scipy.spatial import cKDTree

from pipeline.faces.landmarks import load_backend
from pipeline.head.landmarks import FOLDER
from pipeline.head.model import HeadModel, load_head
from pipeline.records import Camera, Float, Int
from pipeline.studio.portrait import PLAIN, render_portrait

GRAZING = 0.25  # cosine: a landmark seen flatter than this is at the silhouette, not at its place
RARE = 0.25  # of the portraits: a landmark that hits the head less often is unusable
LOOSE = 0.006  # m: one whose spread is larger is unusable


@dataclass(frozen=True)
class Hits:
    """Places on the mean head where landmarks were seen; NaN where a ray met nothing."""

    points: Float  # (P, N, 3) m
    yaw: Float  # (P,) rad


def cast(landmarks: Float, vertices: Float, faces: Int, camera: Camera) -> tuple[Int, Float]:
    """First triangle (N,) hit from outside by the ray through each pixel (N, 2), -1 for none; weights (N, 3).

    Möller and Trumbore (1997), all rays against all triangles that face the pinhole.
    """
    centre = (camera.width / 2, camera.height / 2)
    rays = np.column_stack([(landmarks - centre) / camera.focal_px, np.ones(len(landmarks))])
    a, b, c = (vertices[faces[:, k]] for k in range(3))
    normals = np.cross(b - a, c - a)
    outward = np.einsum("fk,fk->f", normals, a)
    cosine = -outward / (np.linalg.norm(normals, axis=1) * np.linalg.norm(a, axis=1))
    front = np.flatnonzero(cosine > GRAZING)
    # The plane of each triangle: depth along the ray, then the three signed volumes as weights.
    corners = (a[front], b[front], c[front])
    volumes = [np.cross(corners[(k + 2) % 3], corners[(k + 1) % 3]) @ rays.T for k in range(3)]
    weights = np.stack(volumes, axis=-1)  # (F', N, 3)
    total = weights.sum(-1)
    inside = (weights >= 0).all(-1) & (total > 0)
    depth = np.where(inside, -outward[front, None] / np.maximum(total, 1e-30), np.inf)
    nearest = depth.argmin(0)
    hit = np.isfinite(depth.min(0))
    index = np.where(hit, front[nearest], -1)
    chosen = weights[nearest, np.arange(len(rays))]
    return index.astype(np.int32), chosen / np.maximum(chosen.sum(-1, keepdims=True), 1e-30)


def observe(backend: str, count: int, seed: int, head: HeadModel) -> Hits:
    """Render `count` portraits, up to 45 degrees turned, and cast what the detector finds onto them."""
    detect = load_backend(backend)
    sitting = replace(PLAIN, yaw=45.0, pitch=18.0)
    points, yaws = [], []
    for child in np.random.SeedSequence(seed).spawn(count):
        portrait = render_portrait(np.random.default_rng(child), sitting)
        found = detect(portrait.pixels)
        if not found:
            continue
        landmarks = max(found, key=lambda face: face.score).landmarks
        triangle, weights = cast(landmarks, portrait.vertices, head.collider_faces, portrait.camera)
        place = np.einsum("nk,nkd->nd", weights, head.mean[head.collider_faces[triangle]])
        points.append(np.where(triangle[:, None] >= 0, place, np.nan))
        yaws.append(portrait.yaw_pitch_roll[0])
    return Hits(np.array(points), np.array(yaws))


def robust_centre(points: Float) -> Float:
    """Geometric median (3,) of points (P, 3) by Weiszfeld's iteration; NaN rows are left out."""
    points = points[np.isfinite(points).all(1)]
    centre = np.median(points, axis=0) if len(points) else np.full(3, np.nan)
    for _ in range(30):
        if not len(points):
            break
        near = 1 / np.maximum(np.linalg.norm(points - centre, axis=1), 1e-5)
        centre = near @ points / near.sum()
    return np.asarray(centre)


def mirror_of(centres: Float) -> Int:
    """Which landmark is which on the other side (N,): the one-to-one assignment that moves them least."""
    flipped = centres * (-1.0, 1.0, 1.0)
    cost = np.linalg.norm(centres[:, None] - flipped, axis=-1)
    cost = np.minimum(np.nan_to_num((cost + cost.T) / 2, nan=0.05), 0.05)
    _, partner = linear_sum_assignment(cost)
    lonely = partner[partner] != np.arange(len(partner))
    partner[lonely] = np.flatnonzero(lonely)
    return partner.astype(np.int32)


def nearest_on(point: Float, vertices: Float, faces: Int) -> tuple[Int, Float]:
    """Corner vertices (3,) and weights (3,) of the point of the mesh nearest to `point` (3,)."""
    centres = vertices[faces].mean(1)
    _, near = cKDTree(centres).query(point, k=40)
    a, b, c = (vertices[faces[near, k]] for k in range(3))
    u, v, w = b - a, c - a, point - a
    uu, uv, vv = (np.einsum("fk,fk->f", p, q) for p, q in ((u, u), (u, v), (v, v)))
    wu, wv = (np.einsum("fk,fk->f", w, q) for q in (u, v))
    area = np.maximum(uu * vv - uv**2, 1e-30)
    weights = np.stack([(vv * wu - uv * wv) / area, (uu * wv - uv * wu) / area], axis=1)
    weights = np.clip(np.column_stack([1 - weights.sum(1), weights]), 0, None)
    weights /= weights.sum(1, keepdims=True)
    place = np.einsum("fk,fkd->fd", weights, vertices[faces[near]])
    best = np.linalg.norm(place - point, axis=1).argmin()
    return faces[near[best]], weights[best]


def summarise(hits: Hits, head: HeadModel) -> dict[str, NDArray[np.generic]]:
    """The landmark table's arrays, mirror images of each other to the last bit."""
    count = hits.points.shape[1]
    partner = mirror_of(np.array([robust_centre(hits.points[:, n]) for n in range(count)]))
    skin = head.faces[head.regions["skin"][head.faces].all(1)]
    eyes = head.regions["eye_left"] | head.regions["eye_right"]
    eyeballs = head.faces[eyes[head.faces].all(1)]
    eye_tree, eye_ids = cKDTree(head.mean[eyes]), np.flatnonzero(eyes)
    skin_tree = cKDTree(head.mean[np.unique(skin)])

    vertices = np.zeros((count, 3), dtype=np.int32)
    weights = np.tile([1.0, 0.0, 0.0], (count, 1))
    sigma = np.full(count, np.inf)
    seen = np.zeros(count)
    for n in range(count):
        other = partner[n]
        if other < n:
            continue
        sample = np.concatenate([hits.points[:, n], hits.points[:, other] * (-1.0, 1.0, 1.0)])
        sample = sample[np.isfinite(sample).all(1)]
        seen[n] = seen[other] = len(sample) / (2 * len(hits.points))
        if not len(sample):
            continue
        # Only the iris lies on the eyeball; a lid's landmark often falls through the opening.
        on_eye = eye_tree.query(sample)[0] < skin_tree.query(sample)[0]
        faces = eyeballs if on_eye.mean() > 0.8 else skin
        centre = robust_centre(sample)
        if other == n:
            centre = centre * (0.0, 1.0, 1.0)
        vertices[n], weights[n] = nearest_on(centre, head.mean, faces)
        vertices[other], weights[other] = head.mirror[vertices[n]], weights[n]
        place = weights[n] @ head.mean[vertices[n]]
        # The median of a Rayleigh distribution is 1.1774 of one axis's standard deviation.
        sigma[n] = sigma[other] = np.median(np.linalg.norm(sample - place, axis=1)) / 1.1774
    del eye_ids
    return {
        "vertices": vertices,
        "weights": weights.astype(np.float32),
        "sigma": sigma.astype(np.float32),
        "usable": (seen >= RARE) & (sigma <= LOOSE),
        "mirror": partner,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--backend", default="mediapipe")
    parser.add_argument("--portraits", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--hits", type=Path, help="keep the cast landmarks here, or reuse them if it exists")
    parser.add_argument("--output", type=Path, help="default: beside the head model")
    options = parser.parse_args()
    head = load_head()
    if options.hits and options.hits.exists():
        with np.load(options.hits) as stored:
            hits = Hits(stored["points"], stored["yaw"])
    else:
        hits = observe(options.backend, options.portraits, options.seed, head)
        if options.hits:
            np.savez_compressed(options.hits, points=hits.points, yaw=hits.yaw)
    table = summarise(hits, head)
    np.savez_compressed(options.output or FOLDER / f"landmarks_{options.backend}.npz", **table)
    sigma, usable = table["sigma"] * 1e3, table["usable"]
    print(f"{options.backend}: a face in {len(hits.points)} of {options.portraits} portraits")
    print(f"{usable.sum()} of {len(usable)} landmarks usable")
    print("sigma of these, mm, at 5 25 50 75 95 %:", np.quantile(sigma[usable], (0.05, 0.25, 0.5, 0.75, 0.95)).round(2))
    print("unusable:", np.flatnonzero(~usable).tolist())


if __name__ == "__main__":
    main()
