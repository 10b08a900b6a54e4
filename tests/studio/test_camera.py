"""The camera and the lamps against known truth."""

import numpy as np
import pytest

pytest.importorskip("bpy")

from pipeline.records import Camera, Light
from pipeline.sky import sky_directions, sky_irradiance
from pipeline.studio import blender
from pipeline.studio.camera import place_camera, to_blender
from pipeline.studio.lights import add_lights, set_sky
from pipeline.studio.mesh import add_object, new_mesh
from pipeline.studio.session import new_scene, render_passes, render_pixels

import bpy  # isort: skip


def emitter():
    material = bpy.data.materials.new("Emitter")
    tree = blender.use_nodes(material)
    tree.nodes.clear()
    emission = tree.nodes.new("ShaderNodeEmission")
    emission.inputs["Strength"].default_value = 100.0
    output = tree.nodes.new("ShaderNodeOutputMaterial")
    tree.links.new(emission.outputs[0], output.inputs["Surface"])
    return material


def diffuse(albedo):
    material = bpy.data.materials.new("Diffuse")
    tree = blender.use_nodes(material)
    tree.nodes.clear()
    surface = tree.nodes.new("ShaderNodeBsdfDiffuse")
    surface.inputs["Color"].default_value = (albedo, albedo, albedo, 1.0)
    output = tree.nodes.new("ShaderNodeOutputMaterial")
    tree.links.new(surface.outputs[0], output.inputs["Surface"])
    return material


def sphere(scene, centre, radius, material, segments=16):
    """A fine UV sphere around ``centre`` of the camera frame."""
    u, v = np.meshgrid(np.linspace(0, 2 * np.pi, 2 * segments, False), np.linspace(0, np.pi, segments))
    points = np.stack([np.cos(u) * np.sin(v), np.cos(v), np.sin(u) * np.sin(v)], -1).reshape(-1, 3)
    i, j = np.meshgrid(np.arange(segments - 1), np.arange(2 * segments), indexing="ij")
    k = (j + 1) % (2 * segments)
    quads = np.stack([i, i + 1, i + 1, i], -1) * 2 * segments + np.stack([j, j, k, k], -1)
    mesh = new_mesh("Sphere", to_blender(np.asarray(centre) + radius * points), quads.reshape(-1, 4))
    return add_object(scene, mesh, material)


def centroid(image):
    v, u = np.mgrid[: image.shape[0], : image.shape[1]] + 0.5
    return np.array([(image * u).sum(), (image * v).sum()]) / image.sum()


@pytest.mark.parametrize("size", [(96, 128), (128, 72)])
def test_points_appear_where_the_pinhole_puts_them(size):
    camera = Camera(focal_px=173.3, width=size[0], height=size[1])
    for u, v in [(17.3, 21.8), (size[0] / 2, size[1] / 2), (size[0] - 20.6, size[1] - 30.25)]:
        scene = new_scene(samples=256, seed=1, denoise=None)
        depth = 0.8
        centre = [(u - size[0] / 2) * depth / 173.3, (v - size[1] / 2) * depth / 173.3, depth]
        sphere(scene, centre, 1.5 * depth / 173.3, emitter())
        place_camera(scene, camera)
        image = render_pixels(scene)
        assert image.shape == (size[1], size[0], 4)
        assert np.abs(centroid(image[..., 0]) - [u, v]).max() < 0.03


@pytest.mark.parametrize("box", [(31, 7, 68, 60), (60, 90, 103, 128), (-5, -9, 40, 40)])
def test_a_crop_is_the_same_pixels(box):
    camera = Camera(focal_px=150.0, width=96, height=128)
    images = []
    for crop in (None, box):
        scene = new_scene(samples=512, seed=3, denoise=None)
        for u, v in [(44.4, 32.2), (82.7, 106.1), (12.0, 12.0)]:
            sphere(scene, [(u - 48) / 150, (v - 64) / 150, 1.0], 0.05, emitter())
        place_camera(scene, camera, crop)
        images.append(render_pixels(scene)[..., 0] / 100)
    full = np.pad(images[0], 10)[box[1] + 10 : box[3] + 10, box[0] + 10 : box[2] + 10]
    inside = np.pad(np.ones((128, 96), bool), 10)[box[1] + 10 : box[3] + 10, box[0] + 10 : box[2] + 10]
    difference = (images[1] - full)[inside]
    assert full.max() > 0.9
    # An offset d of an edge changes its pixels by d; sampling noise is what the tolerance allows.
    assert np.abs(difference).max() < 0.1
    assert np.abs(difference).mean() < 0.004


def test_lamps_give_the_records_irradiance():
    directions = np.array([[0.5, -0.6, -1.0], [-1.0, 0.1, -0.4]])
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    light = Light(
        ambient=np.array([0.12, 0.1, 0.2]),
        directions=directions,
        irradiance=np.array([[0.6, 0.5, 0.4], [0.1, 0.2, 0.25]]),
        skin_albedo=np.array([0.5, 0.4, 0.3]),
    )
    camera = Camera(focal_px=300.0, width=64, height=64)
    scene = new_scene(samples=64, seed=2, denoise=None)
    sphere(scene, [0.0, 0.0, 1.0], 0.09, diffuse(0.8), segments=96)
    add_lights(scene, light)
    place_camera(scene, camera)
    scene.view_layers[0].use_pass_normal = True
    passes = render_passes(scene)
    image, normal = passes["Combined"], to_blender(passes["Normal"])
    solid = np.linalg.norm(normal, axis=-1) > 0.99
    cosine = np.einsum("hwi,li->lhw", normal, directions)
    # Away from terminators and limb, where a lamp's angular size and the pixel's width matter.
    clear = solid & (normal[..., 2] < -0.4) & (np.abs(cosine) > 0.3).all(0)
    expected = 0.8 * (light.ambient + np.einsum("lhw,lc->hwc", cosine.clip(0), light.irradiance))
    ratio = image[..., :3][clear] / expected[clear]
    assert clear.sum() > 500
    assert abs(ratio.mean() - 1) < 0.01
    assert np.abs(ratio - 1).max() < 0.04


def test_a_sky_lights_as_its_pixels_say():
    """Every direction counts: one bright patch above and to the right, one below, on an uneven grey."""
    towards = sky_directions()
    sky = 0.2 + 0.1 * towards[..., :1] * np.array([1.0, 0.5, 0.2])
    sky = sky + 3.0 * (towards @ (np.array([0.6, -0.6, -0.53])) > 0.9)[..., None] * np.array([1.0, 0.9, 0.7])
    sky = sky + 1.5 * (towards @ np.array([0.0, 0.9, -0.43]) > 0.85)[..., None] * np.array([0.2, 0.3, 0.9])
    scene = new_scene(samples=256, seed=2, denoise=None)
    sphere(scene, [0.0, 0.0, 1.0], 0.09, diffuse(0.8), segments=96)
    set_sky(scene, sky)
    place_camera(scene, Camera(focal_px=300.0, width=64, height=64))
    scene.view_layers[0].use_pass_normal = True
    passes = render_passes(scene)
    normal = to_blender(passes["Normal"])
    clear = (np.linalg.norm(normal, axis=-1) > 0.99) & (normal[..., 2] < -0.3)
    ratio = passes["Combined"][..., :3][clear] / (0.8 * sky_irradiance(sky, normal[clear]))
    assert clear.sum() > 500
    assert np.abs(ratio.mean(axis=0) - 1).max() < 0.02
    assert np.abs(ratio - 1).max() < 0.12
