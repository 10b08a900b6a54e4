"""Where a photo shows people and what they hold, and where the room behind them: MediaPipe's segmentation.

Its network for selfies (Apache-2.0; model card "MediaPipe Selfie Segmentation", 2021).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from scipy.ndimage import map_coordinates

from pipeline.faces.detect.crop import Pixels, Square, cut
from pipeline.faces.detect.runtime import run_file
from pipeline.faces.occluders.view import SIDE, Frame
from pipeline.records import Float

INPUT_PX = 256
_FILE = Path(__file__).parent / "networks" / "selfie_segmentation.tflite"
AROUND = 0.42  # m at the face's distance: side of the square that is shown, head and shoulders
LOWER = 0.02  # m: how far below the middle of the view that square lies


def people_in(pixels: Pixels, frame: Frame, cells: int) -> Float:
    """Chance (n, n) for each cell of a view that it shows a person, their hair, or what is held before them.

    pixels (H, W, 3) sRGB. By what is seen and not by how near it is: a neighbour is a person too.
    """
    centre = frame.to_photo @ [cells / 2, cells * (0.5 + LOWER / SIDE), 1]
    angle = float(np.arctan2(frame.turn[0, 1], frame.turn[0, 0]))
    square = Square(centre, frame.cell_px * cells / SIDE * AROUND, angle)
    shown = cut(pixels, square, INPUT_PX).astype(np.float32) / 255
    chance = run_file(_FILE, shown)[0][0, ..., 0].astype(np.float64)
    places = (np.arange(cells) + 0.5) / cells - 0.5
    rows = (places * SIDE - LOWER) / AROUND * INPUT_PX + INPUT_PX / 2 - 0.5
    columns = places * SIDE / AROUND * INPUT_PX + INPUT_PX / 2 - 0.5
    at = np.meshgrid(rows, columns, indexing="ij")
    return np.asarray(map_coordinates(chance, at, order=1, mode="nearest"))
