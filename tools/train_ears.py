"""Train pipeline/faces/ears/ears.tflite, which says where an ear is, on generated portraits.

    PYTHONPATH=. python tools/sittings.py sittings/ --count 1200
    PYTHONPATH=. python tools/train_ears.py sittings/

Needs TensorFlow (tried with tensorflow-cpu 2.21), which the package itself does not. It runs on one thread:
the same portraits and seed give the same network.

A close-up of an ear (64 x 64) goes in; heat maps of the points of `ear_vertices` come out, of which the
means are taken (Sun et al. 2018, Integral Human Pose Regression), with the uncertainty of each point
(Kendall & Gal 2017) and the share of the ear that can be seen. Generated people are not photographs: what
differs (colours, light, sharpness, background, what hangs over the ear) is varied far beyond life.
"""

from __future__ import annotations

import argparse
import io
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tensorflow as tf
from half_precision import write_half
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from pipeline.faces.camera import project
from pipeline.faces.ears.network import normalised
from pipeline.faces.ears.view import SPAN, WIDTH, EarView, cut, ear_vertices, ear_view
from pipeline.faces.raster import rasterise
from pipeline.head.model import load_head
from pipeline.records import Camera

OUTPUT = Path(__file__).parents[1] / "pipeline/faces/ears/ears.tflite"
PATCH = 176  # px and mm: what is kept of a portrait around each ear
BACKDROP, HEAD, HAIR = 0, 1, 4  # ids of pipeline.studio.portrait.SEEN
WHOLE = 220.0  # mm2 of an ear, seen by nothing else in front: from here on it counts as a whole one
LEAST = 0.1  # share seen below which nothing is learned about where the ear is
BATCH = 32
RIM = 16  # how many of the points go around the ear


@dataclass(frozen=True)
class Ears:
    """Ears cut from portraits, all as left ears. Points are mm from the middle of the patch."""

    patches: NDArray[np.uint8]  # (N, PATCH, PATCH, 3) sRGB
    seen: NDArray[np.uint8]  # (N, PATCH, PATCH) ids of what each pixel shows
    points: NDArray[np.float32]  # (N, P, 2)
    share: NDArray[np.float32]  # (N,) how much of the ear can be seen, 0..1
    portrait: NDArray[np.int32]  # (N,)


def gather(folder: Path) -> Ears:
    """The ears of every portrait in `folder`."""
    rows = []
    for number, facts in enumerate(sorted(folder.glob("*.npz"))):
        try:
            with np.load(facts) as stored:
                truth = {name: stored[name] for name in stored.files}
            pixels = np.asarray(Image.open(facts.with_suffix(".png")).convert("RGB"))
        except (OSError, ValueError, EOFError):  # being written
            continue
        shape = load_head().shape(truth["identity"], truth["expression"])
        vertices = shape @ truth["rotation"].T + truth["translation"]
        camera = Camera(float(truth["focal_px"]), *(int(n) for n in truth["size"]))
        for side in ("left", "right"):
            view = ear_view(vertices, camera, side)
            if view is None:
                continue
            points = view.from_photo(project(vertices[ear_vertices(side)], camera))
            seen = cut(np.repeat(truth["seen"][..., None], 3, axis=2), view, PATCH, float(PATCH))[..., 0]
            share = share_seen(vertices, camera, view, truth["seen"])
            rows.append((cut(pixels, view, PATCH, float(PATCH)), seen, points, share, number))
    patches, seen, points, share, portrait = zip(*rows, strict=True)
    return Ears(
        np.array(patches),
        np.array(seen),
        np.array(points, np.float32),
        np.array(share, np.float32),
        np.array(portrait, np.int32),
    )


