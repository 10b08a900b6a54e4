"""Skin as the mask's surroundings need it: a matte surface of one colour."""

from __future__ import annotations

from typing import Any

import numpy as np

from pipeline.records import Float
from pipeline.studio.materials.graph import Graph


def skin(albedo: Float, keep: str) -> Any:
    """Matte skin of linear RGB ``albedo``; writes vertex attribute ``keep`` to the pass of that name."""
    graph = Graph("Skin")
    graph.aov(keep, Value=graph.attribute(keep))
    return graph.finish(graph.shader("ShaderNodeBsdfDiffuse", Color=np.clip(albedo, 0.02, 0.9)))
