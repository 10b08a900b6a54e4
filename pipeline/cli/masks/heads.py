"""The generated heads that the gallery shows masks on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.head.model import load_head
from pipeline.records import Float

SIGMA = 0.85  # how far heads stray from the mean one


@dataclass(frozen=True)
class Dummy:
    """One bald head."""

    name: str
    seed: int  # of its shape; 0 is the mean head
    scale: float
    melanin: float  # 0 very light skin ... 1 very dark

    def vertices(self) -> Float:
        """(V, 3) m, head frame."""
        model = load_head()
        identity = np.random.default_rng(self.seed).normal(0, SIGMA, len(model.identity_basis))
        shape = model.shape(identity * (self.seed > 0), np.zeros(len(model.expression_names)))
        return np.asarray(shape * self.scale)


# Narrow, long and broad are extremes among 120 draws, by the width of the cheekbones over the height from
# sellion to chin: 1.27, 1.11 and 1.54 against 1.34 of the mean head.
DUMMIES = (
    Dummy("mean head", 0, 1.0, 0.25),
    Dummy("narrow and small", 8, 1.0, 0.05),
    Dummy("long", 55, 1.0, 0.9),
    Dummy("broad and large", 102, 1.0, 0.55),
    Dummy("child-sized", 0, 0.82, 0.4),
)