def share_seen(
    vertices: NDArray[np.float64], camera: Camera, view: EarView, seen: NDArray[np.uint8]
) -> float:
    """How much of an ear the camera sees, 0..1: not hidden by the head, by hair, or beyond the photo."""
    head = load_head()
    low = np.floor(view.centre - 45 * view.px_per_mm).astype(int)
    box = (int(low[0]), int(low[1]), *(int(n) for n in low + np.ceil(90 * view.px_per_mm).astype(int)))
    raster = rasterise(vertices, head.faces, camera, box, (90, 90))
    ear = head.regions[f"ear_{view.side}"][head.faces].all(axis=1)
    cells = np.argwhere((raster.triangle >= 0) & ear[raster.triangle])
    if not len(cells):
        return 0.0
    step = np.array([box[2] - box[0], box[3] - box[1]]) / 90
    spots = np.floor(low + (cells[:, ::-1] + 0.5) * step).astype(int)
    inside = ((spots >= 0) & (spots < [camera.width, camera.height])).all(axis=1)
    spots = spots[inside]
    bare = (seen[spots[:, 1], spots[:, 0]] == HEAD).sum()
    return float(bare / len(cells) * min(1.0, len(cells) / WHOLE))


def augment(
    rng: np.random.Generator, ears: Ears, index: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """A close-up (WIDTH, WIDTH, 3) for the network; its points in mm and the share seen (2 P + 1,)."""
    patch = repaint(rng, ears, index)
    # Fits put the close-up some way off the ear, and ears differ more than the head model's.
    angle, size = np.radians(np.clip(rng.normal(0, 6), -16, 16)), np.exp(rng.normal(0, 0.09))
    stretch = np.exp(rng.normal(0, 0.06))
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    matrix = size * np.diag([stretch, 1 / stretch]) @ turn  # close-up mm to patch mm
    shift = np.clip(rng.normal(0, 6.5, 2), -16, 16)
    points = (ears.points[index] - shift) @ np.linalg.inv(matrix).T
    cell = SPAN / WIDTH
    corner = matrix @ [-SPAN / 2, -SPAN / 2] + shift + PATCH / 2
    (a, b), (d, e) = matrix * cell
    picture = patch.transform(
        (WIDTH, WIDTH), Image.Transform.AFFINE, (a, b, corner[0], d, e, corner[1]), Image.Resampling.BILINEAR
    )
    picture, bare = hang(rng, picture, points)
    truth = np.append(points.ravel(), ears.share[index] * bare)
    return normalised(photograph(rng, picture)), truth.astype(np.float32)


def repaint(rng: np.random.Generator, ears: Ears, index: int) -> Image.Image:
    """The patch with other colours of skin and hair, and often with another background."""
    patch = ears.patches[index].astype(np.float32)
    seen = ears.seen[index]
    for kind, chance, spread in ((HEAD, 0.5, 0.18), (HAIR, 0.7, 0.5)):
        if rng.random() < chance:
            where = seen == kind
            patch[where] = patch[where] * np.exp(rng.normal(0, spread) + rng.normal(0, 0.06, 3))
    if rng.random() < 0.6:
        where = np.asarray(Image.fromarray(np.uint8(255 * (seen == BACKDROP))).filter(ImageFilter.BoxBlur(1)))
        other = background(rng, ears)
        patch += (where / 255.0)[..., None] * (other - patch)
    return Image.fromarray(np.clip(patch, 0, 255).astype(np.uint8))


def background(rng: np.random.Generator, ears: Ears) -> NDArray[np.float32]:
    """(PATCH, PATCH, 3) something to stand before: clouds, stripes, or a piece of another portrait."""
    kind = rng.integers(3)
    if kind == 0:
        other = ears.patches[rng.integers(len(ears.patches))]
        return np.rot90(other, rng.integers(4)).astype(np.float32)
    side = int(rng.integers(2, 24))
    shape = (side, side, 3) if kind == 1 else (2, 12 * side, 3)
    base = rng.uniform(0, 255, 3) + rng.normal(0, rng.uniform(5, 60), shape[:2])[..., None]
    cloud = Image.fromarray(np.clip(base + rng.normal(0, 8, shape), 0, 255).astype(np.uint8))
    return np.asarray(cloud.resize((PATCH, PATCH), Image.Resampling.BICUBIC), np.float32)


def hang(
    rng: np.random.Generator, picture: Image.Image, points: NDArray[np.float32]
) -> tuple[Image.Image, float]:
    """The close-up with locks, stems of glasses or a blot over it, and the share of the ear left bare.

    Portraits have these too seldom or not at all. Points (P, 2) mm: the ear's rim comes first.
    """
    over = Image.new("L", picture.size)
    veil = Image.new("RGB", picture.size)
    for draw_one, chance in ((_lock, 0.4), (_stem, 0.12), (_blot, 0.2)):
        if rng.random() < chance:
            draw_one(rng, ImageDraw.Draw(veil), ImageDraw.Draw(over))
    ear = Image.new("L", picture.size)
    rim = (points[:RIM] / SPAN + 0.5) * WIDTH
    ImageDraw.Draw(ear).polygon([tuple(point) for point in rim.tolist()], fill=255)
    inside = np.asarray(ear) > 0
    bare = 1 - float((np.asarray(over)[inside] > 0).mean()) if inside.any() else 1.0
    return Image.composite(veil, picture, over), bare


def _lock(rng: np.random.Generator, veil: ImageDraw.ImageDraw, over: ImageDraw.ImageDraw) -> None:
    shade = rng.uniform(0, 190)
    tint = rng.normal(0, 12, 3)
    x, lean, thick = rng.uniform(0, WIDTH), rng.normal(0, 0.3), rng.uniform(2, 11)
    y = np.linspace(-5, WIDTH * rng.uniform(0.3, 1.3), 8)
    bend = rng.normal(0, 1.5, 8).cumsum()
    for _ in range(int(rng.integers(2, 70))):
        strand = x + rng.normal(0, thick) + lean * y + bend + rng.normal(0, 0.6, 8).cumsum()
        path = list(zip(strand.tolist(), y.tolist(), strict=True))
        colour = tuple(int(c) for c in np.clip(shade * np.exp(rng.normal(0, 0.25)) + tint, 0, 255))
        width = int(rng.integers(1, 3))
        veil.line(path, fill=colour, width=width)
        over.line(path, fill=255, width=width)


def _stem(rng: np.random.Generator, veil: ImageDraw.ImageDraw, over: ImageDraw.ImageDraw) -> None:
    y, width = rng.uniform(0.1, 0.5) * WIDTH, int(rng.integers(1, 4))
    path = [(0, y), (WIDTH * rng.uniform(0.3, 0.55), y + rng.normal(0, 5))]
    veil.line(path, fill=(int(rng.uniform(0, 255)),) * 3, width=width)
    over.line(path, fill=255, width=width)


def _blot(rng: np.random.Generator, veil: ImageDraw.ImageDraw, over: ImageDraw.ImageDraw) -> None:
    corner, size = rng.uniform(-10, WIDTH, 2), rng.uniform(6, 26, 2)
    box = [*corner.tolist(), *(corner + size).tolist()]
    veil.ellipse(box, fill=tuple(int(c) for c in rng.uniform(0, 255, 3)))
    over.ellipse(box, fill=255)


def photograph(rng: np.random.Generator, picture: Image.Image) -> NDArray[np.uint8]:
    """The close-up as some camera would have given it: light, tint, sharpness, noise, JPEG."""
    light = np.asarray(picture, np.float32) / 255
    light = light ** np.exp(rng.normal(0, 0.3)) * np.exp(rng.normal(0, 0.25) + rng.normal(0, 0.08, 3))
    if rng.random() < 0.5:  # a shadow or a lamp from one side
        y, x = np.mgrid[:WIDTH, :WIDTH] / WIDTH - 0.5
        angle = rng.uniform(0, 2 * np.pi)
        slope = rng.normal(0, 3) * (np.cos(angle) * x + np.sin(angle) * y + rng.uniform(-0.3, 0.3))
        light *= np.exp(rng.uniform(0, 0.9) * np.tanh(slope))[..., None]
    if rng.random() < 0.15:
        light = np.repeat(light.mean(axis=2, keepdims=True), 3, axis=2)
    light = np.clip(light, 0, 1)
    picture = Image.fromarray(np.uint8(255 * light))
    if rng.random() < 0.5:
        small = int(rng.integers(24, WIDTH))
        filters = (Image.Resampling.BOX, Image.Resampling.BILINEAR, Image.Resampling.BICUBIC)
        picture = picture.resize((small, small), filters[rng.integers(3)])
        picture = degraded(rng, picture).resize((WIDTH, WIDTH), filters[1 + rng.integers(2)])
    else:
        if rng.random() < 0.3:
            picture = picture.filter(ImageFilter.GaussianBlur(rng.uniform(0.3, 1.3)))
        picture = degraded(rng, picture)
    return np.asarray(picture)


def degraded(rng: np.random.Generator, picture: Image.Image) -> Image.Image:
    noisy = np.asarray(picture, np.float32)
    if rng.random() < 0.6:
        noisy = noisy + rng.normal(0, rng.uniform(0, 12), noisy.shape)
    picture = Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8))
    if rng.random() < 0.5:
        held = io.BytesIO()
        picture.save(held, "JPEG", quality=int(rng.integers(25, 95)))
        picture = Image.open(held).convert("RGB")
    return picture


