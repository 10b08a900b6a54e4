"""Named points and areas of the mean head, found once from its geometry and MPFB2's paintings."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

Float = NDArray[np.float64]
Bool = NDArray[np.bool_]
Ids = NDArray[np.int64]


def vertex_normals(vertices: Float, faces: Ids) -> tuple[Float, Float]:
    """Unit normals (V, 3) and the area (V,) m2 that belongs to each vertex."""
    a, b, c = (vertices[faces[:, k]] for k in range(3))
    cross = np.cross(b - a, c - a)
    normals, areas = np.zeros_like(vertices), np.zeros(len(vertices))
    for k in range(3):
        np.add.at(normals, faces[:, k], cross)
        np.add.at(areas, faces[:, k], np.linalg.norm(cross, axis=1) / 6)
    return normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12), areas


def face_weight(mean: Float, faces: Ids, skin: Bool, ears: Bool) -> Float:
    """(V,) what a square metre there counts in alignment and components: 1 on the face, less elsewhere.

    A photo shows the face; the skull under hair and the shoulders must not use up components.
    """
    _, area = vertex_normals(mean, faces)
    y, z = mean[:, 1], mean[:, 2]
    front = skin & (z > -0.075) & (y > -0.13) & (y < 0.085)
    factor = np.where(front, 1.0, np.where(y > -0.11, 0.15, 0.03))
    factor = np.where(ears, 0.6, np.where(skin, factor, 0.1))
    return np.asarray(area * factor / area.mean())


def find_points(
    mean: Float, faces: Ids, mirror: Ids, skin: Bool, lips: Bool, eyelids: Bool, ears: Bool, eye_left: Bool
) -> dict[str, int]:
    """Vertex ids of anthropometric points (Farkas 1994 names); `_left` is the subject's left, x > 0."""
    x, y, z = mean.T

    def best(score: Float, mask: Bool) -> int:
        return int(np.argmax(np.where(mask, score, -np.inf)))

    midline = skin & (mirror == np.arange(len(mean))) & (z > -0.03)
    points: dict[str, int] = {}
    points["pronasale"] = nose = best(z, midline & (y < -0.01) & (y > -0.06))
    points["glabella"] = brow = best(z, midline & (y > 0.012) & (y < 0.04))

    def hollow(top: int, bottom: int) -> int:
        """The midline vertex farthest behind the chord between two others."""
        chord = mean[bottom] - mean[top]
        normal = np.array([0.0, -chord[2], chord[1]])
        depth = (mean - mean[top]) @ (normal / np.linalg.norm(normal))
        return best(depth, midline & (y < y[top]) & (y > y[bottom]))

    points["sellion"] = hollow(brow, nose)
    points["labiale_superius"] = upper = best(y, midline & lips)
    points["labiale_inferius"] = lower = best(-y, midline & lips)
    points["subnasale"] = hollow(nose, upper)
    points["pogonion"] = chin = best(z, midline & (y < y[lower] - 0.012) & (y > y[lower] - 0.05))
    points["sublabiale"] = hollow(lower, chin)
    below = midline & (y < y[chin] + 0.005) & (z > z[chin] - 0.04)
    points["gnathion"] = best(z - y, below)
    points["menton"] = best(0.35 * z - y, below)
    points["vertex"] = best(y, skin)
    points["opisthocranion"] = best(-z, skin & (y > -0.02))

    left = x > 1e-4
    sides: dict[str, int] = {}
    sides["pupil"] = best(z, eye_left)
    sides["exocanthion"] = best(x, eyelids & left)
    sides["endocanthion"] = best(-x, eyelids & left)
    sides["cheilion"] = best(x, lips & left)
    nostril = skin & left & (x < 0.03) & (y > y[points["subnasale"]] + 0.003) & (y < y[nose] + 0.006)
    sides["alare"] = best(x + 1.2 * z, nostril & (z < z[nose] - 0.012))
    ear = ears & left
    top, bottom = y[ear].max(), y[ear].min()
    attached = np.zeros(len(mean), dtype=bool)
    mixed = faces[ear[faces].any(1) & (skin & ~ears)[faces].any(1)]
    attached[mixed] = True
    attached &= ear
    middle = attached & (np.abs(y - (0.55 * top + 0.45 * bottom)) < 0.25 * (top - bottom))
    sides["tragion"] = tragion = best(z, middle)
    cheek = skin & ~ears & left & (z > z[tragion] + 0.008) & (y < 0.002) & (y > -0.04)
    sides["zygion"] = best(x, cheek)
    jaw = (
        skin
        & ~ears
        & left
        & (y < bottom + 0.01)
        & (y > y[points["menton"]] + 0.01)
        & (z > z[tragion] - 0.005)
    )
    sides["gonion"] = best(x - 0.5 * y - 0.45 * z, jaw)
    for name, vertex in sides.items():
        points[f"{name}_left"] = vertex
        points[f"{name}_right"] = int(mirror[vertex])
    return points


