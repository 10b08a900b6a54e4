"""People who do not exist: what is drawn about one of them before any photo is taken."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.head.model import load_head
from pipeline.records import Float
from pipeline.studio.clothes import Shirt, draw_shirt
from pipeline.studio.eyes import Eyes, draw_eyes
from pipeline.studio.glasses import Glasses, draw_glasses
from pipeline.studio.hair import Hairdo, draw_hairdo
from pipeline.studio.skin import Complexion, draw_complexion


@dataclass(frozen=True)
class Person:
    """One identity: the shape of the head and everything that is seen on it."""

    identity_coefficients: Float  # (80,) in standard deviations
    complexion: Complexion
    hairdo: Hairdo
    eyes: Eyes
    shirt: Shirt
    glasses: Glasses | None = None


def draw_person(rng: np.random.Generator, sigma: float = 0.85, glasses: float = 0.25) -> Person:
    """A random person; ``sigma`` scales how far heads stray from the mean one.

    ``glasses`` is the share of people who wear them; nobody's other features depend on it.
    """
    identity = rng.normal(0, sigma, len(load_head().identity_basis))
    # All tones of skin about equally often; hair and eyes go with it.
    melanin = float(rng.uniform(0.02, 0.95))
    colour = _draw_hair_colour(rng, melanin)
    hairdo = draw_hairdo(rng, colour)
    # Beard shadows belong to those who do not also wear long hair, to keep most faces likely ones.
    beardless = hairdo.style == "long"
    complexion = draw_complexion(rng, melanin, colour, beardless=beardless)
    eyes, shirt = draw_eyes(rng, melanin), draw_shirt(rng)
    optician = np.random.default_rng(rng.integers(2**63))
    worn = draw_glasses(optician) if optician.random() < glasses else None
    return Person(identity, complexion, hairdo, eyes, shirt, worn)


def _draw_hair_colour(rng: np.random.Generator, melanin: float) -> Float:
    """Linear RGB (3,): black and dark brown, lighter only with lighter skin, now and then grey."""
    dark = np.array([[0.010, 0.007, 0.005], [0.030, 0.016, 0.009], [0.060, 0.030, 0.015]])
    fair = np.array([[0.12, 0.065, 0.03], [0.30, 0.19, 0.09], [0.16, 0.05, 0.02]])
    palette = np.concatenate([dark, fair]) if rng.random() > 2.5 * melanin else dark
    colour = rng.dirichlet(np.full(len(palette), 0.5)) @ palette
    grey = max(0.0, rng.uniform(-3.0, 1.0))
    return (1 - grey) * colour + grey * np.array([0.28, 0.265, 0.25])


def draw_expression(rng: np.random.Generator, amount: float) -> Float:
    """Coefficients (43,): a smile or a mixture of small movements, sides nearly alike.

    ``amount`` in 0..1 is the share of people who smile, and scales every movement.
    """
    names = load_head().expression_names
    values = dict.fromkeys(names, 0.0)

    def raise_to(stem: str, value: float) -> None:
        for name in (stem, stem + "Left", stem + "Right"):
            if name in values:
                values[name] = float(np.clip(values[name] + value * rng.uniform(0.85, 1.15), 0, 1))

    smile = rng.random() < amount
    strength = rng.uniform(0.2, 0.7) * amount * 2
    stray = rng.choice([s for s in names if not s.endswith(("Left", "Right"))], 2, replace=False)
    small = rng.uniform(0, 0.25, 2) * amount
    if smile:
        raise_to("mouthSmile", strength)
        raise_to("cheekSquint", 0.6 * strength)
        raise_to("eyeSquint", 0.3 * strength)
    for name, value in zip(stray, small, strict=True):
        raise_to(str(name), float(value))
    raise_to("eyeBlink", float(rng.uniform(0.0, 0.12)))
    raise_to(str(rng.choice(["browDown", "browOuterUp", "browInnerUp"])), float(rng.uniform(0, 0.4) * amount))
    return np.array([values[name] for name in names])
