"""Writes what Blender's add-on shows of a design's parameters, read off `pipeline.masks.design`.

``python tools/addon_parameters.py`` after a change to these models or to the library.
"""

from __future__ import annotations

import json
from pathlib import Path

from pipeline.bench.schema import schema
from pipeline.files import write_whole

FILE = Path(__file__).resolve().parent.parent / "blender_addon" / "mask" / "parameters.json"


def main() -> None:
    write_whole(FILE, (json.dumps(schema(), indent=1, ensure_ascii=False) + "\n").encode())


if __name__ == "__main__":
    main()