def ear_sulcus(mean: Float, faces: Ids, skin: Bool, ears: Bool, tragion: int) -> list[int]:
    """Vertices of the left ear's sulcus, top to bottom: the crease behind the ear where a loop lies.

    It is the cheapest path between the ear's upper and lower root, where cost falls with concavity.
    """
    normals, _ = vertex_normals(mean, faces)
    edges = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    edges = edges[(edges[:, 0] < edges[:, 1])]
    step = mean[edges[:, 1]] - mean[edges[:, 0]]
    length = np.linalg.norm(step, axis=1)
    bend = np.einsum("ek,ek->e", normals[edges[:, 1]] - normals[edges[:, 0]], step) / length**2
    concavity = np.zeros(len(mean))
    count = np.zeros(len(mean))
    for k in range(2):
        np.add.at(concavity, edges[:, k], -bend)
        np.add.at(count, edges[:, k], 1)
    concavity /= np.maximum(count, 1)

    ear = mean[ears & (mean[:, 0] > 0)]
    near = skin & ~ears & (mean[:, 0] > 0) & (cKDTree(ear).query(mean)[0] < 0.01)
    near &= mean[:, 2] < mean[tragion, 2] - 0.006
    crease = np.flatnonzero(near & (concavity > 10.0))
    start = crease[np.argmax(mean[crease] @ (0.0, 1.0, 0.7))]
    end = crease[np.argmin(mean[crease] @ (0.0, 1.0, -0.3))]
    cost = length * np.exp(-0.015 * np.clip(concavity[edges].mean(1), -100, 150))
    allowed = near[edges].all(1)
    graph = coo_matrix((cost[allowed], edges[allowed].T), shape=(len(mean), len(mean)))
    _, previous = dijkstra(graph, directed=False, indices=start, return_predecessors=True)
    path = [int(end)]
    while path[-1] != start:
        path.append(int(previous[path[-1]]))
    return path[::-1]


def areas(mean: Float, skin: Bool, points: dict[str, int]) -> dict[str, Bool]:
    """Areas that MPFB2 has no painting of: neck, scalp (where hair grows) and eyebrows."""
    x, y, z = mean.T
    menton, gonion, tragion = (mean[points[n]] for n in ("menton", "gonion_left", "tragion_left"))
    back = mean[points["opisthocranion"]]
    jaw_line = np.interp(
        z,
        [back[2], tragion[2], gonion[2], menton[2]],
        [tragion[1] - 0.065, tragion[1] - 0.045, gonion[1] - 0.006, menton[1] - 0.004],
    )
    neck = skin & (y < jaw_line)
    hairline = np.interp(
        z,
        [back[2], tragion[2] - 0.03, tragion[2] - 0.01, tragion[2] + 0.012, tragion[2] + 0.05, 0.02],
        [tragion[1] - 0.045, tragion[1] - 0.03, tragion[1] + 0.0, tragion[1] + 0.01, 0.055, 0.07],
    )
    scalp = skin & (y > hairline)
    along = (np.abs(x) - 0.012) / 0.04
    arch = 0.0165 + 0.016 * np.clip(along, 0, 1) - 0.016 * np.clip(along, 0, 1) ** 2
    brows = skin & (along > 0) & (along < 1) & (np.abs(y - arch) < 0.006) & (z > -0.03)
    return {"neck": neck, "scalp": scalp, "brows": brows}
