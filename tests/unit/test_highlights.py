import numpy as np
import pytest

from pipeline import colour
from pipeline.composite.highlights import Shoulder, respond

SHOULDERS = [Shoulder(0.9, 1.0), Shoulder(0.83, 0.92), Shoulder(0.9, 1.12)]


@pytest.mark.parametrize("shoulder", SHOULDERS)
def test_highlights_of_coloured_cloth_keep_their_hue(shoulder):
    """Where the middle channel lies between the others, as cloth gets brighter."""
    cloth = np.array([0.45, 0.62, 0.8])
    shown = colour.encode(respond(np.linspace(0.3, 3.0, 90)[:, None] * cloth, shoulder))
    red, green, blue = shown.T
    before = colour.encode(0.3 * cloth)
    place = (before[1] - before[0]) / (before[2] - before[0])
    clear = blue - red > 0.05
    assert (green - red)[clear] / (blue - red)[clear] == pytest.approx(place, abs=0.03)
    assert (np.diff(shown, axis=0) >= -1e-9).all()
    assert blue[-1] - red[-1] < 0.3 * (blue - red).max()  # it pales on its way to white


@pytest.mark.parametrize("shoulder", SHOULDERS)
def test_order_of_channels_does_not_matter_and_grey_stays_grey(shoulder):
    light = np.random.default_rng(5).uniform(0, 2, (200, 3))
    shown = respond(light, shoulder)
    assert respond(light[:, [2, 0, 1]], shoulder) == pytest.approx(shown[:, [2, 0, 1]])
    grey = respond(np.repeat(light[:, :1], 3, axis=1), shoulder)
    assert np.ptp(grey, axis=1).max() < 1e-9 and grey.max() <= 1
    dark = colour.encode_beyond(light).max(axis=1) <= shoulder.knee
    assert dark.any() and (shown[dark] == light[dark]).all()
