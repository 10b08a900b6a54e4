"""The people, who do not exist, on whom the gallery shows masks."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from pipeline.head.model import load_head
from pipeline.records import Float
from pipeline.studio.person import Person, draw_person


@dataclass(frozen=True)
class Sitter:
    """Somebody drawn from the head model and the wardrobes of `pipeline.studio`."""

    name: str
    seed: int
    scale: float = 1.0  # of the whole head
    stray: float = 1.0  # share of the way from the mean head to the one that was drawn

    def person(self) -> Person:
        drawn = draw_person(np.random.default_rng([self.seed]))
        return replace(drawn, identity_coefficients=self.stray * drawn.identity_coefficients)

    def head(self) -> Float:
        """(V, 3) m, head frame."""
        model = load_head()
        calm = np.zeros(len(model.expression_names))
        return np.asarray(self.scale * model.shape(self.person().identity_coefficients, calm))


# Chosen by eye among sixty: tones of skin, ages, hair, narrow and broad faces.
CAST = (
    Sitter("a woman in a roll-neck", 22),
    Sitter("a man in a white shirt", 50),
    Sitter("an elderly woman", 39, 0.97),
    Sitter("a child", 25, 0.84, 0.5),
    Sitter("a woman with long hair", 29),
    Sitter("a man with glasses", 37),
    Sitter("a man with stubble", 40, 1.03),
)
