"""What holds a mask on the head."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from pipeline.masks.design.block import Block, Fraction, NotNegative, Positive

Width = Annotated[float, Field(ge=1, le=30)]
Thickness = Annotated[float, Field(ge=0.3, le=6)]


class EarLoops(Block):
    """One elastic a side, from the upper to the lower corner, behind the ear."""

    kind: Literal["ear loops"]
    length_mm: Positive
    """Length of one loop lying slack; a shorter one pulls the mask harder to the face."""
    width_mm: Width
    """How broad the elastic is."""
    thickness_mm: Thickness
    """How thick the elastic is; equal to its width it is a round cord."""
    inset_mm: NotNegative
    """How far from the mask's corner the loop is fixed."""
    fixed: Literal["inside", "outside", "cut out"] = "inside"
    """To which face of the mask its ends are welded or sewn; or it is the sheet itself, cut to go on."""


class _AroundHead(Block):
    """Two bands around the head: one above the ears and over the crown, one below them and round the neck."""

    width_mm: Width
    """How broad the straps or tapes are."""
    thickness_mm: Thickness
    """How thick the straps or tapes are."""
    inset_mm: NotNegative = 3
    """How far from the mask's corner they are fixed."""
    crown: Fraction = 0.35
    """Where the upper strap crosses the back of the head: 0 where that stands out most, 1 at the top."""
    below_ears_mm: NotNegative = 8
    """How far below the ear lobes the lower strap passes."""


class HeadStraps(_AroundHead):
    """Elastic ones."""

    kind: Literal["head straps"]
    stretch: Annotated[float, Field(ge=1, le=3)] = 1.4
    """Length of the straps on the head over their slack length; more pulls the mask harder to the face."""


class Ties(_AroundHead):
    """Four tapes, tied behind in two bows."""

    kind: Literal["ties"]


class Nothing(Block):
    """The cloth itself goes around the head."""

    kind: Literal["none"]
    inset_mm: NotNegative = 0
    """How far from its end the cloth is tied."""


Fasteners = Annotated[EarLoops | HeadStraps | Ties | Nothing, Field(discriminator="kind")]
