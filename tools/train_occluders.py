"""Train the network that says what in front of a face would lie in front of a mask.

    PYTHONPATH=. python tools/train_occluders.py paint sittings/ painted/
    PYTHONPATH=. python tools/train_occluders.py learn painted/ pipeline/faces/occluders/occluders.tflite

The portraits come from tools/sittings.py; nothing else is learned from. ``paint`` needs the project only,
``learn`` TensorFlow 2 besides, in an environment of its own.
"""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path

import numpy as np
from occluder_paint.photo import paint
from occluder_paint.scene import Scene
from PIL import Image
from scipy import ndimage
from scipy.spatial.transform import Rotation

from pipeline.colour import to_linear
from pipeline.faces.occluders.features import bare_skin, head_geometry, with_colours
from pipeline.faces.occluders.network import KINDS
from pipeline.faces.occluders.view import CELLS, Frame, face_frame, sampled, seen_in
from pipeline.head.model import load_head
from pipeline.records import Camera, Float

FITS, PAINTINGS = 2, 3  # wrong fits a portrait, and paintings of each
# A fit is wrong by about as much as this; a hidden face's by more.
TURN, SHIFT, LARGER, SHAPE = np.radians(2.5), 0.0025, 0.02, 0.35


def paint_portraits(folder: Path, out: Path, every: int, offset: int) -> None:
    """Store, for each portrait, its geometry as wrong fits have it and paintings with their labels."""
    out.mkdir(parents=True, exist_ok=True)
    files = sorted(folder.glob("*.npz"))
    locks: list[tuple[Float, np.ndarray]] = []
    for path in files[offset::every]:
        goal = out / path.name
        if goal.exists():
            continue
        rng = np.random.default_rng([1, int(path.stem)])
        stored = one_portrait(path, rng, locks)
        if stored:
            np.savez(goal, **stored)


