"""A bench that speaks the protocol and computes nothing: a ball for a head, a sheet for a mask.

What it does wrong on purpose is told it by the photo's name: refused, broken, dies, slow, nobody.
"""

import json
import os
import struct
import sys
import time
import zlib
from pathlib import Path

import numpy as np

LIGHT = {
    "ambient": [0.25, 0.24, 0.22],
    "lamps": [
        {"towards": [0.6, -0.64, -0.48], "irradiance": [0.8, 0.7, 0.6]},
        {"towards": [-1.0, 0.0, 0.0], "irradiance": [0.1, 0.1, 0.2]},
    ],
    "around": [[0.1, 0.1, 0.2], [0.5, 0.4, 0.3], [0.0, 0.05, 0.0]],
}
FOCAL = 1.4  # of the photo's width
ROTATION, TRANSLATION = np.diag([1.0, -1.0, -1.0]), np.array([0.02, 0.03, 0.9])
FRAMES = 6


def ball(radius: float, rings: int = 12, around: int = 16) -> tuple[np.ndarray, np.ndarray]:
    """Vertices (V, 3) m and triangles (F, 3) about the origin."""
    down, turn = np.meshgrid(
        np.linspace(0.05, np.pi - 0.05, rings),
        np.linspace(0, 2 * np.pi, around, endpoint=False),
        indexing="ij",
    )
    points = np.stack([np.sin(down) * np.cos(turn), np.cos(down), np.sin(down) * np.sin(turn)], -1)
    return radius * points.reshape(-1, 3), _grid(rings, around, closed=True)


def sheet(bulge: float, rows: int = 6, columns: int = 8) -> tuple[np.ndarray, np.ndarray]:
    """Vertices (M, 3) m, head frame, before the ball, and triangles (F, 3)."""
    y, x = np.meshgrid(np.linspace(-0.05, 0.05, rows), np.linspace(-0.08, 0.08, columns), indexing="ij")
    z = 0.1 + bulge - 3.0 * x**2
    return np.stack([x, y, z], -1).reshape(-1, 3), _grid(rows, columns, closed=False)


def _grid(rows: int, columns: int, closed: bool) -> np.ndarray:
    triangles = []
    for row in range(rows - 1):
        for column in range(columns if closed else columns - 1):
            a, b = row * columns + column, row * columns + (column + 1) % columns
            triangles += [(a, b, b + columns), (a, b + columns, a + columns)]
    return np.array(triangles, np.int32)


