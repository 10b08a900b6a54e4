"""Place the 68 landmarks of iBUG (Sagonas et al. 2013) on the head mesh, and write their tables.

Eyes, nose and mouth lie at anthropometric points of the head where these exist, else where the calibrated
mediapipe table has the landmark that stands for them. The jaw line runs from before the ear, at the height
of the eyes, along the calibrated face oval to the underside of the chin, in steps of equal length.

2D annotations follow the visible outline instead, which on a turned head is another part of the skin. So
each point of the jaw line also gets a chain of places, running from it over the skin towards the middle of
the face, square to the jaw line; the outermost one in the picture is where the outline passes
(`pipeline.head.ibug68`).

Nobody's photos are needed, and the same head and mediapipe table give the same bytes. Run it again after
either has changed: `python -m tools.build_ibug68`.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from pipeline.head.landmarks import FOLDER, load_landmarks
from pipeline.head.model import HeadModel, load_head

Float = NDArray[np.float64]
Ids = NDArray[np.int64]
Place = tuple[tuple[int, int, int], tuple[float, float, float]]  # corners of a triangle, weights

# Landmarks 17 to 67 by mediapipe's points, as is usual; a text is an anthropometric point instead.
INNER: tuple[int | str, ...] = (
    *(70, 63, 105, 66, 107),
    *(336, 296, 334, 293, 300),
    *("sellion", "bridge 1", "bridge 2", "pronasale"),
    *(98, 97, "subnasale", 326, 327),
    *("exocanthion_right", 160, 158, "endocanthion_right", 153, 144),
    *("endocanthion_left", 385, 387, "exocanthion_left", 373, 380),
    *("cheilion_right", 39, 37, "labiale_superius", 267, 269),
    *("cheilion_left", 405, 314, "labiale_inferius", 84, 181),
    *(78, 82, 13, 312, 308, 317, 14, 87),
)
OVAL = (389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152)  # left side, downwards
MIRROR = (
    *(16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0),
    *(26, 25, 24, 23, 22, 21, 20, 19, 18, 17, 27, 28, 29, 30, 35, 34, 33, 32, 31),
    *(45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40),
    *(54, 53, 52, 51, 50, 49, 48, 59, 58, 57, 56, 55, 64, 63, 62, 61, 60, 67, 66, 65),
)
CHAIN = 28  # places of a chain
CHAIN_LENGTH = 0.085  # m
CHIN_CHAIN_LENGTH = 0.03
# People agree on inner points to about 2 mm, along the outline to about 5 (Sagonas et al. 2016).
# A network's spread has to be added; no network was at hand to measure it: larger by assumption.
SIGMA = {
    "ibug68": (0.002, 0.005, "people's annotations, or detectors trained on them; not measured"),
    "fan2d": (0.003, 0.006, "face_alignment 2DFAN-4; not measured: its weights were not at hand"),
    "fan3d": (0.003, 0.006, "face_alignment 3DFAN-4; not measured: its weights were not at hand"),
}


def build() -> dict[str, NDArray[np.generic]]:
    """Arrays that all three tables share."""
    head = load_head()
    jaw = _jaw_line(head)
    left = [_nearest(head, point) for point in jaw]
    places = [_mirrored(head, place) for place in left[:8]]
    places += [left[8], *reversed(left[:8])]
    places += _inner(head)
    chains = [_chain(head, left[i], jaw[i + 1] - jaw[i - 1] if i else jaw[1] - jaw[0]) for i in range(8)]
    outline = [[_mirrored(head, place) for place in chain] for chain in chains]
    outline += [_chin_chain(head), *reversed(chains)]
    return {
        "vertices": np.array([corners for corners, _ in places], np.int32),
        "weights": np.array([weights for _, weights in places], np.float32),
        "mirror": np.array(MIRROR, np.int32),
        "usable": np.ones(68, bool),
        "outline_vertices": np.array([[corners for corners, _ in chain] for chain in outline], np.int32),
        "outline_weights": np.array([[weights for _, weights in chain] for chain in outline], np.float32),
    }


def _jaw_line(head: HeadModel) -> Float:
    """(9, 3) m: landmarks 16 down to 8, the left half, before they are laid on the mesh."""
    oval = load_landmarks("mediapipe").positions(head.mean)[list(OVAL)]
    length = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(oval, axis=0), axis=1))])
    fine = np.linspace(0, length[-1], 400)
    curve = np.stack([np.interp(fine, length, oval[:, k]) for k in range(3)], axis=1)
    eyes = head.mean[head.points["exocanthion_left"], 1]
    curve = curve[curve[:, 1] <= eyes]
    return np.asarray(curve[np.linspace(0, len(curve) - 1, 9).round().astype(int)])


def _inner(head: HeadModel) -> list[Place]:
    table = load_landmarks("mediapipe")
    sellion, tip = head.mean[head.points["sellion"]], head.mean[head.points["pronasale"]]
    between = {"bridge 1": (2 * sellion + tip) / 3, "bridge 2": (sellion + 2 * tip) / 3}
    places: list[Place] = []
    for name in INNER:
        if isinstance(name, int):
            a, b, c = (int(v) for v in table.vertices[name])
            u, v, w = (float(x) for x in table.weights[name])
            places.append(((a, b, c), (u, v, w)))
        elif name in between:
            places.append(_on_midline(head, between[name]))
        else:
            places.append(_at_vertex(head, head.points[name]))
    return places


def _at_vertex(head: HeadModel, vertex: int) -> Place:
    others = [int(v) for v in head.faces[(head.faces == vertex).any(axis=1)][0] if v != vertex]
    return (vertex, others[0], others[1]), (1.0, 0.0, 0.0)


def _on_midline(head: HeadModel, point: Float) -> Place:
    """The place on the midline of the nose at the height of a point."""
    line = _midline(head, head.points["pronasale"], head.points["sellion"])
    heights = head.mean[line, 1]
    above = int(np.clip(np.searchsorted(heights, point[1]), 1, len(line) - 1))
    a, b = int(line[above - 1]), int(line[above])
    weight = (point[1] - head.mean[a, 1]) / (head.mean[b, 1] - head.mean[a, 1])
    return (a, b, b), (float(1 - weight), float(weight), 0.0)


def _midline(head: HeadModel, low: int, high: int) -> Ids:
    """Vertices on the front of the midline between two of them, upwards."""
    y, z = head.mean[:, 1], head.mean[:, 2]
    middle = head.regions["skin"] & (head.mirror == np.arange(len(head.mean))) & (z > -0.005)
    middle &= (y >= y[low]) & (y <= y[high])
    found = np.flatnonzero(middle)
    return np.asarray(found[np.argsort(y[found])])


def _nearest(head: HeadModel, point: Float) -> Place:
    """The place on the skin of the mean face nearest to a point, to a fraction of a triangle's edge."""
    face = _face(head)
    steps = np.array([(i, j, 8 - i - j) for i in range(9) for j in range(9 - i)]) / 8
    near = face[cKDTree(head.mean[face].mean(axis=1)).query(point, 24)[1]]
    spots = np.einsum("lk,fkd->fld", steps, head.mean[near])
    away = np.linalg.norm(spots - point, axis=2)
    if abs(point[0]) < 1e-4:
        away = np.where(np.abs(spots[..., 0]) < 1e-6, away, np.inf)
    triangle, step = np.unravel_index(away.argmin(), away.shape)
    a, b, c = (int(v) for v in near[triangle])
    u, v, w = (float(x) for x in steps[step])
    return (a, b, c), (u, v, w)


