"""``maskdrape masks``: what the library holds."""

from __future__ import annotations

from pipeline.masks.library import design_names, load_design


def list_masks() -> int:
    """Print each design's name, title, sizes, ways of wearing and licence; returns the exit code."""
    for name in design_names():
        design = load_design(name)
        print(f"{name}: {design.title} ({design.licence})")
        for size, flat in design.sizes.items():
            print(f"  {size}: {flat.width_mm:g} x {flat.height_mm:g} mm")
        print(f"  worn: {', '.join(design.wearing)}   colours: {', '.join(design.material.colours)}")
    return 0
