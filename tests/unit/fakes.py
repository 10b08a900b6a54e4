"""Stages that cost nothing, to test what surrounds them. Their output depends on their input and seed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from pipeline.config import FacesConfig
from pipeline.masks.balance import Choice
from pipeline.masks.collider import Ground
from pipeline.photos.load import load_photo
from pipeline.records import (
    Camera,
    Face,
    FacePoints,
    Layers,
    Light,
    Occluder,
    Photo,
    Rejected,
    RestMask,
    WornMask,
)
from pipeline.stages import Stages

SIDE = 64


def find_faces(photo: Photo, config: FacesConfig) -> tuple[Face, ...]:
    """No face in a black photo, two in a bright one (the second rejected), else one (dark: flagged)."""
    level = photo.pixels.mean()
    if level < 1:
        raise Rejected("faces", "no face found")
    count = 2 if level > 200 else 1
    return tuple(_face(photo, index, level) for index in range(count))


def _face(photo: Photo, index: int, level: float) -> Face:
    verdict = "rejected" if index == 1 else "flagged" if level < 60 else "ok"
    height, width = photo.pixels.shape[:2]
    vector = np.array([level, 0.5, 1.0])
    return Face(
        index=index,
        box=np.array([8.0, 8.0, 40.0, 40.0]),
        backend="fake",
        landmarks=np.full((4, 2), 20.0),
        confidence=np.ones(4),
        identity_coefficients=vector,
        expression_coefficients=np.zeros(2),
        camera=Camera(100.0, width, height),
        rotation=np.diag([1.0, -1.0, -1.0]),
        translation=np.array([0.0, 0.0, 1.0]),
        yaw_pitch_roll=np.zeros(3),
        vertices=np.arange(30.0).reshape(10, 3) + level,
        residual_mm=1.0,
        residual_px=1.0,
        light=Light(np.ones(3), np.eye(3)[:1], np.ones((1, 3)), np.full(3, 0.5)),
        occluder=Occluder((0, 0, 0, 0), np.zeros((0, 0), np.uint8)),
        verdict=verdict,
        reason="" if verdict == "ok" else f"{verdict} for the test",
    )


def points(face) -> FacePoints:
    places = 8.0 + 4.0 * np.arange(8.0).reshape(4, 2)
    seen = np.array([True, True, True, False])
    five = np.array([[14.0, 14], [34, 14], [24, 24], [16, 34], [32, 34]])
    return FacePoints(five, np.tile(places, (17, 1)), np.tile(seen, 17), places, np.ones(4), seen, 1.0)


def place(choice, vertices, gravity, rng) -> RestMask:
    points = rng.random((4, 3))
    return RestMask(
        design=choice.design,
        size="M",
        wearing=choice.wearing,
        parameters={"tension": float(rng.random())},
        rest_vertices=points,
        start_vertices=points,
        faces=np.array([[0, 1, 2], [1, 2, 3]], np.int32),
        uv=points[np.array([[0, 1, 2], [1, 2, 3]]), :2],
        parts=np.array([1, 1], np.uint8),
        pins=np.zeros(4),
        pin_targets=points,
        stiffness=np.ones(4),
        bending=np.ones(4),
        welds=np.zeros((0, 2), np.int32),
        bound=np.zeros(4, bool),
        patches=(),
        upper_edge=np.array([0, 1], np.int32),
        lower_edge=np.array([2, 3], np.int32),
        fasteners=(),
    )


def choose(config, where) -> Choice:
    return Choice("surgical", "double" if "double" in config.wearing else "correct", "")


def inner(choice, rng) -> Choice | None:
    return Choice("cloth", "correct", "") if choice.wearing == "double" else None


def draw_material(design, config, rng):
    look = {"fabric": "spunbond", "colour_name": "white", "print": None}
    return {**look, "seed": int(rng.integers(1000))}


def check(rest, draped, ground, motion) -> WornMask:
    """The first attempt never passes."""
    if draped.max() < 2:
        raise Rejected("masks", "not at rest")
    return WornMask(
        design=rest.design,
        size=rest.size,
        wearing=rest.wearing,
        parameters=rest.parameters,
        vertices=draped,
        faces=rest.faces,
        uv=rest.uv,
        parts=rest.parts,
        upper_edge=rest.upper_edge,
        lower_edge=rest.lower_edge,
        checks={"penetration_mm": 0.0},
    )


def render(face, worn, material, config, seed) -> Layers:
    rng = np.random.default_rng([seed, int(worn.vertices[0, 0] * 1e6)])
    crop = rng.random((10, 12, 4)).astype(np.float32)
    return Layers(
        box=(4, 6, 16, 16),
        rgba=crop,
        shadow=crop[..., :3],
        depth=crop[..., 0],
        normals=crop[..., :3],
        parts=np.ones((10, 12), np.uint8),
        uv=crop[..., :2],
        albedo=crop[..., :3],
        material=dict(material),
    )


def composite(photo, layers, config):
    pixels = photo.pixels.copy()
    x0, y0, x1, y1 = layers.box
    pixels[y0:y1, x0:x1] = (layers.rgba[..., :3] * 255).astype(np.uint8)
    matte = np.zeros(pixels.shape[:2], np.uint8)
    matte[y0:y1, x0:x1] = 255
    return pixels, matte, np.full(pixels.shape[:2], 255, np.uint8)


class Counter:
    """The fake bundle, which counts how often its slow steps were called."""

    def __init__(self, version: str = "1") -> None:
        self.fits = self.drapes = self.carried = self.renders = 0
        self.stages = Stages(
            load_photo=load_photo,
            find_faces=self._find,
            points=points,
            choose=choose,
            shares=lambda config: {"design": {"surgical": 1.0}},
            grow_beard=lambda vertices, length: vertices + length,
            inner=inner,
            ground=lambda vertices, under: Ground(vertices, under),
            place=place,
            drape=self._drape,
            carry=self._carry,
            check=check,
            put_under=lambda outer, under, vertices: replace(outer, under=under),
            cover=lambda worn, vertices: {"nose": "high"},
            draw_material=draw_material,
            render=self._render,
            occlude=lambda face, layers: layers,
            composite=composite,
            attempts=2,
            portrait=lambda rng: rng.integers(90, 150, (SIDE, SIDE, 3)).astype(np.uint8),
            versions={"maskdrape": version},
            faces_digest="f",
            drape_digest="d",
            digest=version,
        )

    def _find(self, photo, config):
        self.fits += 1
        return find_faces(photo, config)

    def _carry(self, choice, ground, gravity, rng, cache):
        """A drape for every head but the brightest, whose carried one would fail its checks."""
        self.carried += 1
        rest = place(choice, ground.head, gravity, rng)
        return rest, rest.start_vertices + (0.0 if ground.head.max() > 180 else 5.0), 0.0

    def _drape(self, rest, ground, gravity, attempt):
        self.drapes += attempt == 0
        return rest.start_vertices + 1.0 + attempt, 0.0

    def _render(self, *arguments):
        self.renders += 1
        return render(*arguments)


def save_photo(path: Path, level: int, seed: int = 0) -> None:
    """A noisy grey photo around ``level``; 0 is plain black."""
    rng = np.random.default_rng(seed)
    noise = rng.integers(-5, 6, (SIDE, SIDE, 3)) if level else 0
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.clip(np.full((SIDE, SIDE, 3), level) + noise, 0, 255).astype(np.uint8)).save(path)
