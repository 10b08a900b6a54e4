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
    height_mm: Annotated[float, Field(ge=40, le=600)]
    for_faces_up_to_mm: Positive


class Wire(Block):
    length_mm: Positive
    width_mm: Annotated[float, Field(ge=1, le=8)]
    from_top_mm: Positive
    pressed_mm: Positive
    outside: bool = False  # a metal strip to be seen, not one sewn or welded in


class Fabric(Block):
    """Weight and stiffness. Stiffnesses are in the units of Blender's cloth solver at ten times size."""

    layers_g_m2: tuple[Positive, ...]
    tension: Range
    compression: FractionRange = (1.0, 1.0)  # of the tension: threads that crumple instead of being pressed
    shear: FractionRange = (1.0, 1.0)  # of the tension: threads that lean askew
    bending: Range
    crease: Range
    edge_bending: Range
    wire_bending: Range
    loop_tension: Range
    most_stretch: Fraction = 0.03  # beyond that a drape is rejected; knits and foam may stretch more


class Design(Block):
    """One mask design. Millimetres in the file; the pattern turns them into metres."""

    name: str  # the file's stem
    title: str
    licence: str
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
