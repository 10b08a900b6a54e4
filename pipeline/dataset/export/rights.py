"""Where a picture comes from and what may be done with it: said by every export, dropped by none."""

from __future__ import annotations

from typing import Any

from pipeline.dataset.metadata import NOTE
from pipeline.dataset.rows import Row

RIGHTS = ("source", "licence", "consent")
NOT_STATED = "not stated"
"""Stands where the maker of the data set said nothing."""
MASKED, UNMASKED = "masked", "unmasked"
SYNTHETIC = {MASKED: NOTE, UNMASKED: "Photograph: MaskDrape put no mask into it."}
"""What a picture of either kind says about itself."""


def rights(row: Row) -> dict[str, str | None]:
    """Source, licence and consent of one row of the manifest; None where nothing was said."""
    return {name: row.get(name) or None for name in RIGHTS}


def with_rights(row: Row, kind: str) -> dict[str, Any]:
    """All columns of a row of the manifest, with rights and the note for a picture of this kind."""
    return {**row, **rights(row), "synthetic": SYNTHETIC[kind]}
