"""FAN's path from photo to points with hand-made networks, and, where torch is at hand, with its own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pipeline.faces.camera import from_euler, project
from pipeline.faces.detect import face_alignment as fan
from pipeline.faces.detect.detection import BackendError, Detection
from pipeline.faces.detect.heatmaps import peaks
from pipeline.head.ibug68 import points_68
from pipeline.head.landmarks import load_landmarks
from pipeline.head.model import load_head
from pipeline.records import Camera, Photo

SIDE = 256


def gaussians(points: np.ndarray, sigma: float = 1.0, size: int = 64) -> np.ndarray:
    """Heatmaps (N, size, size) that peak at points (N, 2) in cells."""
    y, x = np.mgrid[:size, :size] + 0.5
    squared = (x - points[:, 0, None, None]) ** 2 + (y - points[:, 1, None, None]) ** 2
    return np.exp(-squared / (2 * sigma**2))


def test_peaks_are_found_within_a_cell() -> None:
    points = np.random.default_rng(0).uniform(3, 61, (68, 2))
    found, height = peaks(0.7 * gaussians(points).astype(np.float32))
    np.testing.assert_allclose(found, points, atol=0.02)
    assert (height > 0.5).all()


def test_peaks_at_the_edge_and_none_at_all() -> None:
    maps = np.zeros((3, 64, 64), np.float32)
    maps[0, 0, 63] = 1.0
    maps[1] = np.nan
    found, height = peaks(maps)
    assert found[0].tolist() == [63.5, 0.5]
    assert np.isnan(found[1:]).all() and height[1:].tolist() == [0, 0]


@pytest.fixture(scope="module")
def scene() -> tuple[Photo, Detection, np.ndarray]:
    """A photo whose colours are its coordinates, a head in it by the default detector, its 68 points."""
    head = load_head()
    camera = Camera(500.0, SIDE, SIDE)
    vertices = head.mean @ from_euler(*np.radians([15, 5, 20])).T + [0.03, -0.02, 0.8]
    mesh = project(load_landmarks("mediapipe").positions(vertices), camera)
    truth = project(points_68(vertices), camera)
    ramp = np.arange(SIDE, dtype=np.uint8)
    pixels = np.zeros((SIDE, SIDE, 3), np.uint8)
    pixels[..., 0], pixels[..., 1] = ramp[None, :], ramp[:, None]
    box = np.concatenate([mesh.min(axis=0), mesh.max(axis=0)])
    face = Detection(mesh, np.ones(len(mesh)), 0.9, box)
    return Photo("0" * 64, "p.png", "p", pixels, None), face, truth


def reading_colours(truth: np.ndarray, mirrored_off: float = 0.0) -> fan.Network:
    """A network that knows where points lie by the colours that stand for the photo's coordinates."""
    mirror = load_landmarks("fan3d").mirror

    def network(crops: np.ndarray) -> np.ndarray:
        assert crops.shape == (2, 3, 256, 256) and crops.dtype == np.float32 and crops.max() <= 1
        # Half a pixel to its centre, and half a level because Pillow's interpolation rounds down.
        cells = crops.reshape(2, 3, 64, 4, 64, 4).mean(axis=(3, 5)) * 255 + 1.0
        answers = []
        for cell, wanted in ((cells[0], truth), (cells[1], truth[mirror] + [mirrored_off, 0])):
            u, v = cell[0], cell[1]
            squared = (u - wanted[:, 0, None, None]) ** 2 + (v - wanted[:, 1, None, None]) ** 2
            answers.append(np.exp(-squared / 18))
        return np.array(answers, np.float32)

    return network


def test_points_come_back_to_the_photo(scene: tuple[Photo, Detection, np.ndarray]) -> None:
    photo, face, truth = scene
    backend = fan.with_network(lambda _: [face], "3d", reading_colours(truth))
    (found,) = backend(photo)
    assert found.points == "fan3d" and found.landmarks.shape == (68, 2)
    np.testing.assert_allclose(found.landmarks, truth, atol=0.4)
    assert found.confidence.min() > 0.9
    assert (found.box == face.box).all()


def test_points_that_move_in_the_mirror_are_believed_less(
    scene: tuple[Photo, Detection, np.ndarray],
) -> None:
    photo, face, truth = scene
    (found,) = fan.with_network(lambda _: [face], "3d", reading_colours(truth, 6.0))(photo)
    assert found.confidence.max() < 0.6


def test_a_network_that_sees_nothing_finds_no_face(scene: tuple[Photo, Detection, np.ndarray]) -> None:
    photo, face, _ = scene
    nothing = fan.with_network(lambda _: [face], "2d", lambda _: np.zeros((2, 68, 64, 64), np.float32))
    assert nothing(photo) == []