def network(points: int) -> tf.keras.Model:
    """Close-up to (points * 3 + 1,): x and y in mm, log of the uncertainty in mm, logit of the share seen."""
    layers = tf.keras.layers

    def convolve(x: tf.Tensor, channels: int, stride: int = 1, size: int = 3) -> tf.Tensor:
        x = layers.Conv2D(channels, size, stride, "same", use_bias=False)(x)
        return layers.ReLU()(layers.BatchNormalization(momentum=0.97)(x))

    picture = layers.Input((WIDTH, WIDTH, 3))
    x = convolve(picture, 16, 2)
    half = convolve(x, 24)
    x = convolve(half, 48, 2)
    quarter = convolve(x, 48)
    x = convolve(quarter, 80, 2)
    eighth = convolve(x, 80)
    x = convolve(eighth, 112, 2)
    x = convolve(x, 112)
    whole = layers.Dropout(0.2)(layers.GlobalAveragePooling2D()(x))
    whole = layers.Dense(48, activation="relu")(whole)
    x = layers.UpSampling2D(interpolation="bilinear")(convolve(x, 64, size=1))
    x = convolve(x + convolve(eighth, 64, size=1), 64)
    x = layers.UpSampling2D(interpolation="bilinear")(convolve(x, 48, size=1))
    x = convolve(x + convolve(quarter, 48, size=1), 48)
    x = layers.UpSampling2D(interpolation="bilinear")(convolve(x, 32, size=1))
    x = convolve(x + convolve(half, 32, size=1), 32)
    cells = WIDTH // 2
    heat = layers.Conv2D(points, 1)(x)
    heat = layers.Permute((2, 1))(layers.Reshape((cells * cells, points))(heat))
    heat = layers.Softmax()(heat)
    along = (np.arange(cells) + 0.5) / cells * SPAN - SPAN / 2
    grid = np.stack(np.meshgrid(along, along), axis=-1).reshape(-1, 2)
    place = layers.Dense(
        2, use_bias=False, trainable=False, kernel_initializer=tf.constant_initializer(grid)
    )(heat)
    rest = layers.Dense(points + 1)(whole)
    return tf.keras.Model(picture, layers.Concatenate()([layers.Flatten()(place), rest]))