def _face(head: HeadModel) -> Ids:
    """Triangles (n, 3) of skin without ears."""
    ears = head.regions["ear_left"] | head.regions["ear_right"]
    return np.asarray(head.faces[(head.regions["skin"] & ~ears)[head.faces].all(axis=1)], dtype=np.int64)


def _mirrored(head: HeadModel, place: Place) -> Place:
    a, b, c = (int(head.mirror[v]) for v in place[0])
    return (a, b, c), place[1]


def _chain(head: HeadModel, start: Place, along: Float) -> list[Place]:
    """CHAIN places from `start` towards the middle of the face, in the plane square to the jaw line.

    The plane cuts edges of the mesh; the cuts are walked from triangle to triangle.
    """
    normal = along / np.linalg.norm(along)
    corners, weights = np.array(start[0]), np.array(start[1])
    origin = weights @ head.mean[corners]
    height = (head.mean - origin) @ normal
    height[height == 0] = 1e-12  # a vertex in the plane would be two cuts in one
    face = _face(head)
    cut = face[(height[face] > 0).any(axis=1) & (height[face] < 0).any(axis=1)]
    beside: dict[tuple[int, int], list[int]] = {}
    for index, triangle in enumerate(cut):
        for edge in _cut_edges(triangle, height):
            beside.setdefault(edge, []).append(index)

    def spot(edge: tuple[int, int]) -> Float:
        share = height[edge[0]] / (height[edge[0]] - height[edge[1]])
        return np.asarray((1 - share) * head.mean[edge[0]] + share * head.mean[edge[1]])

    spots = {edge: spot(edge) for edge in beside}
    ahead = [edge for edge in beside if spots[edge][2] > origin[2] and abs(spots[edge][0]) < abs(origin[0])]
    here = min(ahead, key=lambda edge: float(np.linalg.norm(spots[edge] - origin)))
    walked, triangle = [here], -1
    while True:
        onward = [t for t in beside[walked[-1]] if t != triangle]
        if len(walked) == 1:  # of the two ways, the one that leads forward
            onward = sorted(onward, key=lambda t: -_other(cut[t], here, height, spots)[1][2])
        if not onward:
            break
        triangle = onward[0]
        edge, where = _other(cut[triangle], walked[-1], height, spots)
        if where[0] < 0.004 or edge in walked:
            break
        walked.append(edge)
    line = np.array([origin, *(spots[edge] for edge in walked)])
    places = [start]
    for edge in walked:
        share = float(height[edge[0]] / (height[edge[0]] - height[edge[1]]))
        places.append(((edge[0], edge[1], edge[1]), (1 - share, share, 0.0)))
    return _spread(places, line, CHAIN_LENGTH)


