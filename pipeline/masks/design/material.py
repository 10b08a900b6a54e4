"""How a design's cloth looks: fabric, colours, prints, hems, wear, and the parts that are no cloth."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from pipeline.masks.design.block import Block, Fraction, FractionRange, Hex, NotNegative, Positive, Range

NonEmpty = Annotated[str, Field(min_length=1, max_length=40)]
FabricName = Literal[
    "spunbond", "needle_felt", "cotton", "denim", "satin", "jersey", "microfibre", "foam", "neoprene",
]  # fmt: skip
PrintKind = Literal[
    "stripes", "gingham", "tartan", "houndstooth", "dots", "confetti", "stars", "rings", "crosses",
    "leopard", "flowers", "paisley", "lace", "camouflage", "digital", "words", "mark", "stamp",
    "gradient", "picture",
]  # fmt: skip


class Colour(Block):
    srgb: Hex
    weight: Positive
    spread: Annotated[float, Field(ge=0, le=0.3)]


class Print(Block):
    """A printed pattern. What is left out is chosen to suit the kind."""

    kind: PrintKind | None = None  # none: plain cloth
    weight: Positive
    size_mm: Range | None = (
        None  # pitch of lines, width of motifs, marks and pictures, height of lines of text
    )
    ground: Hex | None = None  # the cloth under the print; left out: the palette's, or the mask's own colour
    inks: tuple[Hex, ...] = ()
    turned_degrees: tuple[float, float] = (0.0, 0.0)
    file: str | None = None  # of a picture, in mask_library/prints/
    # Lines of a stamp: # is a drawn digit, @ a capital, % a maker's name; without inks it is pressed in.
    text: tuple[NonEmpty, ...] = ()
    at_mm: tuple[float, float] | None = None  # middle of a mark or stamp: to the wearer's left, and down

    @model_validator(mode="after")
    def _picture_has_file(self) -> Print:
        if (self.kind == "picture") != (self.file is not None):
            raise ValueError("kind: picture and file: go together")
        if (self.kind == "stamp") != bool(self.text):
            raise ValueError("kind: stamp and text: go together")
        if self.at_mm is not None and self.kind not in ("mark", "stamp"):
            raise ValueError("at_mm: is only for kind: mark and kind: stamp")
        return self


class Strip(Block):
    """A strip welded about the upright borders, and the rows of weld points on it."""

    width_mm: Positive
    from_edge_mm: Positive
    rows: Literal[1, 2, 3, 4]
    rows_apart_mm: Positive
    stitch_mm: Annotated[float, Field(ge=0.8, le=12)]


class Binding(Block):
    """Undyed strips about the borders of a dyed mask, and the share of masks that have them."""

    srgb: Hex
    edges: Fraction  # the upper and the lower one
    sides: Fraction


class Hem(Block):
    """How the border is finished. Rows run along it: of weld points, or of stitches."""

    kind: Literal["cut", "welded", "stitched", "bound"] = "cut"
    from_edge_mm: Positive = 3.0  # to the first row; bound: as far as the tape reaches
    rows: Literal[1, 2, 3] = 1
    rows_apart_mm: Positive = 2.4
    stitch_mm: Annotated[float, Field(ge=0.8, le=12)] = 2.4  # from one stitch or weld point to the next
    thread: Hex | None = None  # of stitches and tape; left out: the cloth's colour
    seams: Literal["plain", "topstitched", "welded", "raised"] = (
        "plain"  # where panels meet; raised: edges out
    )
    sides: Strip | None = None  # upright borders, where they differ
    binding: Binding | None = None


class Wear(Block):
    """What use leaves, each drawn between two shares of the most that one sees: 0 fresh from the box."""

    dirt: FractionRange = (0.0, 0.0)
    rubbing: FractionRange = (0.0, 0.0)  # pills, lint, faded places and edges
    creases: FractionRange = (0.0, 0.0)  # of folds it lay in
    folds_across_mm: tuple[float, ...] = ()  # where: from its middle to the wearer's left
    folds_down_mm: tuple[NotNegative, ...] = ()  # from its upper edge


class Hardware(Block):
    """Colours of parts that are no cloth."""

    valve: tuple[Hex, ...] = ("#d9d9d6", "#2b2c2f", "#9aa3ab")
    strap: tuple[Hex, ...] = ("#e3e1da",)
    strap_is: Literal["elastic", "rubber", "cloth"] = "elastic"
    window_haze: FractionRange = (0.03, 0.10)  # share of light that the film scatters
    window_fog: FractionRange = (0.0, 0.35)  # the same where it is wet with breath


def _spunbond() -> dict[FabricName, float]:
    return {"spunbond": 1.0}


def _plain() -> dict[str, Print]:
    return {"plain": Print(weight=1.0)}


class Material(Block):
    fabrics: Annotated[dict[FabricName, Positive], Field(min_length=1, default_factory=_spunbond)]
    colours: Annotated[dict[str, Colour], Field(min_length=1)]
    prints: Annotated[dict[str, Print], Field(min_length=1, default_factory=_plain)]
    inside: Hex
    inside_matches_outside: tuple[str, ...] | Literal["always"] = ()
    loops: Hex
    loops_match_outside: tuple[str, ...] | Literal["always"] = ()
    roughness: FractionRange | None = None  # left out, what is usual for the fabric
    gloss: FractionRange | None = None
    translucency: FractionRange | None = None
    sheen: FractionRange | None = None
    thickness_mm: Range
    unevenness: Fraction | None = None  # of the web's or weave's brightness
    crumple: Fraction | None = None  # rms slope of handling's creases; stiff masks have hardly any
    buckling: Fraction | None = None  # share of what it is pressed together by that goes into small wrinkles
    hem: Hem = Hem()
    wear: Wear = Wear()
    hardware: Hardware = Hardware()

    @model_validator(mode="after")
    def _known_colours(self) -> Material:
        named = {*self._listed(self.inside_matches_outside), *self._listed(self.loops_match_outside)}
        if unknown := sorted(named - self.colours.keys()):
            raise ValueError(f"no such colour: {', '.join(unknown)}; there are {', '.join(self.colours)}")
        return self

    @staticmethod
    def _listed(names: tuple[str, ...] | str) -> tuple[str, ...]:
        return () if isinstance(names, str) else names
