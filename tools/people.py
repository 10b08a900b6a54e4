"""Random people: how MakeHuman's macro targets and face details are mixed into heads."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float64]

AGES = ("baby", "child", "young", "old")
AGE_KNOTS = (0.0, 0.1875, 0.5, 1.0)  # 1, 10, 25 and 90 years
GENDERS = ("female", "male")
MUSCLES = ("minmuscle", "averagemuscle", "maxmuscle")
WEIGHTS = ("minweight", "averageweight", "maxweight")
HEIGHTS = ("minheight", "", "maxheight")
RACES = ("african", "asian", "caucasian")
DETAIL_SIGMA = {  # by folder; at 0.4 for the whole skull every second head is a caricature
    "head": 0.2,
    "forehead": 0.12,
    "eyebrows": 0.3,
    "eyes": 0.3,
    "nose": 0.3,
    "cheek": 0.35,
    "mouth": 0.25,
    "chin": 0.35,
    "ears": 0.35,
    "neck": 0.2,
}
EARS = {  # (mean, sigma) of the axes that would else put ears where surveys (Farkas 1994) find none
    "ear-wing-decr-incr": (0.55, 0.4),  # MakeHuman's rims stand 14 mm off the head behind, people's 18 to 20
    "ear-trans-down-up": (0.0, 0.2),  # 20 mm at full weight
}
ASYMMETRY_SIGMA = 0.15
HEIGHT_SIGMA = 0.05  # MakeHuman scales the head with the body, life hardly does
COUPLING = 0.95  # correlation of a detail between the two sides of a face


@dataclass(frozen=True)
class Axis:
    """One slider of MakeHuman: each side is (weight below zero -> target, above zero -> target)."""

    sides: tuple[tuple[str, str], ...]  # paths below targets/, "" where there is no opposite
    sigma: float
    mean: float = 0.0


def _unopposed(folder: str, names: list[str], sigma: float) -> list[Axis]:
    """Axes of a category that MPFB2 lists without opposites: sided pairs, or single targets."""
    if names[0].startswith("l-"):
        half = len(names) // 2
        left, right = names[:half], names[half:]
        below, above = (left[0], right[0]), (left[-1], right[-1])
        sides = tuple((f"{folder}/{b}", f"{folder}/{a}") for b, a in zip(below, above, strict=True))
        return [Axis(sides, sigma)]
    return [Axis((("", f"{folder}/{name}"),), sigma) for name in names]


def detail_axes(targets: Path) -> tuple[Axis, ...]:
    """The face's detail sliders as listed by MPFB2, then its asymmetries."""
    listing = json.loads((targets / "target.json").read_text())
    axes = []
    for folder, sigma in DETAIL_SIGMA.items():
        for category in listing[folder]["categories"]:
            opposites = category.get("opposites")
            if opposites is None:
                axes += _unopposed(folder, sorted(category["targets"]), sigma)
                continue
            sides = tuple(
                tuple(f"{folder}/{name}" if name else "" for name in pair)
                for side in ("left", "right", "unsided")
                if any(pair := (opposites[f"negative-{side}"], opposites[f"positive-{side}"]))
            )
            lateral = len(sides) == 1 and category["name"] in {
                "nose-trans-in-out", "mouth-trans-in-out", "head-trans-in-out", "neck-trans-in-out",
            }  # fmt: skip
            mean, spread = EARS.get(category["name"], (0.0, ASYMMETRY_SIGMA if lateral else sigma))
            axes.append(Axis(sides, spread, mean))  # type: ignore[arg-type]
    lefts = sorted((targets / "asym").glob("asym-*-l.target.gz"))
    for path in lefts:
        name = "asym/" + path.name.removesuffix("-l.target.gz")
        axes.append(Axis(((name + "-l", name + "-r"),), ASYMMETRY_SIGMA))
    return tuple(axes)


def _hat(values: Float, knots: tuple[float, ...]) -> Float:
    """(N, K) weights of linear interpolation at `values` (N,) between `knots` (K,)."""
    eye = np.eye(len(knots))
    return np.stack([np.interp(values, knots, row) for row in eye], axis=1)


def macro_weights(count: int, rng: np.random.Generator) -> dict[str, Float]:
    """Weights (count,) of the macro targets, by path below targets/, for `count` random people.

    MakeHuman multiplies the interpolation weights of every factor that a file name is made of.
    """
    third = (0.0, 0.5, 1.0)
    age = np.where(rng.random(count) < 0.2, rng.uniform(0.08, 0.4, count), rng.uniform(0.4, 0.95, count))
    gender = _hat(rng.beta(0.4, 0.4, count), (0.0, 1.0))
    muscle = _hat(np.clip(rng.normal(0.5, 0.18, count), 0, 1), third)
    weight = _hat(np.clip(rng.normal(0.55, 0.2, count), 0, 1), third)
    height = _hat(np.clip(rng.normal(0.5, HEIGHT_SIGMA, count), 0, 1), third)
    race = rng.dirichlet((0.5, 0.5, 0.5), count)
    ages = _hat(age, AGE_KNOTS)

    weights: dict[str, Float] = {}
    for (g, gender_name), (a, age_name) in product(enumerate(GENDERS), enumerate(AGES)):
        base = gender[:, g] * ages[:, a]
        for r, race_name in enumerate(RACES):
            weights[f"macrodetails/{race_name}-{gender_name}-{age_name}"] = base * race[:, r]
        for (m, muscle_name), (w, weight_name) in product(enumerate(MUSCLES), enumerate(WEIGHTS)):
            body = base * muscle[:, m] * weight[:, w]
            stem = f"{gender_name}-{age_name}-{muscle_name}-{weight_name}"
            weights[f"macrodetails/universal-{stem}"] = body
            for h, height_name in enumerate(HEIGHTS):
                if height_name:
                    weights[f"macrodetails/height/{stem}-{height_name}"] = body * height[:, h]
    return weights


def detail_weights(axes: tuple[Axis, ...], count: int, rng: np.random.Generator) -> dict[str, Float]:
    """Weights (count,) of the detail targets, by path below targets/."""
    weights: dict[str, Float] = {}
    for axis in axes:
        common = rng.standard_normal(count)
        for below, above in axis.sides:
            own = rng.standard_normal(count)
            value = axis.mean + axis.sigma * (np.sqrt(COUPLING) * common + np.sqrt(1 - COUPLING) * own)
            value = np.clip(value, -1.0, 1.0)
            if below:
                weights[below] = np.maximum(-value, 0)
            if above:
                weights[above] = np.maximum(value, 0)
    return weights
