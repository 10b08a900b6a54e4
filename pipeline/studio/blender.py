"""Everything that differs between Blender 3.4 (Debian 12), 4.2, 4.5 and 5.0, and nothing else.

The rest of the studio speaks the newest vocabulary; these functions translate it for older versions.
"""

from __future__ import annotations

from typing import Any

import bpy

VERSION: tuple[int, int, int] = tuple(bpy.app.version)

_OLD_SOCKETS = {
    # Blender >= 4.0 name: name before
    "Subsurface Weight": "Subsurface",
    "Specular IOR Level": "Specular",
    "Transmission Weight": "Transmission",
    "Coat Weight": "Clearcoat",
    "Coat Roughness": "Clearcoat Roughness",
    "Coat Normal": "Clearcoat Normal",
    "Sheen Weight": "Sheen",
    "Emission Color": "Emission",
    # Blender >= 5.0 name: name before
    "Factor": "Fac",
}
_OPTIONAL_SOCKETS = {"Sheen Roughness", "Coat IOR", "Coat Tint", "Subsurface Scale", "Diffuse Roughness"}
"""Inputs that older versions lack and whose absence changes the look only slightly."""

PASS_NAMES = {
    # name before 5.0: name since
    "AO": "Ambient Occlusion",
    "DiffCol": "Diffuse Color",
    "DiffDir": "Diffuse Direct",
    "DiffInd": "Diffuse Indirect",
    "Emit": "Emission",
    "Env": "Environment",
    "GlossCol": "Glossy Color",
    "GlossDir": "Glossy Direct",
    "GlossInd": "Glossy Indirect",
    "IndexMA": "Material Index",
    "IndexOB": "Object Index",
    "TransCol": "Transmission Color",
    "TransDir": "Transmission Direct",
    "TransInd": "Transmission Indirect",
}
"""Render passes as they are called in multilayer files."""


def _socket(sockets: Any, name: str) -> Any:
    for candidate in (name, _OLD_SOCKETS.get(name)):
        if candidate is not None:
            for socket in sockets:
                if socket.name == candidate and socket.enabled:
                    return socket
    return None


def socket_in(node: Any, name: str) -> Any:
    """The enabled input of ``node`` called ``name`` (newest spelling). Raises KeyError."""
    socket = _socket(node.inputs, name)
    if socket is None:
        raise KeyError(f"{node.bl_idname} has no input {name!r} in Blender {bpy.app.version_string}")
    return socket


def socket_out(node: Any, name: str) -> Any:
    """The enabled output of ``node`` called ``name`` (newest spelling). Raises KeyError."""
    socket = _socket(node.outputs, name)
    if socket is None:
        raise KeyError(f"{node.bl_idname} has no output {name!r} in Blender {bpy.app.version_string}")
    return socket


def set_inputs(node: Any, **values: Any) -> None:
    """Set inputs by their newest names, underscores for spaces: ``set_inputs(n, Base_Color=(..., 1))``.

    Inputs without which older versions merely look a little different are skipped there.
    """
    for key, value in values.items():
        name = key.replace("_", " ")
        socket = _socket(node.inputs, name)
        if socket is None and name in _OPTIONAL_SOCKETS:
            continue
        socket = socket if socket is not None else socket_in(node, name)
        if isinstance(socket.default_value, float) and not isinstance(value, (int, float)):
            value = sum(value[:3]) / 3  # tints were plain numbers before 4.0
        socket.default_value = value


def set_subsurface(tree: Any, principled: Any, colour: Any, weight: float, radius: Any) -> None:
    """Skin-like scattering: ``colour`` an output socket, ``radius`` (3,) metres for red, green, blue."""
    principled.subsurface_method = "RANDOM_WALK"
    set_inputs(principled, Subsurface_Weight=weight, Subsurface_Radius=tuple(radius), Subsurface_Scale=1.0)
    if VERSION < (4, 0, 0):
        tree.links.new(colour, principled.inputs["Subsurface Color"])


def set_denoiser(scene: Any, quality: str) -> bool:
    """Switch on OpenImageDenoise with ``quality`` "FAST", "BALANCED" or "HIGH".

    Returns False, leaving denoising off, where this build of Blender has none (Debian's).
    """
    scene.cycles.use_denoising = False
    try:
        scene.cycles.denoiser = "OPENIMAGEDENOISE"
    except TypeError:
        return False
    scene.cycles.use_denoising = True
    scene.cycles.denoising_input_passes = "RGB_ALBEDO_NORMAL"
    scene.cycles.denoising_prefilter = "ACCURATE" if quality == "HIGH" else "FAST"
    if hasattr(scene.cycles, "denoising_quality"):  # 4.2 and later
        scene.cycles.denoising_quality = quality
    return True


def set_exr_output(scene: Any, path: str, multilayer: bool) -> None:
    """Uncompressed 32-bit float EXR at ``path``; all enabled passes when ``multilayer``."""
    settings = scene.render.image_settings
    if hasattr(settings, "media_type"):  # 5.0 and later
        settings.media_type = "MULTI_LAYER_IMAGE" if multilayer else "IMAGE"
    settings.file_format = "OPEN_EXR_MULTILAYER" if multilayer else "OPEN_EXR"
    if not multilayer:
        settings.color_mode = "RGBA"
    settings.color_depth = "32"
    settings.exr_codec = "NONE"
    if hasattr(settings, "use_exr_interleave"):  # 5.0 and later would write one part a pass
        settings.use_exr_interleave = True
    scene.render.use_file_extension = False
    scene.render.filepath = path


def use_nodes(owner: Any) -> Any:
    """The node tree of a material, world or light (switched on where that is still needed)."""
    if VERSION < (5, 0, 0) or owner.node_tree is None:
        owner.use_nodes = True
    return owner.node_tree


def set_polygons(mesh: Any, count: int, corners: int) -> None:
    """``count`` polygons of ``corners`` corners each over loops that exist already."""
    mesh.polygons.add(count)
    mesh.polygons.foreach_set("loop_start", range(0, count * corners, corners))
    if VERSION < (3, 6, 0):  # later versions know it from the next polygon's start
        mesh.polygons.foreach_set("loop_total", [corners] * count)


def shade_smooth(mesh: Any) -> None:
    """Smooth normals over the whole mesh."""
    mesh.polygons.foreach_set("use_smooth", [True] * len(mesh.polygons))
    if hasattr(mesh, "use_auto_smooth"):  # before 4.1
        mesh.use_auto_smooth = False


def set_aov_name(node: Any, name: str) -> None:
    """Name the pass that an AOV output node writes to."""
    if hasattr(node, "aov_name"):  # 4.3 and later
        node.aov_name = name
    else:
        node.name = name


def set_aovs(view_layer: Any, kinds: dict[str, str]) -> None:
    """Passes ``kinds`` = {name: "COLOR" or "VALUE"} for AOV output nodes to write to.

    To be called before the first render of a scene: a persistent session does not take up passes later.
    """
    there = {aov.name for aov in view_layer.aovs}  # and cannot be removed before 4.0
    for name, kind in kinds.items():
        if name not in there:
            aov = view_layer.aovs.add()
            aov.name = name
            aov.type = kind


def set_emission_is_no_lamp(material: Any) -> None:
    """Let ``material`` glow without Cycles building a lamp of each of its triangles."""
    if hasattr(material.cycles, "emission_sampling"):  # 3.5 and later
        material.cycles.emission_sampling = "NONE"
    else:
        material.cycles.sample_as_light = False
