"""The outline of cloth, which is no knife's edge."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from pipeline.records import Float

SOFT = 0.28e-3
"""m, standard deviation. An edge of cloth is 0.3 to 0.6 mm thick, round, and has fibres that stand off;
drawn as a sharp one it is twice as sharp, in a photo of 0.3 mm a pixel, as any line of eyelid or brow.
"""


def soften_outline(rgba: Float, pixel: float) -> Float:
    """Premultiplied ``rgba`` (h, w, 4) with an outline as soft as cloth, a pixel being ``pixel`` m.

    Only what lies at the outline is changed; the cloth inside keeps its threads.
    """
    width = SOFT / pixel if pixel > 0 else 0.0
    if width < 0.1:
        return rgba
    soft: Float = ndimage.gaussian_filter(rgba, (width, width, 0), mode="nearest")
    # 1 at the outline, 0 from where hardly anything of what is outside shows
    weight = np.clip((1.0 - soft[..., 3:]) * 25.0, 0.0, 1.0)
    result: Float = weight * soft + (1.0 - weight) * rgba
    return result
