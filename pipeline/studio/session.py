"""One clean Blender scene for Cycles on the CPU, and the way back from rendered pixels to arrays."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
import warnings
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import bpy
import numpy as np
from numpy.typing import NDArray

from pipeline.exr import read_exr
from pipeline.studio import blender
from pipeline.studio.lights import set_ambient

UNDENOISED_FACTOR = 4
"""Samples are multiplied by this where Blender has no denoiser."""


@cache
def _factory_settings() -> None:
    # Once per process: neither the user's start-up file nor preferences may leak into a render.
    bpy.ops.wm.read_factory_settings(use_empty=True)


@cache
def _warn_undenoised() -> None:
    warnings.warn(
        f"this Blender ({bpy.app.version_string}) has no OpenImageDenoise: "
        f"rendering {UNDENOISED_FACTOR} times the samples instead",
        stacklevel=3,
    )


def new_scene(
    *, samples: int, seed: int, denoise: str | None = "FAST", threads: int = 0, bounces: int = 2
) -> Any:
    """An empty scene, made the active one, set up for Cycles on the CPU.

    All data of earlier scenes is removed. ``denoise`` is "FAST", "BALANCED", "HIGH" or None (off);
    builds without a denoiser get more samples and warn once. ``threads`` 0 leaves it to Blender.
    """
    _factory_settings()
    clear()
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.render.resolution_percentage = 100
    scene.render.use_persistent_data = True
    scene.render.film_transparent = False
    scene.render.use_compositing = False
    scene.render.use_sequencer = False
    scene.render.threads_mode = "FIXED" if threads else "AUTO"
    if threads:
        scene.render.threads = threads
    cycles = scene.cycles
    cycles.device = "CPU"
    cycles.seed = seed % 2**31
    cycles.use_adaptive_sampling = False
    cycles.max_bounces = bounces
    cycles.diffuse_bounces = bounces
    cycles.glossy_bounces = bounces
    cycles.transmission_bounces = bounces
    cycles.transparent_max_bounces = 8
    cycles.caustics_reflective = False
    cycles.caustics_refractive = False
    scene.world = bpy.data.worlds.new("World")
    # Cycles would otherwise rebuild an importance map of the sky for every image (1.2 CPU-s).
    scene.world.cycles.sampling_method = "MANUAL"
    scene.world.cycles.sample_map_resolution = 128
    set_ambient(scene, (0.0, 0.0, 0.0))
    set_samples(scene, samples, denoise)
    return scene


def set_samples(scene: Any, samples: int, denoise: str | None) -> None:
    """Samples a pixel and denoising, with the fallback described in `new_scene`."""
    scene.cycles.use_denoising = False
    if denoise is not None and not blender.set_denoiser(scene, denoise):
        _warn_undenoised()
        samples *= UNDENOISED_FACTOR
    scene.cycles.samples = samples


def clear() -> None:
    """Remove every object, mesh, material, light, image, curve, world and camera of this process."""
    for name in ("objects", "meshes", "materials", "lights", "cameras", "curves", "worlds", "images"):
        blocks = getattr(bpy.data, name)
        # The images that Blender keeps for render results are its own.
        bpy.data.batch_remove([b for b in blocks if name != "images" or b.source != "VIEWER"])


@contextlib.contextmanager
def _temporary_exr() -> Iterator[Path]:
    shared = "/dev/shm"  # memory, where the system has it: the pixels never touch a disk
    folder = shared if os.access(shared, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="maskdrape-", dir=folder) as name:
        yield Path(name) / "render.exr"


def _render() -> None:
    # Cycles reports every step on the process's own standard output, past Python's sys.stdout.
    sys.stdout.flush()
    saved = os.dup(1)
    with open(os.devnull, "wb") as sink:  # noqa: PTH123 - os.devnull is no path worth an object
        os.dup2(sink.fileno(), 1)
    try:
        bpy.ops.render.render(write_still=True)
    finally:
        os.dup2(saved, 1)
        os.close(saved)


def render_pixels(scene: Any) -> NDArray[np.float32]:
    """Render ``scene``; (H, W, 4) linear premultiplied RGBA, first row at the top."""
    with _temporary_exr() as path:
        blender.set_exr_output(scene, str(path), multilayer=False)
        _render()
        channels = read_exr(path)
    return np.stack([channels[name] for name in "RGBA"], axis=-1)


def render_passes(scene: Any) -> dict[str, NDArray[np.float32]]:
    """Render ``scene`` with all its enabled passes.

    Keys are Blender 5's names of the passes ("Combined", "Depth", "Normal", "Object Index",
    "Diffuse Color", any AOV ...); values (H, W), or (H, W, channels) with channels in the order
    R G B A, X Y Z W or U V A, first row at the top.
    """
    with _temporary_exr() as path:
        blender.set_exr_output(scene, str(path), multilayer=True)
        _render()
        channels = read_exr(path)
    groups: dict[str, dict[str, NDArray[np.float32]]] = {}
    for name, pixels in channels.items():
        _layer, group, channel = name.rsplit(".", 2)
        groups.setdefault(blender.PASS_NAMES.get(group, group), {})[channel] = pixels
    order = "RXUGYVBZAW"
    return {
        group: next(iter(parts.values()))
        if len(parts) == 1
        else np.stack([parts[c] for c in sorted(parts, key=order.index)], axis=-1)
        for group, parts in groups.items()
    }
