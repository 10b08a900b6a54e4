"""Landmarks by FAN, the networks of the face-alignment package (Bulat & Tzimiropoulos 2017; 68 points).

The package's networks are used, not its cropping: it rounds points to whole pixels of the photo. Faces are
those of the default detector, cut out upright as FAN's own training crops are, and seen as they are and
mirrored, as in `mediapipe`. The weights are not part of any package: `weights_file` says where they go.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from pipeline.faces.detect.crop import Pixels, Square, cut
from pipeline.faces.detect.detection import Backend, BackendError, Detection
from pipeline.faces.detect.heatmaps import peaks
from pipeline.head.landmarks import load_landmarks
from pipeline.records import Float, Photo

Kind = Literal["2d", "3d"]
Network = Callable[[NDArray[np.float32]], NDArray[np.float32]]
"""From crops (B, 3, 256, 256), RGB in [0, 1], to heatmaps (B, 68, 64, 64)."""

# As face_alignment 1.5.0 names them; the tail is the start of the file's SHA-256.
WEIGHTS: dict[Kind, str] = {"2d": "2DFAN4-11f355bf06.pth.tar", "3d": "3DFAN4-7835d9f11d.pth.tar"}
ADDRESS = "https://www.adrianbulat.com/downloads/python-fan/"
STACKS = 4
CROP_PX, HEATMAP_PX = 256, 64
# A face box of side s is cut out 200 / 195 * 2 s wide, its centre raised by 0.12 of its height.
CROP_SIDE, RAISE = 2 * 200 / 195, 0.12
STEADY = 0.03  # of the face's size: a landmark that moves so far when mirrored is half believed
FAINT = 0.05  # of a full heatmap: a lower peak is noise
BOX_TO_FACE = 1.2  # the default detector's boxes reach from the brows, FAN's from the forehead
EYES = (33, 263)  # outer corners, in the default detector's mesh


def fan_backend(detect: Backend, kind: Kind, folder: Path | None) -> Backend:
    """A backend that puts FAN's points on the faces that `detect` finds.

    Raises BackendError when the package or the weights are missing.
    """
    return with_network(detect, kind, _network(weights_file(kind, folder)))


def with_network(detect: Backend, kind: Kind, network: Network) -> Backend:
    """`fan_backend` around any network that answers as FAN does."""
    mirror = load_landmarks(f"fan{kind}").mirror

    def backend(photo: Photo) -> list[Detection]:
        found = (_refined(photo.pixels, face, kind, mirror, network) for face in detect(photo))
        return [face for face in found if face is not None]

    return backend


def weights_file(kind: Kind, folder: Path | None) -> Path:
    """The file with the weights: in `folder`, else in torch's cache. Raises BackendError."""
    _package()
    if folder is None:
        from torch.hub import get_dir

        folder = Path(get_dir()) / "checkpoints"
    path = folder / WEIGHTS[kind]
    if not path.is_file():
        raise BackendError(
            f"faces.backend face_alignment, fan: {kind}: {WEIGHTS[kind]} is missing; download "
            f"{ADDRESS}{WEIGHTS[kind]} and put it into {folder} (or give its folder: faces.weights: FOLDER)"
        )
    return path


def square_of_face(face: Detection) -> Square:
    """What FAN is shown of a face of the default detector: upright, by the bounds of its mesh.

    Where the detector doubts its mesh, its box has to do.
    """
    if face.doubt:
        low, high = face.box[:2], face.box[2:]
        centre = (low + high) / 2 - [0, RAISE * (high[1] - low[1])]
        return Square(centre, float(CROP_SIDE * BOX_TO_FACE * (high - low).mean()))
    right, left = face.landmarks[EYES[0]], face.landmarks[EYES[1]]
    angle = float(np.arctan2(left[1] - right[1], left[0] - right[0]))
    c, s = np.cos(angle), np.sin(angle)
    turn = np.array([[c, s], [-s, c]])
    upright = face.landmarks @ turn.T
    low, high = upright.min(axis=0), upright.max(axis=0)
    centre = (low + high) / 2 - [0, RAISE * (high[1] - low[1])]
    return Square(centre @ turn, float(CROP_SIDE * (high - low).mean()), angle)


def _refined(
    pixels: Pixels, face: Detection, kind: Kind, mirror: NDArray[np.int32], network: Network
) -> Detection | None:
    """The face with FAN's landmarks; None where FAN sees none."""
    square = square_of_face(face)
    crop = cut(pixels, square, CROP_PX).astype(np.float32).transpose(2, 0, 1) / 255
    maps = network(np.ascontiguousarray(np.stack([crop, crop[:, :, ::-1]])))
    if maps.shape != (2, 68, HEATMAP_PX, HEATMAP_PX):
        raise BackendError(f"face_alignment's network answered with {maps.shape}, not (2, 68, 64, 64)")
    (plain, height), (flipped, flipped_height) = peaks(maps[0]), peaks(maps[1])
    flipped = flipped[mirror] * [-1, 1] + [HEATMAP_PX, 0]
    points = (plain + flipped) / 2
    if not np.isfinite(points).all():
        return None
    size = np.ptp(points, axis=0).max()
    unsteady = np.linalg.norm(plain - flipped, axis=1) / max(float(size), 1e-9)
    confidence: Float = 1 / (1 + (unsteady / STEADY) ** 2)
    confidence = np.where(np.minimum(height, flipped_height[mirror]) < FAINT, 0.0, confidence)
    landmarks = square.to_photo(points / HEATMAP_PX)
    # The doubt was about the mesh; whether these points are steady is judged like anyone's.
    return replace(face, landmarks=landmarks, confidence=confidence, points=f"fan{kind}", doubt="")


@cache
def _network(path: Path) -> Network:
    _package()
    import torch
    from face_alignment.models import FAN

    net = FAN(STACKS)
    try:
        net.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
    except Exception as error:  # unpickling raises nearly anything on a broken file
        why = (str(error).splitlines() or [type(error).__name__])[0]
        raise BackendError(f"{path}: not the weights of FAN: {why}") from error
    net.eval()

    def run(crops: NDArray[np.float32]) -> NDArray[np.float32]:
        with torch.no_grad():
            answer: Any = net(torch.from_numpy(crops))
        # Each of the stacked hourglasses gives heatmaps; the last ones are the finest.
        last = answer[-1] if isinstance(answer, list | tuple) else answer
        return np.asarray(last.numpy(), dtype=np.float32)

    return run


def _package() -> None:
    try:
        import face_alignment.models  # noqa: F401
        import torch  # noqa: F401
    except ImportError as error:
        raise BackendError(
            f"faces.backend face_alignment needs the package face-alignment ({error}); "
            "install it with: pip install 'maskdrape[face-alignment]'"
        ) from error
