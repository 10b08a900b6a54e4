"""The mask library as the bench shows it: its designs, one design's document, and designs to be saved."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import yaml

from pipeline.assets import asset_names
from pipeline.bench import schema as parameters
from pipeline.bench.flat import design_of
from pipeline.bench.requests import Hello, Request, SaveDesign, Schema, ShowDesign
from pipeline.bench.serve import Tell
from pipeline.files import write_whole
from pipeline.masks.balance import offer_of
from pipeline.masks.design.design import Design
from pipeline.masks.design.panels import Panels
from pipeline.masks.library import (
    BUILT_IN,
    DesignError,
    Library,
    design_names,
    load_design,
    open_library,
    parse_design,
)
from pipeline.masks.pattern.sewn_mask import sewn_mask

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")


def hello(request: Hello, tell: Tell) -> Mapping[str, Any]:
    """All designs, and what is missing, a line each with what mends it."""
    missing = list(_missing())
    try:
        library = library_of(request)
    except DesignError as error:
        library = BUILT_IN
        missing += str(error).splitlines()
    designs = []
    for name in design_names(library):
        try:
            designs.append(_summary(load_design(name, library)))
        except DesignError as error:
            missing += str(error).splitlines()
    return {"designs": designs, "missing": missing}


def design(request: ShowDesign, tell: Tell) -> Mapping[str, Any]:
    """A design as in its file, with every default filled in."""
    return {"document": document_of(load_design(request.name, library_of(request)))}


def schema(request: Schema, tell: Tell) -> Mapping[str, Any]:
    """The parameters that designs have."""
    return parameters.schema()


def save_design(request: SaveDesign, tell: Tell) -> Mapping[str, Any]:
    """Write a design into a folder of the user's own, what is as by default left out."""
    if not NAME.fullmatch(request.name):
        raise DesignError(f"the name {request.name!r}: allowed: small letters, digits, - and _, up to 60")
    if request.name in asset_names("mask_library"):
        raise DesignError(f"{request.name} is a built-in design; give yours another name")
    made = design_of(request.document, request.name)
    for key, value in (("licence", made.licence), ("author", made.author)):
        if not value.strip():
            raise DesignError(f"{key}: missing; a design is saved with its licence and its author")
    if isinstance(made.construction, Panels):
        tell("Sewing the panels")
        sewn_mask(made, made.construction.drawn_for)
    folder = Path(request.folder or ".") / request.library
    if not folder.is_absolute():
        raise DesignError(
            f"library = {request.library}: an absolute path is needed, or a folder to start from"
        )
    path = folder / f"{request.name}.yaml"
    values = made.model_dump(mode="json", exclude={"name"}, exclude_defaults=True)
    text = yaml.safe_dump(values, sort_keys=False, allow_unicode=True, width=110, default_flow_style=None)
    parse_design(request.name, text)
    write_whole(path, text.encode())
    return {"path": str(path)}


def document_of(design: Design) -> dict[str, Any]:
    """As in a design file: the name is the file's."""
    return design.model_dump(mode="json", exclude={"name"})


def library_of(request: Request) -> Library:
    """The built-in designs, and those that the request's configuration names. Raises DesignError."""
    masks = (request.config or {}).get("masks")
    own = masks.get("library") if isinstance(masks, dict) else None
    if not isinstance(own, str) or request.folder is None:
        return BUILT_IN
    return open_library(Path(request.folder) / own)


def _summary(design: Design) -> Mapping[str, Any]:
    offer = offer_of(design)
    return {
        "name": design.name,
        "title": design.title,
        "licence": design.licence,
        "author": design.author,
        "built_in": design.name in asset_names("mask_library"),
        "kind": design.construction.kind,
        "sizes": list(design.sizes),
        "wearing": list(offer.wearing),
        "covering": list(offer.covering),
        "fabrics": list(offer.fabrics),
        "colours": list(offer.colours),
        "prints": list(offer.prints),
    }


def _missing() -> Iterator[str]:
    if "bpy" not in sys.modules and find_spec("bpy") is None:
        yield "Blender's module is missing; install it with: pip install 'maskdrape[blender]'"
    if find_spec("ai_edge_litert") is None:
        yield "the landmark detector is missing; install it with: pip install 'ai-edge-litert>=2.1'"
