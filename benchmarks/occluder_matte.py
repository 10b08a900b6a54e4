"""How near the matte of what lies before a face comes to the truth, on portraits with things over them.

    PYTHONPATH=. python tools/sittings.py sittings/ --count 60 --seed 7
    PYTHONPATH=. python benchmarks/occluder_matte.py sittings/

Locks of single hairs, the arm of a headset, a microphone on a stick and fingers are drawn with known
coverage. "matte" is given the cells that are covered, a little off, and tells how good the matting is;
"found" is given the photo. Mean absolute difference (per cent) and its sum (px / 1000) of coverage where a
mask may be; "rim" is the difference (of 255, sRGB) of what then stands over a white mask, where the coverage
is neither 0 nor 1.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image
from scipy import ndimage

from pipeline.colour import encode, to_linear
from pipeline.composite.occlusion import foreground
from pipeline.faces.camera import project
from pipeline.faces.occluders.find import find_front
from pipeline.faces.occluders.matte import soft_matte
from pipeline.faces.occluders.view import CELLS, Frame, face_frame
from pipeline.faces.raster import rasterise
from pipeline.head.model import load_head
from pipeline.records import Camera, Float, Occluder

KINDS = ("hair", "headset", "microphone", "fingers")
FINE = 4  # samples along a pixel's side
WHITE = 0.75
LOWEST, HIGHEST, BACK = -0.125, -0.015, -0.05  # m, head frame: where masks are


Place = Callable[[Float], Float]


def line(shape: tuple[int, int], points: Float, radius: Float | float) -> Float:
    """Coverage (h, w) of a round stroke along points (n, 2) px, radius px at each."""
    drawn = np.zeros((shape[0] * FINE, shape[1] * FINE), bool)
    for (x, y), r in zip(points * FINE, np.broadcast_to(radius, len(points)) * FINE, strict=True):
        x0, y0 = max(int(x - r) - 1, 0), max(int(y - r) - 1, 0)
        row, column = np.mgrid[y0 : int(y + r) + 3, x0 : int(x + r) + 3]
        part = drawn[y0 : int(y + r) + 3, x0 : int(x + r) + 3]
        inside = np.hypot(column + 0.5 - x, row + 0.5 - y) <= max(r, 0.5)
        part |= inside[: part.shape[0], : part.shape[1]]
    return drawn.reshape(shape[0], FINE, shape[1], FINE).mean(axis=(1, 3))


def curve(ends: Float, bend: Float, count: int) -> Float:
    t = np.linspace(0, 1, count)[:, None]
    return np.asarray((1 - t) ** 2 * ends[0] + 2 * t * (1 - t) * bend + t**2 * ends[1])


def over(below: tuple[Float, Float], coverage: Float, colour: Float) -> tuple[Float, Float]:
    """Premultiplied colour and coverage of something over what is there."""
    rgb, alpha = below
    return rgb * (1 - coverage)[..., None] + coverage[..., None] * colour, alpha * (1 - coverage) + coverage


def occluder(
    kind: str,
    place: Place,
    per_m: float,
    shape: tuple[int, int],
    skin: Float,
    side: int,
    rng: np.random.Generator,
) -> tuple[Float, Float]:
    """Premultiplied linear colour (h, w, 3) and coverage (h, w)."""
    drawn = (np.zeros((*shape, 3)), np.zeros(shape))
    if kind == "hair":
        colour = np.array([(0.02, 0.013, 0.01), (0.1, 0.055, 0.03), (0.35, 0.24, 0.13)][rng.integers(3)])
        for _ in range(70):
            spread = abs(rng.normal(0, 0.012))
            top = np.array([side * 0.07, 0.05, 0.01])
            bottom = np.array([side * (0.06 - spread), -0.13 + rng.normal(0, 0.02), 0.02])
            middle = (top + bottom) / 2 + [side * (0.006 - 1.2 * spread), 0, 0.01]
            points = curve(place(np.array([top, bottom])), place(middle[None])[0], 160)
            tone = colour * np.exp(rng.normal(0, 0.35))
            drawn = over(drawn, line(shape, points, per_m * rng.uniform(0.0002, 0.0006)), tone)
        return drawn
    if kind == "fingers":
        # darker towards their sides, as round things are, and else of the face's own colour
        for number in range(2):
            root = np.array([side * (0.03 + 0.02 * number), -0.15, 0.06])
            ends = place(root + np.array([[0.0, 0.0, 0.0], [side * -0.03, 0.08, 0.02]]))
            points = curve(ends, ends.mean(axis=0), 90)
            tone = skin * np.exp(rng.normal(0, 0.1))
            for part, shade in ((1.0, 0.5), (0.9, 0.75), (0.75, 1.0)):
                drawn = over(drawn, line(shape, points, per_m * 0.008 * part), tone * shade)
        return drawn
    colour = np.full(3, rng.uniform(0.005, 0.06))
    if kind == "headset":
        ends = place(np.array([[side * 0.072, -0.02, 0.0], [side * 0.028, -0.068, 0.07]]))
        points = curve(ends, place(np.array([[side * 0.065, -0.075, 0.05]]))[0], 200)
        drawn = over(drawn, line(shape, points, per_m * 0.0017), colour * 2)
        return over(drawn, line(shape, points[-6:], per_m * 0.009), colour)
    ends = place(np.array([[side * 0.01, -0.07, 0.08], [side * rng.uniform(0, 0.05), -0.22, 0.1]]))
    points = curve(ends, ends.mean(axis=0), 200)
    drawn = over(drawn, line(shape, points, per_m * 0.013), colour)
    return over(drawn, line(shape, points[:6], per_m * 0.024), np.full(3, rng.uniform(0.02, 0.2)))


def in_cells(alpha: Float, frame: Frame) -> Float:
    """Which cells (n, n) are covered, half a cell off, as a network might say."""
    row, column = np.indices((CELLS, CELLS)) + 0.5
    at = np.einsum("ij,jrc->irc", frame.to_photo, np.stack([column + 0.5, row + 0.5, np.ones_like(row)]))
    smooth = ndimage.gaussian_filter(alpha, frame.cell_px / 2)
    return (ndimage.map_coordinates(smooth, at[::-1] - 0.5, order=1) > 0.35).astype(float)


def laid(found: Occluder, shape: tuple[int, int]) -> Float:
    full = np.zeros(shape)
    x0, y0, x1, y1 = found.box
    if found.matte.size:
        full[y0:y1, x0:x1] = found.matte / 255
    return full


def over_white(photo: Float, alpha: Float, colours: Float) -> Float:
    return np.asarray(encode(alpha[..., None] * colours + (1 - alpha)[..., None] * WHITE) * 255)


def measured(path: Path, kind: str) -> dict[str, float] | None:
    head = load_head()
    rng = np.random.default_rng([int(path.stem), sum(kind.encode())])
    bare = to_linear(np.asarray(Image.open(path.with_suffix(".png")).convert("RGB")))
    with np.load(path) as truth:
        rotation, translation, seen = truth["rotation"], truth["translation"], truth["seen"]
        vertices = head.shape(truth["identity"], truth["expression"]) @ rotation.T + translation
        camera = Camera(float(truth["focal_px"]), *(int(side) for side in truth["size"]))
        yaw = float(truth["yaw_pitch_roll"][0])
        if abs(yaw) > np.radians(40):
            return None
    shape = bare.shape[:2]

    def place(points: Float) -> Float:
        return project(points @ rotation.T + translation, camera)

    per_m = camera.focal_px / translation[2]
    column, row = place(np.array([[0.0, -0.03, 0.05]]))[0].astype(int)
    skin = bare[row - 3 : row + 4, column - 3 : column + 4].mean(axis=(0, 1))
    rgb, alpha = occluder(kind, place, per_m, shape, skin, -1 if yaw > 0 else 1, rng)
    photo = rgb + (1 - alpha)[..., None] * bare
    pixels = (encode(photo) * 255 + 0.5).astype(np.uint8)
    frame = face_frame(rotation, translation, camera)
    raster = rasterise(vertices, head.faces, camera, (0, 0, *shape[::-1]), shape)
    spot = head.mean[head.faces].mean(axis=1)[raster.triangle]
    where = (
        (raster.triangle >= 0) & (spot[..., 1] > LOWEST) & (spot[..., 1] < HIGHEST) & (spot[..., 2] > BACK)
    )
    where &= ~ndimage.binary_dilation((seen >= 4) & (alpha == 0), iterations=3)
    if frame is None or not where.any() or not (alpha[where] > 0.5).any():
        return None

    given = laid(soft_matte(in_cells(alpha, frame), frame, pixels), shape)
    start = time.process_time()
    front = find_front(pixels, vertices, rotation, translation, camera)
    spent = time.process_time() - start
    found = laid(front.occluder, shape)
    # the colours are judged alone, under the true matte
    start = time.process_time()
    rows, columns = np.nonzero(where)
    crop = (slice(rows.min(), rows.max() + 1), slice(columns.min(), columns.max() + 1))
    ours = photo.copy()
    ours[crop] = foreground(to_linear(pixels)[crop], alpha[crop])
    coloured = time.process_time() - start
    rim = where & (alpha > 0.02) & (alpha < 0.98)
    wanted = encode(rgb + (1 - alpha)[..., None] * WHITE) * 255
    return {
        "matte MAD %": 100 * np.abs(given - alpha)[where].mean(),
        "matte SAD": np.abs(given - alpha)[where].sum() / 1000,
        "found MAD %": 100 * np.abs(found - alpha)[where].mean(),
        "found SAD": np.abs(found - alpha)[where].sum() / 1000,
        "missed %": 100 * (np.maximum(alpha - found, 0)[where].sum() / alpha[where].sum()),
        "false %": 100 * (np.maximum(found - alpha, 0)[where].sum() / alpha[where].sum()),
        "rim, photo's colours": np.abs(over_white(photo, alpha, photo) - wanted)[rim].mean(),
        "rim, foreground": np.abs(over_white(photo, alpha, ours) - wanted)[rim].mean(),
        "CPU-s found": spent,
        "CPU-s colours": coloured,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=40, help="portraits")
    options = parser.parse_args()
    for kind in KINDS:
        rows = [measured(path, kind) for path in sorted(options.folder.glob("*.npz"))[: options.count]]
        kept = [row for row in rows if row]
        print(f"{kind}: {len(kept)} portraits, means")
        for name in kept[0]:
            print(f"  {name:22s} {np.mean([row[name] for row in kept]):8.3f}")


if __name__ == "__main__":
    main()