def _cut_edges(triangle: Ids, height: Float) -> list[tuple[int, int]]:
    a, b, c = (int(v) for v in triangle)
    pairs = ((min(p, q), max(p, q)) for p, q in ((a, b), (b, c), (c, a)))
    return [(p, q) for p, q in pairs if (height[p] > 0) != (height[q] > 0)]


def _other(
    triangle: Ids, edge: tuple[int, int], height: Float, spots: dict[tuple[int, int], Float]
) -> tuple[tuple[int, int], Float]:
    other = next(e for e in _cut_edges(triangle, height) if e != edge)
    return other, spots[other]


def _spread(places: list[Place], line: Float, length: float) -> list[Place]:
    """CHAIN of the places, about evenly spaced over the first `length` m of their line (n, 3)."""
    run = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    wanted = np.linspace(0, min(length, float(run[-1])), CHAIN)
    return [places[int(np.abs(run - distance).argmin())] for distance in wanted]


def _chin_chain(head: HeadModel) -> list[Place]:
    """Up the midline, from the underside of the chin towards the lower lip."""
    underside = _nearest(head, _jaw_line(head)[-1])
    low = int(underside[0][int(np.argmax(underside[1]))])
    line = _midline(head, low, head.points["sublabiale"])
    return _spread(
        [underside, *(_at_vertex(head, int(v)) for v in line[1:])],
        np.array([np.array(underside[1]) @ head.mean[list(underside[0])], *head.mean[line[1:]]]),
        CHIN_CHAIN_LENGTH,
    )


def main(folder: Path = FOLDER) -> None:
    shared = build()
    for name, (inner, jaw, provenance) in SIGMA.items():
        sigma = np.where(np.arange(68) < 17, jaw, inner).astype(np.float32)
        np.savez_compressed(
            folder / f"landmarks_{name}.npz", **shared, sigma=sigma, provenance=np.array(provenance)
        )
        print(f"landmarks_{name}.npz: {provenance}")


if __name__ == "__main__":
    main()