def loss(truth: tf.Tensor, answer: tf.Tensor, points: int) -> tf.Tensor:
    """Negative log likelihood: Laplace for the places, Bernoulli for the share seen."""
    share = truth[:, -1]
    place = tf.reshape(answer[:, : 2 * points], (-1, points, 2))
    spread = answer[:, 2 * points : 3 * points]
    off = tf.sqrt(tf.reduce_sum((place - tf.reshape(truth[:, :-1], (-1, points, 2))) ** 2, -1) + 0.05)
    weight = share * tf.cast(share > LEAST, tf.float32)
    likely = off * tf.exp(-spread) + 2 * spread
    where = tf.reduce_sum(weight * tf.reduce_mean(likely + 0.1 * off, -1)) / (tf.reduce_sum(weight) + 1)
    visible = tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(share, answer[:, -1]))
    return where + 2 * visible


def batches(ears: Ears, chosen: NDArray[np.int64], seed: int, count: int) -> Iterator[tuple]:
    """`count` batches; ears that cannot be seen are drawn a third as often."""
    weight = np.where(ears.share[chosen] > LEAST, 1.0, 0.33)
    for number in range(count):
        rng = np.random.default_rng([seed, number])
        picked = rng.choice(chosen, BATCH, p=weight / weight.sum())
        pictures, truth = zip(*(augment(rng, ears, int(index)) for index in picked), strict=True)
        yield np.array(pictures), np.array(truth)


