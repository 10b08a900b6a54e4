"""OpenEXR files in plain NumPy: read what Blender writes uncompressed, write zipped label images.

The OpenEXR package is not used because its C++ library clashes with the one that distributions'
Blender builds (Debian 12's 3.4.1) are linked to: inside such a Blender, opening any file with it
crashes the process. Format: https://openexr.com/en/latest/OpenEXRFileLayout.html
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_MAGIC = 20000630
_LONG_NAMES, _MULTIPART = 0x400, 0x1000
_DTYPES: dict[int, np.dtype[Any]] = {0: np.dtype("<u4"), 1: np.dtype("<f2"), 2: np.dtype("<f4")}
_ZIP_ROWS = 16


def _text(data: bytes, at: int) -> tuple[str, int]:
    end = data.index(b"\0", at)
    return data[at:end].decode(), end + 1


def _header(data: bytes, at: int) -> tuple[dict[str, bytes], int]:
    attributes: dict[str, bytes] = {}
    while data[at]:
        name, at = _text(data, at)
        _, at = _text(data, at)
        (size,) = struct.unpack_from("<i", data, at)
        attributes[name] = data[at + 4 : at + 4 + size]
        at += 4 + size
    return attributes, at + 1


def _channels(block: bytes) -> list[tuple[str, np.dtype[Any]]]:
    found, at = [], 0
    while block[at]:
        name, at = _text(block, at)
        found.append((name, _DTYPES[struct.unpack_from("<i", block, at)[0]]))
        at += 16
    return found


def read_exr(path: Path) -> dict[str, NDArray[np.float32]]:
    """Channels of an uncompressed scan-line EXR of one or several parts, by full channel name.

    Values are (H, W) float32, first row at the top. Raises ValueError for any other kind of EXR.
    """
    data = path.read_bytes()
    magic, version = struct.unpack_from("<iI", data)
    if magic != _MAGIC or version & 0xFF != 2 or version & (0x200 | 0x800):
        raise ValueError(f"{path.name} is not a scan-line OpenEXR file")
    multipart = bool(version & _MULTIPART)
    headers, at = [], 8
    while True:
        header, at = _header(data, at)
        headers.append(header)
        if not multipart:
            break
        if data[at] == 0:
            at += 1
            break
    result: dict[str, NDArray[np.float32]] = {}
    for header in headers:
        if header["compression"] != b"\0":
            raise ValueError(f"{path.name} is compressed")
        x0, y0, x1, y1 = struct.unpack("<4i", header["dataWindow"])
        width, height = x1 - x0 + 1, y1 - y0 + 1
        row = np.dtype([(name, dtype, (width,)) for name, dtype in _channels(header["channels"])])
        offsets = np.frombuffer(data, "<u8", height, at)
        at += 8 * height
        prefix = 12 if multipart else 8  # part number, y, size
        rows = np.stack([np.frombuffer(data, row, 1, int(start) + prefix)[0] for start in offsets])
        for name in row.names or ():
            result[name] = np.ascontiguousarray(rows[name], np.float32)
    return result


def write_exr(path: Path, channels: Mapping[str, NDArray[np.floating[Any]]], *, half: bool = False) -> None:
    """Write equally large (H, W) ``channels`` as one zip-compressed scan-line EXR, float32 or float16.

    The bytes depend on the values only (and on the machine's zlib). Raises ValueError for unequal shapes.
    """
    names = sorted(channels)
    shapes = {np.shape(channels[name]) for name in names}
    if len(shapes) != 1:
        raise ValueError(f"channels differ in shape: {sorted(shapes)}")
    height, width = shapes.pop()
    kind = 1 if half else 2
    stack = np.stack([np.asarray(channels[name]).astype(_DTYPES[kind]) for name in names], axis=1)
    listed = b"".join(n.encode() + b"\0" + struct.pack("<iB3xii", kind, 0, 1, 1) for n in names) + b"\0"
    window = struct.pack("<4i", 0, 0, width - 1, height - 1)
    attributes = [
        ("channels", "chlist", listed),
        ("compression", "compression", b"\3"),
        ("dataWindow", "box2i", window),
        ("displayWindow", "box2i", window),
        ("lineOrder", "lineOrder", b"\0"),
        ("pixelAspectRatio", "float", struct.pack("<f", 1)),
        ("screenWindowCenter", "v2f", struct.pack("<2f", 0, 0)),
        ("screenWindowWidth", "float", struct.pack("<f", 1)),
    ]
    flags = 2 | (_LONG_NAMES if any(len(name) > 31 for name in names) else 0)
    header = struct.pack("<iI", _MAGIC, flags)
    for name, attribute, value in attributes:
        header += name.encode() + b"\0" + attribute.encode() + b"\0" + struct.pack("<i", len(value)) + value
    header += b"\0"
    blocks = []
    for top in range(0, height, _ZIP_ROWS):
        raw = np.frombuffer(stack[top : top + _ZIP_ROWS].tobytes(), np.uint8)
        # EXR's zip: even bytes before odd ones, then differences, offset by 128.
        sorted_bytes = np.concatenate([raw[0::2], raw[1::2]])
        delta = sorted_bytes.copy()
        delta[1:] = sorted_bytes[1:] - sorted_bytes[:-1] + np.uint8(128)
        packed = zlib.compress(delta.tobytes(), 6)
        if len(packed) >= raw.size:
            packed = raw.tobytes()
        blocks.append(struct.pack("<ii", top, len(packed)) + packed)
    start = len(header) + 8 * len(blocks)
    offsets = start + np.concatenate([[0], np.cumsum([len(block) for block in blocks])[:-1]])
    path.write_bytes(header + offsets.astype("<u8").tobytes() + b"".join(blocks))
