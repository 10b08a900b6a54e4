"""A mask before there is a head, quickly: what a slider changes is seen while it moves."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray
from pydantic import ValidationError

from pipeline.bench.kept import keep_arrays
from pipeline.bench.requests import Flat as FlatRequest
from pipeline.bench.serve import Tell
from pipeline.masks.design.design import Design
from pipeline.masks.design.moulded import Moulded
from pipeline.masks.design.panels import Panels
from pipeline.masks.design.pleated import Pleated
from pipeline.masks.design.wrapped import Tube
from pipeline.masks.library import DesignError, parse_design
from pipeline.masks.pattern.grid import corner_values, grid_faces, grid_ids
from pipeline.masks.pattern.moulded import cut_shell
from pipeline.masks.pattern.panels import cut_panels
from pipeline.masks.pattern.pleated import cut_sheet, fold
from pipeline.records import PARTS, Float, Int, Rejected

ROWS, COLUMNS = 33, 65  # of cloth that is cut to no pattern
APART = 0.012  # m between pieces
TIP = 0.001  # of its width that a kerchief still has at its tip, so that no triangle is empty


@dataclass(frozen=True)
class FlatMask:
    """Metres; x to the wearer's left, y up, z out of the face."""

    vertices: Float  # (M, 3)
    faces: Int  # (F, 3), facing away from the wearer
    uv: Float  # (F, 3, 2) m on the flat pattern
    parts: NDArray[np.uint8]  # (F,) ids into PARTS


def flat(request: FlatRequest, tell: Tell) -> Mapping[str, Any]:
    """The mask of a document in one size."""
    if request.folder is None:
        raise Rejected("masks", "flat: a folder is needed to put the mask in")
    design = design_of(request.document)
    if request.size not in design.sizes:
        raise Rejected("masks", f"there is no size {request.size}; there are: {', '.join(design.sizes)}")
    mask = lie_flat(design, request.size)
    arrays: dict[str, NDArray[Any]] = {
        "vertices": mask.vertices,
        "faces": mask.faces,
        "uv": mask.uv,
        "parts": mask.parts,
    }
    return {"file": keep_arrays(Path(request.folder), "flat", **arrays)}


def design_of(document: Mapping[str, Any], name: str = "design") -> Design:
    """The design that a document says. Raises DesignError, a line for each mistake."""
    content = {key: value for key, value in document.items() if key != "name"}
    try:
        return Design.model_validate({**content, "name": name})
    except ValidationError:
        pass
    try:
        return parse_design(name, yaml.safe_dump(content, sort_keys=False, allow_unicode=True))
    except DesignError as error:
        raise DesignError(re.sub(r"(?m)^\S+ line \d+: ", "", str(error))) from error


def lie_flat(design: Design, size: str) -> FlatMask:
    """Pleated masks with their pleats shut, the pieces of sewn ones below one another, moulded ones in their
    shape, cloth to be wrapped as it lies on a table. Without loops and straps.

    Raises DesignError where panels cannot be cut.
    """
    cut, box = design.construction, design.sizes[size]
    if isinstance(cut, Pleated):
        sheet = cut_sheet(design, size)
        down, out = fold(sheet, np.zeros(sheet.columns.size))
        vertices = np.stack([np.broadcast_to(sheet.columns, down.shape), -down, out], -1)
        pattern = np.stack(np.broadcast_arrays(sheet.columns[None], -sheet.rows[:, None]), -1)
        return _grid(vertices, np.ascontiguousarray(pattern), sheet.parts)
    if isinstance(cut, Panels):
        return _pieces(cut, design, size)
    if isinstance(cut, Moulded):
        shell = cut_shell(design, size)
        return FlatMask(shell.points, shell.faces, shell.uv, shell.parts)
    low = cut.neck if isinstance(cut, Tube) else TIP
    down = np.linspace(0, 1, ROWS)[:, None]
    across = np.linspace(-0.5, 0.5, COLUMNS)[None] * (1 + down * (low - 1))
    pattern = np.stack(np.broadcast_arrays(across * box.width_mm, -down * box.height_mm), -1) / 1000
    parts = np.full(2 * (ROWS - 1) * (COLUMNS - 1), PARTS.index("panel"), np.uint8)
    return _grid(np.concatenate([pattern, np.zeros((ROWS, COLUMNS, 1))], -1), pattern, parts)


def _pieces(cut: Panels, design: Design, size: str) -> FlatMask:
    """Not sewn: to find the shape that seams give takes seconds."""
    made, low = [], 0.0
    for name, panel in cut_panels(design, size).items():
        left = panel.grid + np.array([0.0, low - panel.grid[..., 1].max()])
        right = left[:, ::-1] * np.array([-1.0, 1.0])
        if cut.panels[name].cut == "on the fold":
            made.append(np.concatenate([right[:, :-1], left], 1))
        else:
            aside = np.array([APART - min(left[..., 0].min(), APART), 0.0])
            made += [right - aside, left + aside]
        low = left[..., 1].min() - APART
    vertices, faces, uv, count = [], [], [], 0
    for grid in made:
        whole = np.ascontiguousarray(grid)
        vertices.append(np.pad(whole.reshape(-1, 2), ((0, 0), (0, 1))))
        faces.append(grid_faces(grid_ids(*grid.shape[:2])) + count)
        uv.append(corner_values(whole))
        count += len(vertices[-1])
    parts = np.full(sum(map(len, faces)), PARTS.index("panel"), np.uint8)
    return FlatMask(np.concatenate(vertices), np.concatenate(faces), np.concatenate(uv), parts)


def _grid(vertices: Float, pattern: Float, parts: NDArray[np.uint8]) -> FlatMask:
    faces = grid_faces(grid_ids(*vertices.shape[:2]))
    return FlatMask(np.ascontiguousarray(vertices.reshape(-1, 3)), faces, corner_values(pattern), parts)