def train(ears: Ears, steps: int, seed: int) -> tf.keras.Model:
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.keras.utils.set_random_seed(seed)
    points = ears.points.shape[1]
    model = network(points)
    print(f"{model.count_params()} parameters, {len(ears.share)} ears, {(ears.share > 0.5).sum()} in view")
    held = ears.portrait % 12 == 0
    taught = np.flatnonzero(~held)
    checks = list(batches(ears, np.flatnonzero(held & (ears.share > 0.3)), seed + 1, 8))
    schedule = tf.keras.optimizers.schedules.CosineDecay(
        1e-5, steps, 0.01, warmup_target=3e-3, warmup_steps=min(150, steps // 10)
    )
    optimiser = tf.keras.optimizers.AdamW(schedule, weight_decay=1e-3)

    @tf.function
    def step(pictures: tf.Tensor, truth: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            value = loss(truth, model(pictures, training=True), points)
        slopes = tape.gradient(value, model.trainable_variables)
        optimiser.apply_gradients(zip(slopes, model.trainable_variables, strict=True))
        return value

    total = 0.0
    for number, (pictures, truth) in enumerate(batches(ears, taught, seed, steps), 1):
        total += float(step(tf.constant(pictures), tf.constant(truth)))
        if number % 250 == 0 or number == steps:
            print(f"step {number}: loss {total / 250:.3f}; {check(model, checks, points)}", flush=True)
            total = 0.0
    return model


def check(model: tf.keras.Model, checks: list[tuple], points: int) -> str:
    answers = np.concatenate([model(pictures, training=False).numpy() for pictures, _ in checks])
    truth = np.concatenate([truth for _, truth in checks])
    off = np.linalg.norm((answers[:, : 2 * points] - truth[:, :-1]).reshape(-1, points, 2), axis=-1)
    right = (answers[:, -1] > 0) == (truth[:, -1] > 0.5)
    return (
        f"held out: median {np.median(off):.2f} mm, mean {off.mean():.2f} mm, share right {right.mean():.2f}"
    )


def export(model: tf.keras.Model, path: Path) -> None:
    """Write the network with half-precision weights."""
    with tempfile.TemporaryDirectory() as scratch:
        model.export(scratch, verbose=False, input_signature=[tf.TensorSpec((1, WIDTH, WIDTH, 3))])
        write_half(tf.lite.TFLiteConverter.from_saved_model(scratch), path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path, help="portraits by tools/sittings.py")
    parser.add_argument("--steps", type=int, default=2800)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--output", type=Path, default=OUTPUT)
    options = parser.parse_args()
    export(train(gather(options.folder), options.steps, options.seed), options.output)


if __name__ == "__main__":
    main()
