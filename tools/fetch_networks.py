"""Take the face networks that ship with MaskDrape out of the mediapipe wheel.

    python tools/fetch_networks.py            # writes pipeline/faces/detect/networks/
    python tools/fetch_networks.py --check    # only says whether what is there is what was published

The wheel is downloaded with pip and checked by its sha256, as is every file taken from it.
"""

from __future__ import annotations

import argparse
import hashlib
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

PACKAGE = "mediapipe==0.10.21"
WHEEL_SHA256 = "05dc4a9e593655a79558d05d6227d31018c2537a4bd3362b51e230cf22aecfe3"
FOLDER = Path(__file__).resolve().parent.parent / "pipeline" / "faces" / "detect" / "networks"
FILES = {
    "mediapipe/modules/face_detection/face_detection_short_range.tflite": (
        "bbff11cebd1eb27a1e004cae0b0e63ec8c551cbf34a4451148b4908b8db3eca8"
    ),
    "mediapipe/modules/face_detection/face_detection_full_range_sparse.tflite": (
        "2c3728e6da56f21e21a320433396fb06d40d9088f2247c05e5635a688d45dfe1"
    ),
    "mediapipe/modules/face_landmark/face_landmark.tflite": (
        "1055cb9d4a9ca8b8c688902a3a5194311138ba256bcc94e336d8373a5f30c814"
    ),
}
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
    """Write the networks and the Apache part of the wheel's licence. Raises ValueError for other bytes."""
    FOLDER.mkdir(exist_ok=True)
    with zipfile.ZipFile(wheel) as archive:
        for name, expected in FILES.items():
            content = archive.read(name)
            if _sha256(content) != expected:
                raise ValueError(f"{name} has sha256 {_sha256(content)}, expected {expected}")
            (FOLDER / Path(name).name).write_bytes(content)
        # What follows in that file is about parts of the wheel that are not taken.
        text = archive.read(LICENCE).decode()
        (FOLDER / "LICENSE").write_text(text[: text.index(END_OF_APACHE) + len(END_OF_APACHE)])


def wrong() -> list[str]:
    """Names of the networks that are missing or not as published."""
    return [
        Path(name).name
        for name, expected in FILES.items()
        if not (FOLDER / Path(name).name).exists()
        or _sha256((FOLDER / Path(name).name).read_bytes()) != expected
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
    print("not as published: " + ", ".join(found) if found else f"{len(FILES)} networks as published")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
