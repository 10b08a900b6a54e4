"""Flat panels sewn together along their edges: cloth masks with a centre seam, folded respirators."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from pipeline.masks.design.block import Block, Fraction, NotNegative, Positive

EDGES = ("top", "bottom", "inner", "outer")
Point = tuple[float, float]


class Corners(Block):
    """Millimetres: to the wearer's left of the middle of the face, and up."""

    top_inner: Point
    """The panel's upper corner towards the middle of the face: to the wearer's left of the middle, and up."""
    top_outer: Point
    """The panel's upper corner towards the ear: to the wearer's left of the middle, and up."""
    bottom_outer: Point
    """The panel's lower corner towards the ear: to the wearer's left of the middle, and up."""
    bottom_inner: Point
    """The panel's lower corner towards the middle of the face: to the wearer's left of the middle, and up."""


class Panel(Block):
    """One piece lying flat, its outside up: the half of it on the wearer's left.

    ``cut: twice`` makes a second one for the right, turned over like a mirror image; ``cut: on the fold``
    makes one piece that goes on as its own mirror image beyond its straight inner edge. Edges are
    straight unless they are given points to pass through, from the inner end to the outer (top, bottom)
    or from the top down (inner, outer).
    """

    cut: Literal["twice", "on the fold"]
    corners: Corners
    top: tuple[Point, ...] = ()
    bottom: tuple[Point, ...] = ()
    inner: tuple[Point, ...] = ()
    outer: tuple[Point, ...] = ()
    leans_degrees: Annotated[float, Field(ge=-90, le=90)] = 0.0
    """How the finished mask holds this panel, roughly: 0 upright, 60 back like a roof over the nose, -60
    under the chin."""

    @model_validator(mode="after")
    def _folds_in_the_middle(self) -> Panel:
        ends = (self.corners.top_inner, self.corners.bottom_inner)
        if self.cut == "on the fold" and (self.inner or any(end[0] != 0 for end in ends)):
            raise ValueError("a panel cut on the fold has a straight inner edge at 0 mm")
        return self


class Seam(Block):
    """Two edges, each named "panel.edge". An edge sewn to itself is sewn to its mirror image."""

    sews: tuple[str, str]
    turned: bool = False  # the upper (inner) end of one meets the lower (outer) end of the other
    smooth: bool = False  # no seam in life: the cloth goes on


class Opened(Block):
    """How far the finished mask is held open when nothing else acts on it; what is left out is free."""

    width_mm: Positive | None = None
    """How far the outer ends of the upper edge are held apart when nothing else acts on the mask; narrower
    makes its front stand out more."""
    lower_width_mm: Positive | None = None
    """How far the outer ends of the lower edge are held apart when nothing else acts on the mask."""
    height_mm: Positive | None = None
    """How far apart the middles of the upper and the lower edge are held when nothing else acts on the
    mask."""


class Panels(Block):
    kind: Literal["panels"]
    drawn_for: str
    """The size whose panels these are; other sizes are scaled to their width and height."""
    panels: Annotated[dict[str, Panel], Field(min_length=1)]
    seams: tuple[Seam, ...]
    easing: Annotated[Fraction, Field(le=0.2)] = 0.03
    """How much longer one edge of a seam may be than the other, as a part of it."""
    opened: Opened
    hem_mm: Annotated[float, Field(ge=1, le=25)]
    """How broad the stiffer band along the free edges is."""
    seam_mm: NotNegative = 0.0
    """How broad the stiffer band to either side of a seam is; a broader one makes the seam stand as a
    ridge."""
    loops_from: tuple[str, ...] = ()
    """The outer edges, from the top down, that carry the loops or straps; else the one free outer edge."""
    loops_at_mm: tuple[NotNegative, NotNegative] | None = None
    """How far down along them the upper and the lower loop end begin; else near both ends."""

    @model_validator(mode="after")
    def _edges_exist_once(self) -> Panels:
        known = [f"{name}.{edge}" for name in self.panels for edge in EDGES]
        used: set[str] = set()
        for seam in self.seams:
            for edge in dict.fromkeys(seam.sews):
                if edge not in known:
                    raise ValueError(f"no such edge: {edge}; there are {', '.join(known)}")
                if edge in used:
                    raise ValueError(f"{edge} is sewn twice")
                if self.panels[edge.split(".")[0]].cut == "on the fold" and edge.endswith(".inner"):
                    raise ValueError(f"{edge} is the fold that the panel is cut on; nothing is sewn to it")
                used.add(edge)
        for edge in self.loops_from:
            if edge not in known or not edge.endswith(".outer"):
                raise ValueError(f"loops_from: {edge} is not the outer edge of a panel")
        return self
