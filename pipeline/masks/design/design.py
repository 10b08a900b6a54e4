"""One mask design."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated

from pydantic import Field, model_validator

from pipeline.masks.design.block import Block, Fraction, FractionRange, Positive, Range
from pipeline.masks.design.fasteners import Fasteners
from pipeline.masks.design.material import Material
from pipeline.masks.design.moulded import Moulded
from pipeline.masks.design.panels import Panels
from pipeline.masks.design.pleated import Pleated
from pipeline.masks.design.valve import Valve
from pipeline.masks.design.wearing import Wearing
from pipeline.masks.design.wrapped import Kerchief, Tube

Construction = Annotated[Pleated | Panels | Moulded | Tube | Kerchief, Field(discriminator="kind")]


class Size(Block):
    """The maker's dimensions, of the mask lying flat."""

    width_mm: Annotated[float, Field(ge=60, le=1000)]
    """How wide the mask lies on a table; a wider one reaches farther towards the ears."""
    height_mm: Annotated[float, Field(ge=40, le=600)]
    """How high the mask lies on a table, with its pleats shut; a higher one reaches farther under the
    chin."""
    for_faces_up_to_mm: Positive
    """The longest face this size is chosen for, measured from ear to ear over the tip of the nose."""


class Wire(Block):
    length_mm: Positive
    """How far the wire runs along the upper edge; a longer one holds the edge to the cheeks as well."""
    width_mm: Annotated[float, Field(ge=1, le=8)]
    """How broad the wire is; where it is to be seen, a broader strip shows."""
    from_top_mm: Positive
    """How far below the upper edge the middle of the wire lies."""
    pressed_mm: Positive
    """How far to either side of the nose fingers press the wire down; farther closes the gaps beside it."""
    outside: bool = False
    """Whether the wire is a metal strip one sees on the outside, and not one that is sewn or welded in."""


class Fabric(Block):
    """Weight and stiffness. Stiffnesses are in the units of Blender's cloth solver at ten times size."""

    layers_g_m2: tuple[Positive, ...]
    """Weight of every layer of cloth; a heavier mask sags more."""
    tension: Range
    """How hard the cloth is to stretch, in the units of Blender's cloth solver at ten times size; stiffer
    cloth spans hollows."""
    compression: FractionRange = (1.0, 1.0)
    """How hard it is to press together, as a part of the tension; less lets the cloth crumple into small
    folds."""
    shear: FractionRange = (1.0, 1.0)
    """How hard it is to pull askew, as a part of the tension; less lets the cloth follow round shapes without
    folds."""
    bending: Range
    """How hard the cloth is to bend, in the solver's units; stiffer cloth makes fewer and larger folds."""
    crease: Range
    """How hard folds and seams are to bend, in the solver's units; stiffer pleats stand farther open."""
    edge_bending: Range
    """How hard the welded or hemmed borders are to bend, in the solver's units; stiffer ones run
    straighter."""
    wire_bending: Range
    """How hard the nose wire is to bend, in the solver's units; a stiffer one keeps its shape over the
    nose."""
    loop_tension: Range
    """How hard loops or straps pull, in the solver's units; harder draws the mask nearer to the face and its
    sides inwards."""
    most_stretch: Fraction = 0.03
    """The stretch beyond which a drape is refused; knits and foam may stretch more than woven cloth."""


class Design(Block):
    """One mask design. Millimetres in the file; the pattern turns them into metres."""

    name: str  # the file's stem
    title: str
    """What people read in lists of masks."""
    licence: str
    """Under which licence others may use this design, such as CC0-1.0."""
    author: str = ""
    """Who made this design."""
    construction: Construction
    sizes: Annotated[dict[str, Size], Field(min_length=1)]
    wire: Wire | None = None
    valve: Valve | None = None
    fasteners: Fasteners
    fabric: Fabric
    wearing: Annotated[dict[str, Wearing], Field(min_length=1)]
    material: Material

    @model_validator(mode="after")
    def _fits_together(self) -> Design:
        for name, size in self.sizes.items():
            if self.wire and self.wire.length_mm > size.width_mm and len(self.sizes) == 1:
                raise ValueError(f"the wire ({self.wire.length_mm} mm) is longer than size {name} is wide")
            if isinstance(self.construction, Pleated):
                _pleats_fit(self.construction, name, size)
        return self


def _pleats_fit(cut: Pleated, name: str, size: Size) -> None:
    if cut.pleats.at_height[0] * size.height_mm <= cut.edges.top_mm:
        raise ValueError(f"size {name}: the first pleat lies inside the upper edge band")
    gaps = pairwise((*cut.pleats.at_height, 1.0))
    if min(b - a for a, b in gaps) * size.height_mm <= cut.edges.bottom_mm:
        raise ValueError(f"size {name}: the pleats lie too close together or to the lower edge")
