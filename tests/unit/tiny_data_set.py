"""Finished data sets of small drawn faces, made by the real writer and the real tables; no bpy, no rendering.

The faces are drawn on the landmarks of the head model, so landmarks, pose and camera are true of the picture.
"""

from __future__ import annotations

import csv
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
from fakes import Counter, check
from PIL import Image, ImageDraw
from scipy import ndimage

from pipeline.composite.occlusion import behind_occluder
from pipeline.config import Config
from pipeline.faces.camera import euler, from_euler, project
from pipeline.faces.points import face_points
from pipeline.farm.local import Finished, run
from pipeline.head.ibug68 import points_68
from pipeline.head.landmarks import load_landmarks
from pipeline.head.model import load_head
from pipeline.masks.balance import Choice
from pipeline.photos.listing import list_table
from pipeline.recipe import Job
from pipeline.records import Camera, Face, Layers, Light, Occluder, Photo, Rejected

SIDE = 96  # px
LICENCES = ("CC0-1.0", "CC-BY-4.0", "research only")
"""Of the identities in turn."""
DESIGNS, WEARINGS = ("surgical", "kn95", "cloth_pleated"), ("correct", "nose_out")
COLOURS = {"white": (0.8, 0.8, 0.8), "light blue": (0.3, 0.5, 0.8), "black": (0.02, 0.02, 0.02)}


def tiny_data_set(
    folder: Path,
    identities: int = 3,
    photos: int = 2,
    variants: int = 2,
    *,
    faceless: int = 1,
    side: int = SIDE,
    shard: tuple[int, int] = (1, 1),
    **settings: object,
) -> Path:
    """The data set below ``folder``, with its ``photos/`` and ``people.csv`` beside it.

    Of every identity (``person_00`` ...) so many photos and of each so many variants; besides, ``faceless``
    photos that end among the rejects. The second photo of everybody has a hand before part of the mask.
    ``settings`` are more of the configuration.
    """
    job = tiny_job(
        folder, identities, photos, variants, faceless=faceless, side=side, shard=shard, **settings
    )
    *_, last = run(job, list_table(folder / "people.csv"), tiny_stages())
    assert isinstance(last, Finished)
    return job.output


