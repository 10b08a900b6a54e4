"""Where beards grow on the head model, and the head that a mask over one feels."""

from __future__ import annotations

from functools import cache

import numpy as np
from scipy import sparse

from pipeline.head.model import HeadModel, load_head
from pipeline.head.normals import vertex_normals
from pipeline.ramp import ramp
from pipeline.records import Float

SHORT = 0.4
EVEN = 4  # times the growth of neighbours is evened out, so that no skin passes through itself in a fold


def grow_beard(vertices: Float, length: float) -> Float:
    """The head ``vertices`` (V, 3) m, model order, with a beard in the place of skin.

    ``length`` is how far, in m, it holds a mask off the skin of the chin; under the nose it is SHORT of that.
    """
    if length <= 0:
        return vertices
    head = load_head()
    weight, even = _growth()
    growth = weight[:, None] * vertex_normals(vertices, head.collider_faces)
    for _ in range(EVEN):
        growth = even @ growth
    growth /= np.linalg.norm(growth[head.points["pogonion"]])
    return np.asarray(vertices + length * growth)


@cache
def _growth() -> tuple[Float, sparse.csr_array]:
    """(V,) how far it stands off, over the lips as well; (V, V) means over a vertex and its neighbours."""
    head = load_head()
    faces, count = head.collider_faces, len(head.mean)
    outside = np.zeros(count, bool)
    outside[faces] = True
    levels = [head.mean[head.points[name], 1] for name in ("pogonion", "subnasale")]
    short = np.interp(head.mean[:, 1], levels, [1.0, SHORT])
    weight = np.where(outside, short * beard_weight(head, head.mean), 0.0)
    ends = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    ends = np.unique(np.concatenate([ends, ends[:, ::-1], np.stack([np.arange(count)] * 2, -1)]), axis=0)
    joined = sparse.csr_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(count, count))
    return weight, sparse.csr_array(sparse.diags_array(1 / joined.sum(axis=1)) @ joined)


def beard_weight(head: HeadModel, rest: Float) -> Float:
    """How thick a beard grows, 0..1 (V,), at points ``rest`` (V, 3) m of the mean head."""
    at = {name: head.mean[vertex] for name, vertex in head.points.items()}
    x, y, z = np.abs(rest[:, 0]), rest[:, 1], rest[:, 2]
    # Upper edge: from the sideburn down over the cheek to the corner of the mouth, up to the nose.
    edge = np.interp(
        x, [0.0, 0.012, 0.026, 0.045, 0.066, 0.075], [-0.0505, -0.0515, -0.062, -0.068, -0.045, -0.02]
    )
    jaw = ramp(y, edge + 0.003, edge - 0.006)
    throat = ramp(y + 0.35 * z, at["menton"][1] - 0.045, at["menton"][1] - 0.012)
    front = ramp(z, at["tragion_left"][2] - 0.004, at["tragion_left"][2] + 0.014)
    return np.asarray(jaw * throat * front)
