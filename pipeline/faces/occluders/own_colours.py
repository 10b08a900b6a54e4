"""What a photo's own colours say of the cells that the network is not sure of.

The density of examples at a colour is told by the distance of the k-th nearest of them: D. Loftsgaarden,
C. Quesenberry, Ann. Math. Statist. 36 (1965). Colours (n, n, 3) are those of `features`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from pipeline.records import Float

Cells = NDArray[np.bool_]

SURELY = 0.75  # chance that makes a cell an example
EXAMPLES = 40  # of each kind; with fewer, colours tell nothing
NEIGHBOUR = 4
SAME = 0.03  # colours nearer than that are the same; the unit is two stops
STRANGE = 0.1  # where no other example is as near, a colour is as likely a thing's, which may have any
TRUST = (
    2.0  # of three dimensions of colour: neighbours' colours are alike, and tell less than independent ones
)
MOST = 6.0  # ratio of distances: a larger one shows only how odd a colour is
LEAST = 0.02  # chance that no colour raises, or, from one, lowers


def like_others(chance: Float, colours: Float, bare: Cells, inside: Cells) -> Float:
    """The ``chance`` (n, n) of hair, which looks like that which is sure: higher where the colour is its,
    lower where it is that of ``bare`` cells (n, n), the same where it is either's. inside (n, n): the photo.
    """
    own = colours[inside & (chance > SURELY)]
    if min(len(own), np.count_nonzero(bare)) < EXAMPLES:
        return chance
    asked = inside & (chance > LEAST)
    return _told(chance, asked, _distance(colours[bare], colours[asked]) / _distance(own, colours[asked]))


def unlike_the_face(chance: Float, colours: Float, bare: Cells, inside: Cells) -> Float:
    """The ``chance`` (n, n) of a thing of any colour: higher where no ``bare`` cell (n, n) is like it."""
    if np.count_nonzero(bare) < EXAMPLES:
        return chance
    asked = inside & (chance > LEAST)
    return _told(chance, asked, _distance(colours[bare], colours[asked]) / STRANGE)


def _distance(examples: Float, colours: Float) -> Float:
    distance, _ = cKDTree(examples).query(colours, k=[NEIGHBOUR])
    return np.maximum(np.asarray(distance)[:, 0], SAME)


def _told(chance: Float, asked: Cells, ratio: Float) -> Float:
    before = np.clip(chance[asked], LEAST, 1 - LEAST)
    after = chance.copy()
    after[asked] = 1 / (1 + (1 / before - 1) * np.minimum(ratio, MOST) ** -TRUST)
    return after