def one_portrait(path: Path, rng: np.random.Generator, locks: list) -> dict[str, np.ndarray]:
    head = load_head()
    pixels = np.asarray(Image.open(path.with_suffix(".png")).convert("RGB"))
    with np.load(path) as truth:
        rotation, translation = truth["rotation"], truth["translation"]
        identity, expression = truth["identity"], truth["expression"]
        seen = truth["seen"]
        camera = Camera(float(truth["focal_px"]), *(int(side) for side in truth["size"]))
        ambient, directions, lamps = truth["ambient"], truth["directions"], truth["irradiance"]
    true = head.shape(identity, expression) @ rotation.T + translation
    kept: dict[str, list] = {name: [] for name in ("pixels", "label", "weight", "geometry", "inside", "fit")}
    for number in range(FITS):
        spread = 1.0 if number else 0.4
        wrong = Rotation.from_rotvec(rng.normal(0, TURN * spread, 3)).as_matrix() @ rotation
        moved = translation * np.exp(rng.normal(0, LARGER * spread)) + rng.normal(0, SHIFT * spread, 3)
        shape = head.shape(identity + rng.normal(0, SHAPE * spread, len(identity)), expression)
        vertices = shape @ wrong.T + moved
        frame = face_frame(wrong, moved, camera)
        found = None if frame is None else sampled(pixels, frame, CELLS)
        if frame is None or found is None:
            return {}
        shown, inside = found
        raster = seen_in(frame, vertices, head.faces)
        kept["geometry"].append(head_geometry(raster, frame, vertices))
        kept["inside"].append(inside)
        truly = seen_in(frame, true, head.faces)
        geometry = head_geometry(truly, frame, true)
        column, row = np.meshgrid(np.arange(CELLS) + 0.5, np.arange(CELLS) + 0.5)
        spots = np.einsum("ij,jrc->irc", frame.to_photo, np.stack([column, row, np.ones_like(row)]))
        what = seen[
            np.clip(spots[1].astype(int), 0, seen.shape[0] - 1),
            np.clip(spots[0].astype(int), 0, seen.shape[1] - 1),
        ]
        on_head = truly.triangle >= 0
        scalp = on_head & head.regions["scalp"][head.faces].any(axis=1)[truly.triangle]
        label = np.where(
            what == 4, KINDS.index("hair"), np.where(what >= 5, KINDS.index("glasses"), 0)
        ).astype(np.uint8)
        weight = np.where(scalp, 0.15, np.where(on_head, 1.0, 0.3)) * inside
        # Brows and lashes are hairs too, but lie on the face.
        brows = on_head & head.regions["brows"][head.faces].any(axis=1)[truly.triangle]
        brows = ndimage.binary_dilation(brows, iterations=5) & on_head & ~scalp
        lids = on_head & head.regions["eyelids"][head.faces].any(axis=1)[truly.triangle]
        label[(brows | ndimage.binary_dilation(lids, iterations=2)) & (label == KINDS.index("hair"))] = 0
        normal = geometry[..., 4:7].astype(float)
        toward = normal.copy()
        toward[~on_head] = [0, 0, -1]
        world = toward.copy()
        world[..., :2] = toward[..., :2] @ frame.turn
        shade = ambient + np.maximum(world @ directions.T, 0) @ lamps
        spot = np.where(on_head[..., None], geometry[..., 1:4] * 0.1, np.nan)
        lips = on_head & head.regions["lips"][head.faces].all(axis=1)[truly.triangle]
        skin = on_head & bare_skin()[truly.triangle]

        linear = to_linear(shown)
        hair = label == KINDS.index("hair")
        if hair.sum() > 300 and not number:
            locks.append((linear, hair))
            del locks[:-40]
        for _ in range(PAINTINGS):
            scene = Scene(
                linear.copy(),
                label.copy(),
                weight.copy(),
                spot,
                normal,
                shade,
                lips,
                skin,
                camera.focal_px / translation[2] / frame.cell_px,
                partial(_place, frame, true, rotation),
                locks,
            )
            kept["pixels"].append(paint(scene, rng))
            kept["label"].append(scene.label)
            kept["weight"].append((np.clip(scene.weight, 0, 1) * 255).astype(np.uint8))
            kept["fit"].append(number)
    stored = {name: np.array(values) for name, values in kept.items()}
    stored["geometry"] = stored["geometry"].astype(np.float16)
    return stored


def _place(frame: Frame, vertices: Float, rotation: Float, point: Float) -> tuple[float, float]:
    """Where (column, row) a point near the mean head falls, carried along by the nearest vertex."""
    near = int(np.argmin(((load_head().mean - point) ** 2).sum(axis=1)))
    at = vertices[near] + rotation @ (point - load_head().mean[near])
    px = frame.camera.focal_px * at[:2] / max(float(at[2]), 1e-3)
    column, row = (frame.turn @ px - frame.corner) / frame.cell_px
    return float(column), float(row)


STEPS, BATCH, RATE, SEED = 2600, 16, 2e-3, 3
CLASS_WEIGHTS = np.array([1.0, 1.0, 2.0, 1.3, 1.0], np.float32)


def build_network():
    """A U-Net (Ronneberger et al., MICCAI 2015) from features (n, n, 11) to chances (n, n, 5) of KINDS."""
    import keras
    from keras import layers

    def conv(x, filters, stride=1, dilation=1):
        x = layers.Conv2D(filters, 3, stride, "same", dilation_rate=dilation, use_bias=False)(x)
        return layers.ReLU()(layers.BatchNormalization(momentum=0.95)(x))

    def up(x):
        return layers.UpSampling2D(2, interpolation="bilinear")(x)

    told = keras.Input((CELLS, CELLS, 11))
    fine = conv(conv(told, 16, 2), 16)
    middle = conv(conv(fine, 32, 2), 32)
    coarse = conv(conv(middle, 48, 2), 48)
    deep = conv(conv(conv(coarse, 64, 2), 64), 64, dilation=2)
    x = conv(layers.Concatenate()([up(deep), coarse]), 48)
    x = conv(layers.Concatenate()([up(x), middle]), 32)
    x = conv(layers.Concatenate()([up(x), fine]), 16)
    x = conv(layers.Concatenate()([up(x), told[..., :3]]), 12)
    chances = layers.Conv2D(len(KINDS), 1, activation="softmax")(x)
    return keras.Model(told, chances)


