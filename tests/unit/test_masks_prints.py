import numpy as np
import pytest
from PIL import Image

from pipeline.masks.prints.draw import KINDS, REPEATS, SIZES_MM, draw_print
from pipeline.masks.prints.palettes import PALETTES
from pipeline.masks.prints.picture import PrintError, read_picture

INKS = [[0.8, 0.1, 0.1], [0.1, 0.7, 0.2], [0.1, 0.2, 0.8]]


def described(kind: str, size: float | None = None, **more) -> dict:
    size = size or sum(SIZES_MM[kind]) / 2000
    usual = {"angle": 0.0, "origin": [0, 0], "inks": INKS, "seed": 4, "text": ["N95", "SAMPLE"]}
    return {"kind": kind, "size_m": size, **usual, **more}


@pytest.mark.parametrize("kind", sorted(REPEATS))
def test_a_print_keeps_its_shapes_and_its_colour_at_any_fineness(kind):
    """What is drawn coarsely is the average of what is drawn finely."""
    side = float(draw_print(described(kind), 0.001).size[0])
    coarse, fine = (draw_print(described(kind), side / count).pixels for count in (20, 80))
    binned = fine.reshape(20, 4, 20, 4, 4).mean((1, 3))
    assert np.abs(binned - coarse).mean() < 0.04
    np.testing.assert_allclose(binned.mean((0, 1)), coarse.mean((0, 1)), atol=0.02)
    assert 0.02 < fine[..., 3].mean() <= 1
    # premultiplied, so no channel exceeds its cover
    assert (fine[..., :3] <= fine[..., 3:] + 1e-6).all()


def test_patterns_finer_than_a_pixel_fade_to_their_mean():
    texels = (2e-4, 7e-4, 2e-3)
    near, far, farther = (
        draw_print(described("dots", 0.002), texel).pixels[..., 3].std() for texel in texels
    )
    assert near > 0.35 and 0.05 < far < 0.75 * near and farther < 0.01


@pytest.mark.parametrize("size", [0.006, 0.012])
def test_stripes_have_their_true_pitch(size):
    tile = draw_print(described("stripes", size), 0.0002)
    row = tile.pixels[0, :, 3]
    starts = np.flatnonzero((row >= 0.5) & (np.roll(row, 1) < 0.5))
    assert float(tile.size[0]) == pytest.approx(size) and len(starts) == len(INKS)


def test_gingham_is_a_quarter_full_and_half_half_tone():
    tile = draw_print({**described("gingham"), "inks": INKS[:1]}, 0.0002)
    cover = tile.pixels[..., 3]
    assert np.mean(cover > 0.99) == pytest.approx(0.25, abs=0.03)
    assert np.mean(np.abs(cover - 0.5) < 0.01) == pytest.approx(0.5, abs=0.03)


@pytest.mark.parametrize("kind", sorted(set(REPEATS) - {"stripes", "gingham", "tartan", "houndstooth"}))
def test_repeats_have_no_seam(kind):
    """Neighbours across the sides of the repeat differ no more than neighbours elsewhere do."""
    ink = draw_print(described(kind), 0.0005).pixels
    for axis in (0, 1):
        step = np.abs(np.diff(ink, axis=axis, append=ink.take([0], axis))).mean(axis=(1 - axis, 2))
        assert step[-1] <= step.max() + 1e-6 and step[-1] <= 3 * step.mean() + 0.12


def test_every_kind_draws_the_same_from_the_same_seed_only():
    for kind in KINDS:
        if kind == "picture":
            continue
        first, again = (draw_print(described(kind), 0.001).pixels for _ in range(2))
        np.testing.assert_array_equal(first, again)
    for kind in ("camouflage", "flowers", "words", "mark", "leopard"):
        other = draw_print(described(kind, seed=5), 0.001).pixels
        assert other.shape != first.shape or (other != draw_print(described(kind), 0.001).pixels).any()
    assert set(PALETTES) == set(KINDS) - {"picture", "stamp"}


def test_a_stamp_reads_the_right_way_round_at_its_size():
    tile = draw_print(described("stamp", 0.02, text=["L"]), 0.0002)
    cover = tile.pixels[..., 3]
    rows, columns = np.nonzero(cover > 0.5)
    texel = tile.size / cover.shape[::-1]
    assert 0.4 * 0.02 < np.ptp(rows) * texel[1] <= 0.02
    # an L is heavy at its left and at its foot, where v is least
    middle = (rows.min() + rows.max()) / 2, (columns.min() + columns.max()) / 2
    assert rows.mean() < middle[0] - 3 and columns.mean() < middle[1] - 3
    two = draw_print(described("stamp", 0.02, text=["N95", "SAMPLE 0000"]), 0.0002).pixels[..., 3]
    lines = np.flatnonzero(np.diff((two.max(1) > 0.5).astype(int)))
    assert len(lines) == 4 and np.ptp(np.nonzero(two > 0.5)[1]) * texel[0] > 0.85 * 0.02


def test_a_picture_lies_at_its_true_size_the_right_way_up(tmp_path):
    pixels = np.zeros((40, 80, 3), np.uint8)
    pixels[:20] = (255, 0, 0)
    Image.fromarray(pixels).save(tmp_path / "flag.png")
    tile = draw_print(described("picture", 0.08, file=str(tmp_path / "flag.png")), 0.002)
    np.testing.assert_allclose(tile.size, [0.08 * 42 / 40, 0.04 * 22 / 20], rtol=1e-6)  # a clear border
    assert tile.pixels.shape == (22, 42, 4) and not tile.repeats
    np.testing.assert_allclose(tile.pixels[-2, 20], [1, 0, 0, 1], atol=1e-5)
    np.testing.assert_allclose(tile.pixels[1, 20], [0, 0, 0, 1], atol=1e-5)
    assert tile.pixels[0].max() == 0 and tile.pixels[:, -1].max() == 0
    middle = tile.origin + tile.size / 2
    np.testing.assert_allclose(middle, 0, atol=1e-9)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("missing.png", None, "no file"),
        ("text.png", b"not a picture", "cannot be read"),
        ("cut.png", "cut", "cannot be read"),
        ("tiny.png", Image.new("RGB", (4, 30)), "needs 16"),
        ("clear.png", Image.new("RGBA", (30, 30)), "transparent everywhere"),
    ],
)
def test_a_picture_that_cannot_be_printed_says_why(tmp_path, name, content, says):
    path = tmp_path / name
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content == "cut":
        Image.effect_noise((64, 64), 50).save(path)
        path.write_bytes(path.read_bytes()[:900])
    elif content is not None:
        content.save(path)
    with pytest.raises(PrintError, match=says) as error:
        read_picture(path)
    assert name in str(error.value)


def test_deep_grey_pictures_keep_their_tones(tmp_path):
    ramp = np.tile(np.linspace(0, 65535, 32).astype(np.uint16), (32, 1))
    Image.fromarray(ramp).save(tmp_path / "deep.png")
    grey = read_picture(tmp_path / "deep.png")[0, :, 0]
    assert grey[0] == 0 and grey[-1] == pytest.approx(1) and (np.diff(grey) > 0).all()