def png(pixels: np.ndarray) -> bytes:
    """(H, W, 3) uint8 as a file."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    height, width = pixels.shape[:2]
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def size_of_png(path: str) -> tuple[int, int]:
    return struct.unpack(">II", Path(path).read_bytes()[16:24])


def saved(folder: str, name: str, **arrays: np.ndarray) -> str:
    place = Path(folder) / ".bench"
    place.mkdir(exist_ok=True)
    np.savez(place / f"{name}.npz", **arrays)
    return str(place / f"{name}.npz")


def landmarks_of(vertices: np.ndarray, width: int, height: int) -> np.ndarray:
    seen = vertices[40:80]
    return FOCAL * width * seen[:, :2] / seen[:, 2:] + (width / 2, height / 2)


def answer_faces(request: dict, moved: float = 0.0) -> dict:
    width, height = size_of_png(request["photo"])
    faces = []
    for index, verdict in enumerate(("flagged", "ok", "rejected")):
        vertices, triangles = ball(0.1)
        vertices = vertices @ ROTATION.T + TRANSLATION + (0.22 * (index - 1) + moved, 0, 0)
        points = landmarks_of(vertices, width, height)
        name = f"face{index}-{moved:g}"
        faces.append(
            {
                "index": index,
                "verdict": verdict,
                "reason": "" if verdict == "ok" else "turned about 61 degrees sideways",
                "residual_mm": 1.3,
                "yaw_pitch_roll_deg": [4.0, -3.0, 1.0],
                "box": [*points.min(axis=0), *points.max(axis=0)],
                "distance_m": 0.9,
                "focal_px": FOCAL * width,
                "light": LIGHT,
                "file": saved(
                    request["folder"],
                    name,
                    vertices=vertices,
                    triangles=triangles,
                    landmarks=points,
                    rotation=ROTATION,
                    translation=TRANSLATION,
                ),
            }
        )
    if "nobody" in request["photo"]:
        faces = []
    return {
        "photo": {"path": request["photo"], "width": width, "height": height, "sha256": "0" * 64},
        "faces": faces,
    }


def answer_drag(request: dict) -> dict:
    if request.get("live"):
        return answer_faces(request, sum(x for _, x, _ in request["moves"]) / 1e4)
    moved = sum(x for _, x, _ in request["moves"]) / 1e4
    path = Path(request["folder"]) / "landmarks" / f"moved-{moved:g}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({"moves": request["moves"], "hold": request["hold"]}))
    landmarks = {"backend": "file", "landmarks": f"landmarks/{path.name}"}
    return {**answer_faces(request, moved), "landmarks": landmarks}


def answer_drape(request: dict) -> dict:
    for frame in range(FRAMES):
        vertices, faces = sheet(0.01 * (FRAMES - frame))
        file = saved(request["folder"], f"moment{frame}", vertices=vertices, faces=faces)
        say(request, event="progress", words="Draping", done=3 * frame + 1, of=3 * FRAMES, file=file)
        time.sleep(60.0 if "slow" in request["config"]["photos"]["table"] else 0.0)
    vertices, faces = sheet(0.0)
    check = {"name": "gap", "words": "Gap at the nose", "unit": "mm", "limit": 4.0}
    return {
        "file": saved(
            request["folder"],
            "draped",
            vertices=vertices,
            faces=faces,
            uv=np.zeros((len(faces), 3, 2)),
            parts=np.ones(len(faces), np.uint8),
            rotation=ROTATION,
            translation=TRANSLATION,
        ),
        "checks": [
            {**check, "value": 1.5, "state": "good"},
            {**check, "name": "strain", "words": "Strain", "unit": "%", "value": 3.9, "state": "near"},
            {
                **check,
                "name": "inside",
                "words": "Inside the head",
                "unit": "mm",
                "value": 7.0,
                "state": "bad",
            },
        ],
        "design": "surgical",
        "size": "L",
        "wearing": "below_nose",
        "from_cache": False,
    }


def answer_composite(request: dict) -> dict:
    path = Path(request["folder"]) / ".bench" / f"picture-{request['samples']}.png"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(png(np.full((20, 30, 3), 128, np.uint8)))
    return {"image": str(path), "matte": str(path), "box": [0, 0, 30, 20]}


def answer_hello(request: dict) -> dict:
    design = {"name": "surgical", "title": "Surgical", "licence": "CC0-1.0", "author": "", "built_in": True}
    lists = {key: [] for key in ("fabrics", "colours", "prints")}
    return {
        "designs": [{**design, "kind": "pleated", "sizes": ["L"], "wearing": ["correct"], **lists}],
        "missing": [],
    }


ANSWERS = {
    "hello": answer_hello,
    "faces": answer_faces,
    "drag": answer_drag,
    "drape": answer_drape,
    "composite": answer_composite,
}


def say(request: dict, **message) -> None:
    print(json.dumps({"id": request["id"], **message}), flush=True)


def main() -> None:
    print("a greeting that is no answer", flush=True)
    print(json.dumps({"event": "ready", "version": "0", "blender": "", "protocol": 1}), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        photo = Path(str(request.get("photo", ""))).stem
        if photo == "refused":
            say(request, event="refused", reason="This photo is too small.")
        elif photo == "broken":
            say(request, event="error", words="Something broke.", report="Traceback: here")
        elif photo == "dies":
            print("the last words", file=sys.stderr, flush=True)
            os._exit(1)
        elif photo == "slow":
            say(request, event="progress", words="Slowly", done=1, of=4)
            time.sleep(60.0)
        else:
            say(request, event="done", result=ANSWERS[request["do"]](request))


if __name__ == "__main__":
    main()
