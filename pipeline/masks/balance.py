"""Which masks a run draws: the configuration's weights over what each design knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from pipeline.config import MasksConfig
from pipeline.masks.design.design import Design
from pipeline.masks.material import DYED, PICTURE, dyed_share
from pipeline.masks.nose import shows_nose
from pipeline.records import Float
from pipeline.seeds import pick

Weights = Mapping[str, float]
AS_DESIGNED = ""
"""Coverage of a mask whose upper edge is where its design usually has it."""


@dataclass(frozen=True)
class Offer:
    """What one design knows, with its own weights where it has any."""

    wearing: tuple[str, ...]
    covering: tuple[str, ...]  # those in which the mask's upper edge lies on the nose
    fabrics: Weights
    colours: Weights
    prints: Weights
    dyed: Weights = field(default_factory=dict)  # by print: the share of masks whose cloth has its ground


@dataclass(frozen=True)
class Choice:
    design: str
    wearing: str
    coverage: str  # of the nose: high, medium, low or AS_DESIGNED


def offer_of(design: Design) -> Offer:
    """What ``design`` knows."""
    look = design.material
    return Offer(
        wearing=tuple(design.wearing),
        covering=tuple(name for name in design.wearing if not shows_nose(design.wearing[name])),
        fabrics={str(name): weight for name, weight in look.fabrics.items()},
        colours={name: colour.weight for name, colour in look.colours.items()},
        prints={name: one.weight for name, one in look.prints.items()},
        dyed={name: dyed_share(one) for name, one in look.prints.items()},
    )


def draw_choice(config: MasksConfig, offers: Mapping[str, Offer], where: Float) -> Choice:
    """Design, then how it is worn, then how much of the nose it covers, of what the design knows.

    ``where`` (3,) is a point in the unit cube. Raises ValueError when no design is left.
    """
    design = pick(able(config, offers), float(where[0]))
    wearing = pick(_both(config.wearing, offers[design].wearing), float(where[1]))
    coverage = pick(_levels(config) or {AS_DESIGNED: 1.0}, float(where[2]))
    return Choice(design, wearing, coverage if wearing in offers[design].covering else AS_DESIGNED)


def able(config: MasksConfig, offers: Mapping[str, Offer]) -> Weights:
    """The designs that know something of everything that is asked for. Raises ValueError when none does."""
    lacks = {
        name: _lacking(config, _with_pictures(config, offers[name]))
        for name, weight in config.designs.items()
        if weight > 0
    }
    left = {name: config.designs[name] for name, lack in lacks.items() if not lack}
    if not left:
        reasons = "; ".join(f"{name} knows none of {', none of '.join(lack)}" for name, lack in lacks.items())
        raise ValueError(f"no design is left to draw: {reasons}")
    return left


def shares(config: MasksConfig, offers: Mapping[str, Offer]) -> dict[str, dict[str, float]]:
    """Expected share of every design, wearing, nose coverage, fabric, colour and print among the draws.

    Cloth with the ground of its print has the colour DYED. Coverage is left out when the configuration does
    not weigh it. Raises ValueError when no design is left.
    """
    total: dict[str, dict[str, float]] = {
        "design": _normal(able(config, offers)),
        "wearing": {},
        "nose": {},
        "fabric": {},
        "colour": {},
        "print": {},
    }
    for design, share in total["design"].items():
        offer = _with_pictures(config, offers[design])
        wearing = _normal(_both(config.wearing, offer.wearing))
        _add(total["wearing"], wearing, share)
        if config.coverage:
            covering = sum(wearing.get(name, 0.0) for name in offer.covering)
            _add(total["nose"], _normal(_levels(config)), share * covering)
            _add(total["nose"], {"none": 1 - covering}, share)
        prints = _drawn(config.prints, offer.prints)
        dyed = sum(part * offer.dyed.get(name, 0.0) for name, part in prints.items())
        _add(total["fabric"], _drawn(config.fabrics, offer.fabrics), share)
        _add(total["colour"], _drawn(config.colours, offer.colours), share * (1 - dyed))
        _add(total["colour"], {DYED: dyed}, share)
        _add(total["print"], prints, share)
    return total


def problems(config: MasksConfig, offers: Mapping[str, Offer]) -> list[str]:
    """What no draw can come of, a line each: names that none of the chosen designs (``offers``) knows."""
    found = []
    chosen = [_with_pictures(config, offer) for offer in offers.values()]
    for key, wanted in _asked(config).items():
        known = sorted({name for offer in chosen for name in getattr(offer, key)})
        found += [
            f"masks.{key}.{name} = {weight:g}: no chosen design knows it; allowed: {', '.join(known)}"
            for name, weight in wanted.items()
            if name not in known
        ]
    if not found:
        try:
            able(config, offers)
        except ValueError as error:
            found.append(f"masks: {error}")
    return found


def _with_pictures(config: MasksConfig, offer: Offer) -> Offer:
    """``offer`` with the configuration's pictures among its prints."""
    return replace(offer, prints={**offer.prints, PICTURE: 1.0}) if config.pictures else offer


def _drawn(wanted: Weights, own: Weights) -> dict[str, float]:
    return _normal(_both(wanted, tuple(own)) or own)


def _asked(config: MasksConfig) -> dict[str, Weights]:
    return {
        "wearing": config.wearing,
        "fabrics": config.fabrics,
        "colours": config.colours,
        "prints": config.prints,
    }


def _levels(config: MasksConfig) -> dict[str, float]:
    return {str(level): weight for level, weight in config.coverage.items()}


def _lacking(config: MasksConfig, offer: Offer) -> list[str]:
    return [
        f"masks.{key} ({', '.join(wanted)})"
        for key, wanted in _asked(config).items()
        if wanted and not _both(wanted, tuple(getattr(offer, key)))
    ]


def _both(wanted: Weights, known: tuple[str, ...]) -> dict[str, float]:
    return {name: weight for name, weight in wanted.items() if weight > 0 and name in known}


def _normal(weights: Weights) -> dict[str, float]:
    total = sum(weights.values())
    return {name: weight / total for name, weight in weights.items() if weight > 0}


def _add(total: dict[str, float], shares: Weights, factor: float) -> None:
    for name, share in shares.items():
        if share * factor > 0:
            total[name] = total.get(name, 0.0) + share * factor
