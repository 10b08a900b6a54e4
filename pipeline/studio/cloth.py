"""Drapes a mask over a head with Blender's cloth solver."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import bpy
import numpy as np

from pipeline.records import CORDS, Float, Int, Rejected, RestMask

SCALE = 10.0  # the solver's tolerances are made for things larger than a mask
REST = 1.8e-5  # m a frame: mean drift of a mask at rest
WINDOW = 8  # frames over which the drift is measured and the trembling of contacts averaged out
MASS = 0.4  # of a vertex; only its ratio to the springs counts, so the weight of the cloth is in the gravity
GRAVITY = 0.03  # for cloth of 70 g/m2: a mask weighs about a twentieth of what its loops pull, as in life
AIR = (4.0, 1.5, 30.0)
"""Drag while a mask is put on, while it settles, and at the end, where it stands for the static friction
that the solver lacks: moving by 0.02 mm a frame then takes 3.5 hundredths of what the loops of a surgical
mask pull, an eighth of what friction would hold (0.3 of the pressure)."""
FRICTION = 60.0  # percent of the pressure


@dataclass(frozen=True)
class Solver:
    """Settings that a second, more careful attempt changes."""

    quality: int = 6  # steps a frame; more where the mask asks for "steps"
    collision_quality: int = 2
    carry: int = 10  # frames in which the pinned vertices travel to their targets
    settle: int = 34  # frames with little drag that follow
    frames: int = 110  # at most


SETTINGS: tuple[Solver, ...] = (
    Solver(),
    Solver(quality=7, collision_quality=4, carry=16, settle=60, frames=130),
)
"""Solver of the first attempt, and of the one retry."""


Watch = Callable[[int, int, Float], None]
"""Is shown each frame: its number from 1, how many there are at most, vertices (M, 3) m in the head frame."""


@dataclass(frozen=True)
class Drape:
    vertices: Float  # (M, 3) m, head frame, in the order of the RestMask
    motion: float  # m a frame: mean drift of the sheet over the last WINDOW frames
    frames: int


def drape(
    rest: RestMask,
    collider_vertices: Float,
    collider_faces: Int,
    gravity: Float,
    attempt: int = 0,
    watch: Watch | None = None,
) -> Drape:
    """Lets a placed mask come to rest on a head.

    ``collider_vertices`` (V, 3) m and ``gravity`` (3,) unit vector in the head frame; ``collider_faces``
    (C, 3) triangles, outward winding. ``attempt`` picks from SETTINGS; what ``watch`` does
    changes nothing. Leaves the Blender session as it found it. Raises Rejected("masks", reason) when the
    solver's result is not a number.
    """
    solver = SETTINGS[attempt]
    scene = bpy.data.scenes.new("drape")
    made: list[bpy.types.ID] = []
    try:
        scene.gravity = tuple(float(g) * 9.81 for g in gravity)
        scene.frame_start, scene.frame_end = 1, solver.frames
        collider = _object(scene, made, "collider", collider_vertices, [], collider_faces.tolist())
        collider.modifiers.new("collision", "COLLISION")
        collider.collision.thickness_outer = 0.007
        collider.collision.cloth_friction = FRICTION
        mask = _mask(scene, made, rest, solver)
        return _run(scene, mask, len(rest.start_vertices), rest, solver, watch)
    finally:
        _remove(scene, made)


def _object(scene, made, name, vertices, edges, faces):
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata((vertices * SCALE).tolist(), edges, faces)
    thing = bpy.data.objects.new(name, mesh)
    scene.collection.objects.link(thing)
    made.extend([thing, mesh])
    return thing


def _mask(scene, made, rest: RestMask, solver: Solver):
    pairs = rest.faces.reshape(-1, 2, 3)
    quads = np.concatenate([pairs[:, 0], pairs[:, 1, 2:]], axis=1)
    mask = _object(scene, made, "mask", rest.start_vertices, rest.welds.tolist(), quads.tolist())
    for name, shape, value in (
        ("start", rest.start_vertices, 0.0),
        ("rest", rest.rest_vertices, 0.0),
        ("pinned", rest.pin_targets, 1.0),
    ):
        key = mask.shape_key_add(name=name, from_mix=False)
        key.data.foreach_set("co", np.ascontiguousarray(shape * SCALE, np.float32).ravel())
        if name != "start":
            key.value = 0.0
        if value:
            key.keyframe_insert("value", frame=1)
            key.value = value
            key.keyframe_insert("value", frame=1 + solver.carry)
    made.append(mask.data.shape_keys)
    if mask.data.shape_keys.animation_data:
        made.append(mask.data.shape_keys.animation_data.action)

    # the Cloth modifier ignores its rest shape unless a modifier that may rebuild the mesh comes first
    weld = mask.modifiers.new("weld", "WELD")
    weld.merge_threshold = 1e-6
    modifier = mask.modifiers.new("cloth", "CLOTH")
    cloth, collision = modifier.settings, modifier.collision_settings
    values = rest.parameters
    cloth.quality = max(solver.quality, round(values.get("steps", 0.0)))
    cloth.mass = MASS
    cloth.effector_weights.gravity = GRAVITY * values["mass_kg_m2"] / 0.07
    settled = solver.carry + solver.settle
    on, free, end = AIR
    for frame, drag in ((solver.carry, on), (solver.carry + 4, free), (settled, free), (settled + 6, end)):
        cloth.air_damping = drag
        cloth.keyframe_insert("air_damping", frame=frame)
    # Blender moves a mesh after the animation of its modifiers, but not after that of their settings: without
    # this the solver's threads now and then saw the drag of the frame before
    weld.keyframe_insert("merge_threshold", frame=1)
    made.append(mask.animation_data.action)
    cloth.bending_model = "ANGULAR"
    softest = float(rest.stiffness.min())
    for name in ("tension", "compression", "shear"):
        strength = values["tension"] * (1.0 if name == "tension" else values.get(name, 1.0))
        setattr(cloth, f"{name}_stiffness", softest * strength)
        setattr(cloth, f"{name}_stiffness_max", float(rest.stiffness.max()) * strength)
        setattr(cloth, f"{name}_damping", 5.0)
    span = max(float(rest.stiffness.max()) - softest, 1e-9)
    group = _group(mask, "stiffness", (rest.stiffness - softest) / span)
    cloth.vertex_group_structural_stiffness = cloth.vertex_group_shear_stiffness = group
    softest = float(rest.bending.min())
    span = max(float(rest.bending.max()) - softest, 1e-9)
    cloth.bending_stiffness, cloth.bending_stiffness_max = softest, float(rest.bending.max())
    cloth.vertex_group_bending = _group(mask, "bending", (rest.bending - softest) / span)
    cloth.bending_damping = 0.5
    cloth.vertex_group_mass = _group(mask, "pins", rest.pins)
    cloth.pin_stiffness = 5.0
    cloth.rest_shape_key = mask.data.shape_keys.key_blocks["rest"]
    cloth.use_sewing_springs = True
    collision.collision_quality = solver.collision_quality
    collision.distance_min = 0.007
    # the layers of a pleat may not pass through one another; where the edge binds them they must touch
    collision.use_self_collision = not rest.bound.all()
    collision.self_distance_min = 0.004  # at 0.007 shut pleats tremble
    collision.self_friction = 2.0
    collision.vertex_group_self_collisions = _group(mask, "bound", rest.bound.astype(float))
    modifier.point_cache.frame_start, modifier.point_cache.frame_end = 1, solver.frames
    return mask


def _group(mask, name: str, weights: Float) -> str:
    group = mask.vertex_groups.new(name=name)
    for level in np.unique(np.round(weights, 4)):
        if level > 0:
            group.add(np.flatnonzero(np.round(weights, 4) == level).tolist(), float(level), "REPLACE")
    return name


def _run(scene, mask, count: int, rest: RestMask, solver: Solver, watch: Watch | None) -> Drape:
    sheet = np.unique(rest.faces[~np.isin(rest.parts, CORDS)])
    layer = scene.view_layers[0]
    shapes: list[Float] = []
    drift = np.inf
    for frame in range(1, solver.frames + 1):
        scene.frame_set(frame)
        mesh = mask.evaluated_get(layer.depsgraph).data
        flat = np.empty(count * 3, np.float32)
        mesh.vertices.foreach_get("co", flat)
        if not np.isfinite(flat).all():
            raise Rejected("masks", "the cloth solver lost the mask")
        shapes.append(flat.reshape(-1, 3).astype(np.float64) / SCALE)
        if watch is not None:
            watch(frame, solver.frames, shapes[-1].copy())
        if frame > WINDOW:
            drift = (
                float(np.linalg.norm(shapes[-1][sheet] - shapes[-1 - WINDOW][sheet], axis=1).mean()) / WINDOW
            )
        if frame > solver.carry + solver.settle and drift < REST:
            break
    return Drape(np.mean(shapes[-WINDOW:], axis=0), drift, len(shapes))


def _remove(scene, made) -> None:
    bpy.data.scenes.remove(scene)
    for thing in made:
        if isinstance(thing, bpy.types.Object):
            bpy.data.objects.remove(thing)
    for thing in made:
        try:
            if isinstance(thing, bpy.types.Mesh):
                bpy.data.meshes.remove(thing)
            elif isinstance(thing, bpy.types.Action):
                bpy.data.actions.remove(thing)
        except ReferenceError:
            continue
