"""Take the networks for faces, hands and people that ship with MaskDrape out of the mediapipe wheel.

    python tools/fetch_networks.py            # writes pipeline/faces/{detect,occluders}/networks/
    python tools/fetch_networks.py --check    # only says whether what is there is what was tried

The wheel is downloaded with pip and checked by its sha256, as is every file written. The attention mesh
holds three operators that no common runtime knows: it is cut into four networks around them, and what they
do is done by pipeline/faces/detect/attention.py. The one in the network for people is put as a common
one that does the same. Needs ai-edge-litert, for the files' schema.
"""

from __future__ import annotations

import argparse
import hashlib
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from cut_network import cut
from known_operators import with_known_operators

PACKAGE = "mediapipe==0.10.21"
WHEEL_SHA256 = "05dc4a9e593655a79558d05d6227d31018c2537a4bd3362b51e230cf22aecfe3"
FACES = Path(__file__).resolve().parent.parent / "pipeline" / "faces"
FACE_NETWORKS, OCCLUDER_NETWORKS = FACES / "detect" / "networks", FACES / "occluders" / "networks"
COPIED = {
    "mediapipe/modules/face_detection/face_detection_short_range.tflite": FACE_NETWORKS,
    "mediapipe/modules/face_detection/face_detection_full_range_sparse.tflite": FACE_NETWORKS,
    "mediapipe/modules/palm_detection/palm_detection_full.tflite": OCCLUDER_NETWORKS,
    "mediapipe/modules/hand_landmark/hand_landmark_lite.tflite": OCCLUDER_NETWORKS,
}
ATTENTION_MESH = "mediapipe/modules/face_landmark/face_landmark_with_attention.tflite"
DESCRIPTION = (
    "part of MediaPipe's face_landmark_with_attention.tflite, cut out by MaskDrape; weights unchanged"
)
PEOPLE = "mediapipe/modules/selfie_segmentation/selfie_segmentation.tflite"
PEOPLE_DESCRIPTION = (
    "MediaPipe's selfie_segmentation.tflite, its last convolution put by MaskDrape as a common operator; "
    "weights unchanged"
)
# The parts' inputs and outputs. The network calls left what is left in the picture.
PARTS = {
    "face_mesh_trunk": (["input_1"], ["output_mesh", "p_re_lu_3", "conv_faceflag"]),
    "face_mesh_lips": (["transform_tensor_bilinear_v2"], ["conv_lips"]),
    "face_mesh_right_eye": (["transform_tensor_bilinear_v2_1"], ["conv_left_eye"]),
    "face_mesh_left_eye": (["transform_tensor_bilinear_v2_2"], ["conv_right_eye"]),
}
FACE_SHA256 = {
    "face_detection_short_range": "bbff11cebd1eb27a1e004cae0b0e63ec8c551cbf34a4451148b4908b8db3eca8",
    "face_detection_full_range_sparse": "2c3728e6da56f21e21a320433396fb06d40d9088f2247c05e5635a688d45dfe1",
    "face_mesh_trunk": "062f11a749e4f97b7fa72660b8db69b57f4b74f316c7b8cfaf731c5507f31876",
    "face_mesh_lips": "203aee6ff98b49f7fb99b64bf050ca4df8e5c5c71ef594af2b0474d978a60d4c",
    "face_mesh_right_eye": "3143c9e9ead512b64a4d93be330c2b6e14cf6619667a35281b85c4ed3e0dfd0e",
    "face_mesh_left_eye": "d3d2d1e17590124a5fad98979105b4dffab8d364e2a49d5106d9e2d9466ef235",
}
OCCLUDER_SHA256 = {
    "palm_detection_full": "1b14e9422c6ad006cde6581a46c8b90dd573c07ab7f3934b5589e7cea3f89a54",
    "hand_landmark_lite": "048edd3645c9bf7397d19a9f6e3a42957d6e414c9bea6598030a2e9b624156e6",
    "selfie_segmentation": "9402f5f57e8ce7e8469f522684ce6f221d9af892af8d0173d2eacd496dda24f0",
}
SHA256 = {FACE_NETWORKS / f"{name}.tflite": known for name, known in FACE_SHA256.items()}
SHA256 |= {OCCLUDER_NETWORKS / f"{name}.tflite": known for name, known in OCCLUDER_SHA256.items()}
LICENCE = "mediapipe-0.10.21.dist-info/LICENSE"
END_OF_APACHE = "limitations under the License.\n"


def download(folder: Path) -> Path:
    """The wheel for x86-64 Linux and Python 3.11, whatever runs this: all carry the same networks.

    Raises ValueError when it is not the one whose networks are shipped.
    """
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder)]
    command += ["--only-binary", ":all:", "--python-version", "3.11", "--platform", "manylinux_2_28_x86_64"]
    subprocess.run([*command, PACKAGE], check=True)
    wheel = next(folder.glob("mediapipe-*.whl"))
    found = _sha256(wheel.read_bytes())
    if found != WHEEL_SHA256:
        raise ValueError(f"{wheel.name} has sha256 {found}, expected {WHEEL_SHA256}")
    return wheel


def unpack(wheel: Path) -> None:
    """Write the networks and the Apache part of the wheel's licence."""
    with zipfile.ZipFile(wheel) as archive:
        for name, folder in COPIED.items():
            folder.mkdir(exist_ok=True)
            (folder / Path(name).name).write_bytes(archive.read(name))
        whole = archive.read(ATTENTION_MESH)
        for name, (inputs, outputs) in PARTS.items():
            (FACE_NETWORKS / f"{name}.tflite").write_bytes(cut(whole, inputs, outputs, DESCRIPTION))
        people = with_known_operators(archive.read(PEOPLE), PEOPLE_DESCRIPTION)
        (OCCLUDER_NETWORKS / Path(PEOPLE).name).write_bytes(people)
        # What follows in that file is about parts of the wheel that are not taken.
        text = archive.read(LICENCE).decode()
        for folder in (FACE_NETWORKS, OCCLUDER_NETWORKS):
            (folder / "LICENSE").write_text(text[: text.index(END_OF_APACHE) + len(END_OF_APACHE)])


def wrong() -> list[str]:
    """Names of the networks that are missing or not those that MaskDrape was tried with."""
    return [
        path.stem
        for path, known in SHA256.items()
        if not path.exists() or _sha256(path.read_bytes()) != known
    ]


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--check", action="store_true", help="download nothing")
    if not parser.parse_args().check:
        with tempfile.TemporaryDirectory() as scratch:
            unpack(download(Path(scratch)))
    found = wrong()
    print("not as expected: " + ", ".join(found) if found else f"{len(SHA256)} networks as expected")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
