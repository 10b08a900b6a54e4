"""Path-traced layers of one worn mask on one face: fabric, shadow on the skin, and labels."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from scipy import ndimage

from pipeline.config import RenderConfig
from pipeline.head.model import load_head
from pipeline.records import PARTS, ClothLook, Face, Float, Layers, WornMask
from pipeline.studio import (
    blender,
    camera,
    edges,
    frame,
    lights,
    mesh,
    session,
    shade,
)
from pipeline.studio.materials.dress import PLAIN
from pipeline.studio.materials.labels import PASSES, show_labels
from pipeline.studio.materials.skin import skin
from pipeline.studio.torso import add_torso
from pipeline.studio.wardrobe import hang_mask

MATTE_SAMPLES = 16
FULL_SIDE = 128  # px; boxes larger than this get fewer samples, as the denoiser sees more of them
SHADOW_SIDE = 128  # px; shadows are soft, so larger boxes are rendered at a fraction of the size,
HARD = math.radians(8.0)  # of a lamp: the shadows of smaller ones are drawn twice as fine
SHADOW_SAMPLES = 1.5  # and with so many times the samples: noise shows in them sooner than steps do
_KEEP = "keep"
_SIGHTS = ("visible_diffuse", "visible_glossy", "visible_transmission", "visible_shadow")


def render_layers(
    face: Face,
    worn: WornMask,
    material: Mapping[str, Any],
    config: RenderConfig,
    seed: int,
    look: ClothLook = PLAIN,
) -> Layers:
    """Render ``worn`` on ``face`` under the face's light; see `pipeline.records.Layers`.

    The head hides what is behind it, shades the mask and reflects light onto it. ``material`` is what
    `pipeline.masks.material` draws, ``look`` what its cloth shows close up where a pixel covers what
    `pixel_size` says; those of the mask under it are in them. Same input, same bytes. Raises
    Rejected("studio", reason) where the mask does not lie in the photo.
    """
    masks = worn.vertices if worn.under is None else np.concatenate([worn.vertices, worn.under.vertices])
    tight, loose = frame.mask_boxes(in_camera(face, masks), face.camera)
    pixel = pixel_size(face, worn)

    scene = session.new_scene(samples=config.samples, seed=seed, denoise=None)
    scene.render.film_transparent = True
    scene.view_layers[0].use_pass_z = True
    blender.set_aovs(scene.view_layers[0], {**PASSES, _KEEP: "VALUE"})
    lights.add_lights(scene, face.light)
    windows = bool((worn.parts == PARTS.index("window")).any())
    if windows:
        # nothing tells a clear film from a hole but the room in it
        lights.add_reflections(scene, face.light)
    head = _add_head(scene, face)
    torso = add_torso(scene, face, _KEEP)
    hung = hang_mask(scene, worn, partial(in_camera, face), material, look, pixel)
    camera.place_camera(scene, face.camera, tight)
    head.is_holdout = True
    colour, coverage = _fabric(scene, config, windows)
    for slot in hung.dress:
        show_labels(slot, True)
    solid, albedo, matte = _matte(scene, windows)
    labels = _labels(scene)
    for slot in hung.dress:
        show_labels(slot, False)

    inner = (slice(tight[1] - loose[1], tight[3] - loose[1]), slice(tight[0] - loose[0], tight[2] - loose[0]))
    shape = (loose[3] - loose[1], loose[2] - loose[0])

    def place(crop: Float, dtype: Any = np.float32) -> Any:
        full = np.zeros((*shape, *crop.shape[2:]), dtype)
        full[inner] = crop
        return full

    shadow = _shadow(scene, face, (head, torso), hung.things, loose, 1.0 - place(matte), config)
    # through a window the coverage is as noisy as what is seen through it, but there is no rim
    window = ndimage.binary_dilation(solid - matte > 0.01, iterations=2)
    coverage = np.where(window, solid, coverage)
    rgb = edges.clean_edges(colour, coverage, solid, albedo)
    return Layers(
        box=loose,
        rgba=place(np.concatenate([rgb, matte[..., None]], axis=-1)),
        shadow=shadow.astype(np.float32),
        depth=place(labels["depth"]),
        normals=place(labels["normals"]),
        parts=place(labels["parts"], np.uint8),
        uv=place(labels["uv"]),
        albedo=place(albedo * (matte / np.maximum(solid, 1e-6))[..., None]),
        material={**material, "seed": seed},
        pixel=pixel,
    )


def pixel_size(face: Face, worn: WornMask) -> float:
    """How many metres a pixel of the photo covers at the middle of the mask."""
    depth = worn.vertices @ face.rotation[2] + face.translation[2]
    return float(np.median(depth)) / face.camera.focal_px


def in_camera(face: Face, points: Float) -> Float:
    """Points (N, 3) m of the head frame in the camera frame."""
    return np.asarray(points @ face.rotation.T + face.translation)


def _add_head(scene: Any, face: Face) -> Any:
    data = mesh.new_mesh(
        "Head",
        camera.to_blender(face.vertices),
        np.asarray(load_head().faces),
        attributes={_KEEP: np.ones(len(face.vertices))},
    )
    return mesh.add_object(scene, data, skin(face.light.skin_albedo, _KEEP))


def _fewer(scene: Any, samples: int, least: int) -> int:
    side = max(scene.render.resolution_x, scene.render.resolution_y)
    return min(samples, max(least, round(samples * FULL_SIDE / side)))


def _fabric(scene: Any, config: RenderConfig, windows: bool) -> tuple[Float, Float]:
    """Denoised premultiplied colour (h, w, 3) and the coverage (h, w) it was rendered with."""
    session.set_samples(
        scene,
        _fewer(scene, config.samples, least=6) if config.denoise else config.samples,
        "FAST" if config.denoise else None,
    )
    # Albedo and normals of cloth hardly have noise, and smoothing them wipes out the weave in patches.
    # Those of a film, and of what is seen through it, do.
    scene.cycles.denoising_prefilter = "FAST" if windows else "NONE"
    rgba = session.render_pixels(scene).astype(np.float64)
    return np.maximum(rgba[..., :3], 0.0), np.clip(rgba[..., 3], 0.0, 1.0)


def _matte(scene: Any, windows: bool) -> tuple[Float, Float, Float]:
    """Smooth coverage (h, w) as if windows were opaque, premultiplied albedo (h, w, 3), and true coverage."""
    session.set_samples(scene, _fewer(scene, MATTE_SAMPLES, least=12), None)
    scene.cycles.max_bounces = 0
    passes = session.render_passes(scene) if windows else {"Combined": session.render_pixels(scene)}
    rgba = passes["Combined"].astype(np.float64)
    solid = np.clip(rgba[..., 3], 0.0, 1.0)
    matte = np.clip(passes["opacity"].astype(np.float64), 0.0, solid) if windows else solid
    return solid, np.maximum(rgba[..., :3], 0.0), matte


def _labels(scene: Any) -> dict[str, Float]:
    """Depth, normals, part ids and uv of the very centre of each pixel."""
    width, kind = scene.cycles.filter_width, scene.cycles.pixel_filter_type
    scene.cycles.filter_width, scene.cycles.pixel_filter_type = 0.01, "BOX"
    session.set_samples(scene, 1, None)
    passes = session.render_passes(scene)
    scene.cycles.filter_width, scene.cycles.pixel_filter_type = width, kind
    parts = np.clip(np.rint(passes["part"]), 0, len(PARTS) - 1).astype(np.uint8)
    there = parts > 0
    # Blender's world is the camera frame with y and z flipped.
    normals = passes["normal"][..., :3] * np.array([1.0, -1.0, -1.0])
    normals /= np.maximum(np.linalg.norm(normals, axis=-1, keepdims=True), 1e-9)
    return {
        "depth": np.where(there, passes["Depth"], 0.0),
        "normals": np.where(there[..., None], normals, 0.0),
        "parts": parts,
        "uv": np.where(there[..., None], passes["uv"][..., :2], 0.0),
    }


def _shadow(
    scene: Any,
    face: Face,
    bodies: Sequence[Any],
    things: Sequence[Any],
    box: frame.Box,
    free: Float,
    config: RenderConfig,
) -> Float:
    """Factor on the skin (h, w, 3) inside ``box``, of whose pixels the mask leaves ``free`` (h, w)."""
    side = SHADOW_SIDE if lights.lamp_widths(face.light).min(initial=HARD) >= HARD else 2 * SHADOW_SIDE
    step = -(-max(box[2] - box[0], box[3] - box[1]) // side)
    x0, y0 = box[0] // step, box[1] // step
    x1, y1 = -(-box[2] // step), -(-box[3] // step)
    # width and height may become fractions of a pixel here, which only shifts the lens.
    small = replace(
        face.camera,
        focal_px=face.camera.focal_px / step,
        width=face.camera.width / step,
        height=face.camera.height / step,
    )
    camera.place_camera(scene, small, (x0, y0, x1, y1))
    samples = round(SHADOW_SAMPLES * config.samples) if step > 1 else config.samples
    session.set_samples(scene, samples, None)
    scene.cycles.max_bounces = 2
    for body in bodies:
        body.is_holdout, body.hide_render = False, False
    for thing in things:
        thing.is_holdout = True
    shaded = session.render_passes(scene)
    for thing in things:
        for sight in _SIGHTS:
            setattr(thing, sight, False)
    bare = session.render_passes(scene)
    top, left = box[1] - y0 * step, box[0] - x0 * step
    padded = np.pad(
        free,
        ((top, (y1 - y0) * step - top - free.shape[0]), (left, (x1 - x0) * step - left - free.shape[1])),
        mode="edge",
    )
    factor = shade.shadow_factor(
        shaded["Combined"][..., :3].astype(np.float64),
        bare["Combined"][..., :3].astype(np.float64),
        bare[_KEEP].astype(np.float64),
        padded.reshape(y1 - y0, step, x1 - x0, step).mean(axis=(1, 3)),
        step,
    )
    factor = ndimage.zoom(factor, (step, step, 1), order=1, mode="nearest", grid_mode=True)
    factor = factor[top : top + box[3] - box[1], left : left + box[2] - box[0]]
    fade = frame.fade_towards(box, face.camera, 0.12 * (box[3] - box[1]))
    return 1.0 - (1.0 - factor) * fade[..., None]