def test_the_crop_holds_the_face_upright(scene: tuple[Photo, Detection, np.ndarray]) -> None:
    _, face, truth = scene
    square = fan.square_of_face(face)
    within = (truth - square.centre) @ np.linalg.inv(square.axes()) + 0.5
    assert within.min() > 0.1 and within.max() < 0.9
    eyes = within[[36, 45]]
    assert abs(eyes[0, 1] - eyes[1, 1]) < 0.02 and eyes[0, 0] < eyes[1, 0]


def test_a_face_whose_mesh_is_doubted_is_cut_out_by_its_box(
    scene: tuple[Photo, Detection, np.ndarray],
) -> None:
    photo, face, truth = scene
    lost = replace(face, landmarks=face.landmarks * 0, doubt="turned too far")
    (found,) = fan.with_network(lambda _: [lost], "3d", reading_colours(truth))(photo)
    np.testing.assert_allclose(found.landmarks, truth, atol=0.4)
    assert found.doubt == ""


def test_without_the_package_the_error_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "torch", None)
    with pytest.raises(BackendError, match=r"pip install 'maskdrape\[face-alignment\]'"):
        fan.weights_file("2d", None)


# The rest needs the networks' package.


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with random weights under the published files' names, in torch's formats, old and new."""
    torch = pytest.importorskip("torch")
    models = pytest.importorskip("face_alignment.models")
    folder = tmp_path_factory.mktemp("weights")
    for seed, name in enumerate(fan.WEIGHTS.values()):
        torch.manual_seed(seed)
        state = models.FAN(fan.STACKS).state_dict()
        torch.save(state, folder / name, _use_new_zipfile_serialization=seed == 0)
    return folder


def test_missing_weights_are_named_with_their_place(
    weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(BackendError, match=r"3DFAN4-7835d9f11d\.pth\.tar is missing") as caught:
        fan.weights_file("3d", tmp_path)
    assert str(tmp_path) in str(caught.value) and "adrianbulat.com" in str(caught.value)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "home"))
    with pytest.raises(BackendError, match=str(tmp_path / "home" / "hub" / "checkpoints")):
        fan.weights_file("2d", None)


def test_what_it_loads_is_what_was_given(weights: Path) -> None:
    import torch
    from face_alignment.models import FAN

    crops = np.random.default_rng(1).random((2, 3, 256, 256), dtype=np.float32)
    answers = {}
    for kind, name in fan.WEIGHTS.items():
        answers[kind] = fan._network(fan.weights_file(kind, weights))(crops)
        given = FAN(fan.STACKS)
        given.load_state_dict(torch.load(weights / name, weights_only=True))
        given.eval()
        with torch.no_grad():
            expected = given(torch.from_numpy(crops))[-1].numpy()
        assert (answers[kind] == expected).all()
    assert not np.allclose(answers["2d"], answers["3d"])


def test_broken_weights_are_an_error(weights: Path, tmp_path: Path) -> None:
    for content in (b"not weights", b""):
        (tmp_path / fan.WEIGHTS["2d"]).write_bytes(content)
        with pytest.raises(BackendError, match="not the weights"):
            fan._network.__wrapped__(fan.weights_file("2d", tmp_path))


def test_the_package_itself_puts_the_points_there_too(
    weights: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, scene: tuple[Photo, Detection, np.ndarray]
) -> None:
    """The package's own way from photo to points, around the same hand-made network, agrees with ours."""
    import torch
    from face_alignment import FaceAlignment, LandmarksType

    photo, face, truth = scene
    checkpoints = tmp_path / "hub" / "checkpoints"
    checkpoints.parent.mkdir(parents=True)
    checkpoints.symlink_to(weights)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    package = FaceAlignment(
        LandmarksType.TWO_HALF_D, device="cpu", face_detector="folder",
        face_detector_kwargs={}, compile=False, flip_input=False,
    )  # fmt: skip
    package.face_detector.__class__.reference_scale = property(lambda self: 195)
    network = reading_colours(truth)

    def one(crop: torch.Tensor) -> list[torch.Tensor]:
        both = crop.numpy().repeat(2, axis=0)
        return [torch.from_numpy(network(both)[:1])]

    monkeypatch.setattr(package, "face_alignment_net", one)
    (theirs,) = package.get_landmarks_from_image(photo.pixels, detected_faces=[face.box])
    (ours,) = fan.with_network(lambda _: [face], "3d", network)(photo)
    # The package gives the whole pixel that a point lies in, after rounding to quarters of a cell.
    away = theirs + 0.5 - ours.landmarks
    assert np.abs(away.mean(axis=0)).max() < 0.6
    assert np.abs(away).max() < 2.0