def tiny_job(
    folder: Path,
    identities: int = 3,
    photos: int = 2,
    variants: int = 2,
    *,
    faceless: int = 1,
    side: int = SIDE,
    shard: tuple[int, int] = (1, 1),
    **settings: object,
) -> Job:
    """The photos and the table of `tiny_data_set`, drawn, and the job that makes it."""
    rows = []
    for person in range(identities):
        for number in range(photos):
            name = f"photos/person_{person:02d}/{number}.png"
            rows.append((name, f"person_{person:02d}", LICENCES[person % len(LICENCES)]))
            _save(folder / name, draw_photo(person, number, side))
    for number in range(faceless):
        name = f"photos/nobody/{number}.png"
        rows.append((name, "nobody", LICENCES[0]))
        _save(folder / name, np.full((side, side, 3), 128 + number, np.uint8))
    with (folder / "people.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["path", "identity", "source", "licence", "consent"])
        table.writerows((name, who, "drawn for tests", licence, "not needed") for name, who, licence in rows)
    values = {"photos": {"table": "people.csv"}, "output": "data", "variants": variants} | settings
    return Job(Config.model_validate(values), folder, shard)


def tiny_stages(version: str = "1"):
    """The fake stages, with faces that lie where they were drawn and masks that lie over them."""
    return replace(
        Counter(version).stages,
        find_faces=lambda photo, config: find_faces(photo),
        points=face_points,
        choose=lambda config, where: Choice(
            DESIGNS[int(where[0] * len(DESIGNS)) % len(DESIGNS)],
            WEARINGS[int(where[1] * len(WEARINGS)) % len(WEARINGS)],
            "",
        ),
        check=lambda rest, draped, ground, motion: replace(
            check(rest, draped, ground, motion), size="M", checks={"penetration_mm": 0.0, "gap_mm": 1.5}
        ),
        draw_material=draw_material,
        cover=lambda worn, vertices: {
            "nose": "none" if worn.wearing == "nose_out" else "high",
            "bridge": 1.1 if worn.wearing == "nose_out" else 0.3,
            "lowest": 2.0,
            "below_chin": 0.1,
            "lower_face": 0.5 if worn.wearing == "nose_out" else 0.8,
        },
        render=render,
        occlude=behind_occluder,
        composite=composite,
    )


@cache
def drawn_face(person: int, number: int, side: int) -> Face:
    """The face of one photo: another person has another shape, another photo another pose."""
    rng = np.random.default_rng([7, person])
    shape = rng.normal(0, 0.8, 80)
    head = load_head()
    turn = np.random.default_rng([8, person, number]).uniform(-1, 1, 3) * np.radians([20, 8, 5])
    rotation = from_euler(*turn)
    camera = Camera(2.0 * side, side, side)
    translation = np.array([0.0, 0.01, 0.55])
    expression = np.zeros(len(head.expression_names))
    vertices = head.shape(shape, expression) @ rotation.T + translation
    table = load_landmarks("mediapipe")
    landmarks = project(table.positions(vertices), camera)
    hand = Occluder((0, 0, 0, 0), np.zeros((0, 0), np.uint8))
    if number == 1:
        x, y = project(vertices[[head.points["menton"]]], camera)[0].astype(int)
        hand = Occluder((x, y - side // 6, x + side // 8, y), np.full((side // 6, side // 8), 255, np.uint8))
    return Face(
        index=0,
        box=np.concatenate([landmarks.min(axis=0), landmarks.max(axis=0)]),
        backend="mediapipe",
        landmarks=landmarks,
        confidence=np.ones(len(landmarks)),
        identity_coefficients=shape,
        expression_coefficients=expression,
        camera=camera,
        rotation=rotation,
        translation=translation,
        yaw_pitch_roll=euler(rotation),
        vertices=vertices,
        residual_mm=0.0,
        residual_px=0.0,
        light=Light(np.full(3, 0.4), np.array([[0.0, -0.6, -0.8]]), np.full((1, 3), 0.5), np.full(3, 0.4)),
        occluder=hand,
        verdict="ok",
    )


def draw_photo(person: int, number: int, side: int = SIDE) -> np.ndarray:
    """(side, side, 3) sRGB: a face with its own colours, a background and a hand of its own."""
    face = drawn_face(person, number, side)
    rng = np.random.default_rng([9, person])
    skin = np.array([225, 180, 150]) * rng.uniform(0.55, 1.05)
    eyes, hair = rng.integers(0, 120, 3), rng.integers(0, 110, 3)
    points = project(points_68(face.vertices), face.camera)
    outline = project(face.vertices[~load_head().regions["neck"]], face.camera)
    places = np.random.default_rng([10, person, number])
    image = Image.new("RGB", (4 * side, 4 * side), tuple(places.integers(60, 220, 3).tolist()))
    draw = ImageDraw.Draw(image)

    def shape(ring, colour) -> None:
        draw.polygon([tuple(p) for p in (4 * ring).tolist()], tuple(int(c) for c in np.clip(colour, 0, 255)))

    shape(_hull(outline), hair)
    shape(_hull(points), skin)
    for ring in (slice(36, 42), slice(42, 48)):
        shape(points[ring], eyes)
    for brow in (slice(17, 22), slice(22, 27)):
        shape(np.concatenate([points[brow], points[brow][::-1] + np.array([0, side / 50])]), hair)
    shape(points[[27, 31, 35]], 0.85 * skin)
    shape(points[48:60], [170, 70, 80])
    if face.occluder.matte.size:
        draw.rectangle([4 * v for v in face.occluder.box], tuple(int(c) for c in 0.9 * skin))
    small = np.asarray(image.resize((side, side), Image.Resampling.BOX), np.float64)
    noisy = small + places.normal(0, 2, small.shape)
    return np.clip(noisy + 0.5, 0, 255).astype(np.uint8)


def find_faces(photo: Photo) -> tuple[Face, ...]:
    """The face that was drawn, known by the photo's name."""
    if "person_" not in photo.name:
        raise Rejected("faces", "no face found")
    person, number = photo.name.split("person_")[1].removesuffix(".png").split("/")
    return (drawn_face(int(person), int(number), photo.pixels.shape[0]),)


def draw_material(design, config, rng):
    names = sorted(COLOURS)
    return {
        "fabric": "cotton" if design == "cloth_pleated" else "spunbond",
        "colour_name": names[int(rng.integers(len(names)))],
        "print": None,
        "seed": int(rng.integers(1000)),
    }


def render(face, worn, material, config, seed) -> Layers:
    """A flat mask from the nose (or the mouth, where it is worn so) to the chin, with a shadow around it."""
    width, height = face.camera.width, face.camera.height
    points = project(points_68(face.vertices), face.camera)
    top = points[[33, 31, 35]] if worn.wearing == "nose_out" else points[[28, 40, 47]]
    ring = _hull(np.concatenate([top, points[3:14] + np.array([0, 1])]))
    image = Image.new("L", (4 * width, 4 * height))
    ImageDraw.Draw(image).polygon([tuple(p) for p in (4 * ring).tolist()], 255)
    alpha = np.asarray(image.resize((width, height), Image.Resampling.BOX), np.float32) / 255
    y, x = np.nonzero(alpha)
    box = (
        max(int(x.min()) - 3, 0),
        max(int(y.min()) - 3, 0),
        min(int(x.max()) + 4, width),
        min(int(y.max()) + 4, height),
    )
    alpha = alpha[box[1] : box[3], box[0] : box[2]]
    there = alpha > 0.5
    rows, columns = np.indices(alpha.shape).astype(np.float32)
    rng = np.random.default_rng(seed)
    colour = np.array(COLOURS[material["colour_name"]], np.float32) * (
        0.9 + 0.1 * rng.random((*alpha.shape, 1), np.float32)
    )
    soft = ndimage.gaussian_filter(alpha, 1.0)[..., None]
    return Layers(
        box=box,
        rgba=np.concatenate([colour * alpha[..., None], alpha[..., None]], axis=-1),
        shadow=np.repeat(1 - 0.3 * soft, 3, axis=-1),
        depth=np.where(there, np.float32(0.5) + rows * np.float32(1e-4), np.float32(0)),
        normals=np.where(there[..., None], np.float32([0, 0, -1]), np.float32(0)),
        parts=there.astype(np.uint8),
        uv=np.where(there[..., None], np.stack([columns, rows], -1) * np.float32(1e-3), np.float32(0)),
        albedo=colour * alpha[..., None],
        material={**material, "seed": seed},
        pixel=0.55 / face.camera.focal_px,
    )


def composite(photo, layers, config):
    """The mask over the photo, in encoded values; what lies in front of it stays in front."""
    x0, y0, x1, y1 = layers.box
    front = 0 if layers.front is None else layers.front
    alpha = layers.rgba[..., 3] * (1 - front)
    matte_crop = np.round(255 * alpha).astype(np.uint8)
    shadow_crop = np.round(255 * (1 - (1 - layers.shadow[..., 0]) * (1 - front))).astype(np.uint8)
    pixels = photo.pixels.copy()
    under = pixels[y0:y1, x0:x1] * (shadow_crop / 255)[..., None] * (1 - alpha)[..., None]
    over = (
        255 * np.sqrt(layers.rgba[..., :3]) * (1 - front if layers.front is None else (1 - front)[..., None])
    )
    touched = (matte_crop > 0) | (shadow_crop < 255)
    pixels[y0:y1, x0:x1][touched] = np.clip(under + over + 0.5, 0, 255).astype(np.uint8)[touched]
    shape = pixels.shape[:2]
    matte, shadow = np.zeros(shape, np.uint8), np.full(shape, 255, np.uint8)
    matte[y0:y1, x0:x1], shadow[y0:y1, x0:x1] = matte_crop, shadow_crop
    return pixels, matte, shadow


def _hull(points: np.ndarray) -> np.ndarray:
    from scipy.spatial import ConvexHull

    return points[ConvexHull(points).vertices]


def _save(path: Path, pixels: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)
