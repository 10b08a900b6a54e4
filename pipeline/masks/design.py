"""What a design file in ``mask_library/`` may say; read by `pipeline.masks.library`."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator


def _ascending(pair: tuple[float, float]) -> tuple[float, float]:
    if pair[0] > pair[1]:
        raise ValueError(f"the first number of a range may not exceed the second, got {list(pair)}")
    return pair


Positive = Annotated[float, Field(gt=0)]
NotNegative = Annotated[float, Field(ge=0)]
Range = Annotated[tuple[NotNegative, NotNegative], AfterValidator(_ascending)]
Fraction = Annotated[float, Field(ge=0, le=1)]
FractionRange = Annotated[tuple[Fraction, Fraction], AfterValidator(_ascending)]
Hex = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]


class Block(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Size(Block):
    """The mask lying flat with its pleats closed."""

    width_mm: Annotated[float, Field(ge=60, le=300)]
    height_mm: Annotated[float, Field(ge=40, le=200)]
    for_faces_up_to_mm: Positive


class Pleats(Block):
    depth_mm: Annotated[float, Field(ge=4, le=25)]
    at_height: tuple[Fraction, Fraction, Fraction]
    memory: FractionRange

    @model_validator(mode="after")
    def _in_order(self) -> Pleats:
        if any(b <= a for a, b in pairwise((0.0, *self.at_height, 1.0))):
            raise ValueError("at_height must rise from above 0 to below 1")
        return self


class Edges(Block):
    top_mm: Annotated[float, Field(ge=3, le=20)]
    bottom_mm: Annotated[float, Field(ge=3, le=20)]
    side_mm: Annotated[float, Field(ge=3, le=20)]


class Wire(Block):
    length_mm: Positive
    width_mm: Annotated[float, Field(ge=1, le=8)]
    from_top_mm: Positive
    pressed_mm: Positive


class Loops(Block):
    length_mm: Positive
    width_mm: Annotated[float, Field(ge=1, le=10)]
    thickness_mm: Annotated[float, Field(ge=0.3, le=6)]
    inset_mm: NotNegative


class Fabric(Block):
    layers_g_m2: tuple[Positive, ...]
    tension: Range
    bending: Range
    crease: Range
    edge_bending: Range
    wire_bending: Range
    loop_tension: Range


class Wearing(Block):
    upper_edge: Annotated[float, Field(ge=-0.5, le=2)]
    upper_edge_spread: NotNegative
    sideways_spread_mm: NotNegative
    tilt_spread_degrees: NotNegative
    below_chin_mm: Range


class Colour(Block):
    srgb: Hex
    weight: Positive
    spread: Annotated[float, Field(ge=0, le=0.3)]


class Material(Block):
    colours: Annotated[dict[str, Colour], Field(min_length=1)]
    inside: Hex
    inside_matches_outside: tuple[str, ...] = ()
    loops: Hex
    loops_match_outside: tuple[str, ...] = ()
    roughness: FractionRange
    translucency: FractionRange
    sheen: FractionRange
    thickness_mm: Range

    @model_validator(mode="after")
    def _known_colours(self) -> Material:
        named = {*self.inside_matches_outside, *self.loops_match_outside}
        if unknown := sorted(named - self.colours.keys()):
            raise ValueError(f"no such colour: {', '.join(unknown)}; there are {', '.join(self.colours)}")
        return self


class Design(Block):
    """One mask design. Millimetres in the file; the pattern turns them into metres."""

    name: str  # the file's stem
    title: str
    licence: str
    kind: Literal["pleated"]
    sizes: Annotated[dict[str, Size], Field(min_length=1)]
    pleats: Pleats
    edges: Edges
    wire: Wire
    loops: Loops
    fabric: Fabric
    wearing: Annotated[dict[str, Wearing], Field(min_length=1)]
    material: Material

    @model_validator(mode="after")
    def _fits_together(self) -> Design:
        for name, size in self.sizes.items():
            if self.wire.length_mm > size.width_mm - 2 * self.edges.side_mm and len(self.sizes) == 1:
                raise ValueError(f"the wire ({self.wire.length_mm} mm) is longer than size {name} is wide")
            first = self.pleats.at_height[0] * size.height_mm
            if first <= self.edges.top_mm:
                raise ValueError(f"size {name}: the first pleat lies inside the upper edge band")
            gaps = pairwise((*self.pleats.at_height, 1.0))
            if min(b - a for a, b in gaps) * size.height_mm <= self.edges.bottom_mm:
                raise ValueError(f"size {name}: the pleats lie too close together or to the lower edge")
        return self
