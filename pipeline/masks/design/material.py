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
    """The colour of the outside."""
    weight: Positive
    """How often masks have this colour, against the weights of the others."""
    spread: Annotated[float, Field(ge=0, le=0.3)]
    """How much the colour differs from one mask to the next."""


class Print(Block):
    """A printed pattern. What is left out is chosen to suit the kind."""

    kind: PrintKind | None = None
    """What is printed; with none the cloth is plain."""
    weight: Positive
    """How often masks have this print, against the weights of the others."""
    size_mm: Range | None = None
    """How large the print is: the pitch of lines, the width of motifs, marks and pictures, the height of
    lines of text."""
    ground: Hex | None = None
    """The colour of the cloth under the print; left out it is the palette's, or the mask's own."""
    inks: tuple[Hex, ...] = ()
    """The colours that are printed with; without any they are chosen to suit the kind."""
    turned_degrees: tuple[float, float] = (0.0, 0.0)
    """How far the print is turned on the flat mask."""
    file: str | None = None
    """The file of a picture, in the library's folder prints."""
    text: tuple[NonEmpty, ...] = ()
    """Lines of a stamp: # is a drawn digit, @ a capital, % a maker's name; without inks it is pressed in."""
    at_mm: tuple[float, float] | None = None
    """Where the middle of a mark or stamp lies: to the wearer's left of the middle, and down from the upper
    edge."""

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
    """How broad the strip about the upright borders is."""
    from_edge_mm: Positive
    """How far from the edge the first row of weld points on it lies."""
    rows: Literal[1, 2, 3, 4]
    """How many rows of weld points there are on it."""
    rows_apart_mm: Positive
    """How far apart the rows on it lie."""
    stitch_mm: Annotated[float, Field(ge=0.8, le=12)]
    """How far it is from one weld point to the next on it."""


class Binding(Block):
    """Undyed strips about the borders of a dyed mask, and the share of masks that have them."""

    srgb: Hex
    """The colour of the undyed strips about the borders."""
    edges: Fraction
    """The share of masks whose upper and lower edge is bound with them."""
    sides: Fraction
    """The share of masks whose upright sides are bound with them."""


class Hem(Block):
    """How the border is finished. Rows run along it: of weld points, or of stitches."""

    kind: Literal["cut", "welded", "stitched", "bound"] = "cut"
    """How the border is finished: cut, welded, stitched, or bound with tape."""
    from_edge_mm: Positive = 3.0
    """How far from the edge the first row of stitches or weld points lies, or how far a binding tape
    reaches."""
    rows: Literal[1, 2, 3] = 1
    """How many rows of stitches or weld points run along the border."""
    rows_apart_mm: Positive = 2.4
    """How far apart these rows lie."""
    stitch_mm: Annotated[float, Field(ge=0.8, le=12)] = 2.4
    """How far it is from one stitch or weld point to the next."""
    thread: Hex | None = None
    """The colour of stitches and tape; left out it is the cloth's."""
    seams: Literal["plain", "topstitched", "welded", "raised"] = "plain"
    """How seams between panels look: plain, stitched beside, welded, or raised with their edges out."""
    sides: Strip | None = None  # upright borders, where they differ
    binding: Binding | None = None


class Wear(Block):
    """What use leaves, each drawn between two shares of the most that one sees: 0 fresh from the box."""

    dirt: FractionRange = (0.0, 0.0)
    """How dirty the mask is: 0 fresh from the box, 1 as bad as one sees."""
    rubbing: FractionRange = (0.0, 0.0)
    """How worn it is, with pills, lint and faded edges: 0 fresh from the box, 1 as bad as one sees."""
    creases: FractionRange = (0.0, 0.0)
    """How deep the creases are of folds it lay in: 0 none, 1 as deep as one sees."""
    folds_across_mm: tuple[float, ...] = ()
    """Where upright folds run that it lay in, from its middle to the wearer's left."""
    folds_down_mm: tuple[NotNegative, ...] = ()
    """Where level folds run that it lay in, down from its upper edge."""


class Hardware(Block):
    """Colours of parts that are no cloth."""

    valve: tuple[Hex, ...] = ("#d9d9d6", "#2b2c2f", "#9aa3ab")
    """The colours that valves come in; one is drawn."""
    strap: tuple[Hex, ...] = ("#e3e1da",)
    """The colours that straps come in; one is drawn."""
    strap_is: Literal["elastic", "rubber", "cloth"] = "elastic"
    """What the straps are made of: woven elastic, rubber, or cloth."""
    window_haze: FractionRange = (0.03, 0.10)
    """How much light the clear film scatters: 0 clear, 1 milky."""
    window_fog: FractionRange = (0.0, 0.35)
    """The same where the film is wet with breath."""


def _spunbond() -> dict[FabricName, float]:
    return {"spunbond": 1.0}


def _plain() -> dict[str, Print]:
    return {"plain": Print(weight=1.0)}


class Material(Block):
    fabrics: Annotated[dict[FabricName, Positive], Field(min_length=1, default_factory=_spunbond)]
    """How often masks are made of this cloth, against the weights of the others."""
    colours: Annotated[dict[str, Colour], Field(min_length=1)]
    prints: Annotated[dict[str, Print], Field(min_length=1, default_factory=_plain)]
    inside: Hex
    """The colour of the inside."""
    inside_matches_outside: tuple[str, ...] | Literal["always"] = ()
    """The colours whose inside is dyed like the outside; or always."""
    loops: Hex
    """The colour of the loops."""
    loops_match_outside: tuple[str, ...] | Literal["always"] = ()
    """The colours whose loops are dyed like the outside; or always."""
    roughness: FractionRange | None = None
    """How dull the cloth is: 0 polished, 1 chalk; left out it is what is usual for the fabric."""
    gloss: FractionRange | None = None
    """How strong the highlights on the cloth are; left out, what is usual for the fabric."""
    translucency: FractionRange | None = None
    """How much light shines through the cloth; left out, what is usual for the fabric."""
    sheen: FractionRange | None = None
    """How bright fine fibres make the cloth's edges; left out, what is usual for the fabric."""
    thickness_mm: Range
    """How thick the whole mask is, all layers together."""
    unevenness: Fraction | None = None
    """How cloudy the web or weave looks; left out, what is usual for the fabric."""
    crumple: Fraction | None = None
    """How creased handling has left it, as a slope; stiff masks have hardly any; left out, what is usual for
    the fabric."""
    buckling: Fraction | None = None
    """How much of being pressed together goes into small wrinkles; left out, what is usual for the fabric."""
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
