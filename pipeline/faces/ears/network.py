"""The network that says where the points of an ear are in its close-up (made by tools/train_ears.py)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.faces.detect.runtime import run_file
from pipeline.faces.ears.view import SPAN
from pipeline.records import Float

NETWORK = Path(__file__).parent / "ears.tflite"


@dataclass(frozen=True)
class EarPoints:
    """What the network says of one close-up."""

    points: Float  # (P, 2) mm from its middle, right and down
    sigma: Float  # (P,) mm, standard deviation along either axis
    share: float  # of the ear that can be seen, 0..1


def normalised(picture: NDArray[np.uint8]) -> NDArray[np.float32]:
    """A close-up (H, W, 3) sRGB without its own brightness and contrast, as the network takes it."""
    values = picture.astype(np.float32)
    return np.asarray((values - values.mean()) / (values.std() + 8))


def locate(picture: NDArray[np.uint8], network: Path = NETWORK) -> EarPoints:
    """Points of the ear in a close-up (WIDTH, WIDTH, 3) sRGB, in the order of `ear_vertices`."""
    answer = run_file(network, normalised(picture))[0].ravel().astype(np.float64)
    count = len(answer) // 3
    places, spread, share = answer[: 2 * count], answer[2 * count : 3 * count], float(answer[-1])
    # The network was trained for Laplace's distribution on the plane, whose mean distance is twice its
    # scale; that of a normal distribution is sqrt(pi / 2) of its sigma.
    sigma = 2 / np.sqrt(np.pi / 2) * np.exp(np.clip(spread, -2, np.log(SPAN)))
    return EarPoints(places.reshape(count, 2), sigma, float(1 / (1 + np.exp(-share))))