def batches(folder: Path, rng: np.random.Generator):
    """Endless batches of features, one-hot labels times class weight, drawn evenly from all paintings."""
    sets = []
    for path in sorted(folder.glob("*.npz")):
        with np.load(path) as stored:
            sets.append({name: stored[name] for name in stored.files})
    while True:
        told, wanted = [], []
        for _ in range(BATCH):
            one = sets[rng.integers(len(sets))]
            number = int(rng.integers(len(one["label"])))
            fit = one["fit"][number]
            geometry, inside = one["geometry"][fit].astype(np.float32), one["inside"][fit]
            raw = with_colours(one["pixels"][number], inside, geometry)
            raw[..., :3] += rng.normal(0, 0.05, 3) * inside[..., None]  # the skin's colour is not well known
            label, weight = one["label"][number], one["weight"][number] / np.float32(255)
            hot = np.eye(len(KINDS), dtype=np.float32)[label] * (CLASS_WEIGHTS[label] * weight)[..., None]
            if rng.random() < 0.5:
                raw, hot = raw[:, ::-1].copy(), hot[:, ::-1]
                raw[..., [4, 7]] *= -1  # x of where it is, and of its normal
            told.append(raw)
            wanted.append(hot)
        yield np.stack(told), np.stack(wanted)


def learn(folder: Path, goal: Path, steps: int, start: Path | None) -> None:
    import keras
    import tensorflow as tf

    keras.utils.set_random_seed(SEED)
    network = build_network()
    if start is not None:
        network.load_weights(start)
    pace = keras.optimizers.schedules.CosineDecay(0.0, steps, 0.02, warmup_target=RATE, warmup_steps=100)
    optimiser = keras.optimizers.AdamW(pace, weight_decay=1e-3)

    @tf.function
    def step(told, wanted):
        with tf.GradientTape() as tape:
            chances = network(told, training=True)
            loss = -tf.reduce_mean(tf.reduce_sum(wanted * tf.math.log(chances + 1e-6), axis=-1))
        found = tape.gradient(loss, network.trainable_variables)
        optimiser.apply_gradients(zip(found, network.trainable_variables, strict=True))
        return loss

    rng = np.random.default_rng(SEED)
    losses = []
    for number, (told, wanted) in enumerate(batches(folder, rng), 1):
        losses.append(float(step(tf.constant(told), tf.constant(wanted))))
        if number % 50 == 0:
            print(number, f"loss {np.mean(losses[-50:]):.4f}", flush=True)
        if number % 200 == 0 or number == steps:
            store(network, goal.with_stem(f"{goal.stem}_{number}") if number < steps else goal)
        if number == steps:
            return


def store(network, goal: Path) -> None:
    """The network in a .tflite file, with weights of half precision, and its whole weights beside it."""
    import tensorflow as tf
    from half_precision import write_half

    network.save_weights(goal.with_suffix(".weights.h5"))
    write_half(tf.lite.TFLiteConverter.from_keras_model(network), goal)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("step", choices=("paint", "learn"))
    parser.add_argument("source", type=Path)
    parser.add_argument("goal", type=Path)
    parser.add_argument("--every", type=int, default=1, help="paint each n-th only")
    parser.add_argument("--offset", type=int, default=0, help="starting with this one")
    parser.add_argument("--start", type=Path, help="learn on from these weights")
    parser.add_argument("--steps", type=int, default=STEPS)
    options = parser.parse_args()
    if options.step == "paint":
        paint_portraits(options.source, options.goal, options.every, options.offset)
    else:
        learn(options.source, options.goal, options.steps, options.start)


if __name__ == "__main__":
    main()
