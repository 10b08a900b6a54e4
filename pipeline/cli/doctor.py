"""``maskdrape doctor``: what is here, what is missing, and the command that mends it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from pipeline.cli.libraries import cure, missing_libraries


@dataclass(frozen=True)
class Finding:
    """One thing looked at. ``mend`` is the command or advice when it is not well."""

    what: str
    well: bool
    mend: str = ""


def examine() -> int:
    """Print all findings; returns 0 when a run can work, else 1."""
    well = True
    for look in (_python, _libraries, _blender_module, _landmarks, _assets):
        for finding in look():
            print(f"{'ok     ' if finding.well else 'MISSING'} {finding.what}")
            if not finding.well:
                print(f"        {finding.mend}")
            well = well and finding.well
    for line in _optional():
        print(f"        {line}")
    return 0 if well else 1


def _python() -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding(
        f"Python {version}",
        sys.version_info[:2] == (3, 11),
        "MaskDrape is tried with Python 3.11, for which the bpy 4.5 wheels are made",
    )


def _libraries() -> Iterator[Finding]:
    missing = missing_libraries()
    yield Finding(
        "shared libraries" if not missing else f"shared libraries: {', '.join(missing)}",
        not missing,
        cure(missing),
    )


def _blender_module() -> Iterator[Finding]:
    yield _in_another_process(
        "bpy",
        "import bpy; print('Blender as a module (bpy)', bpy.app.version_string)",
        "pip install 'maskdrape[blender]'",
    )


def _landmarks() -> Iterator[Finding]:
    yield _in_another_process(
        "ai_edge_litert",
        "import numpy\n"
        "from importlib.metadata import version\n"
        "from pipeline.faces.detect.backends import load_backend\n"
        "from pipeline.config import FacesConfig\n"
        "from pipeline.records import Photo\n"
        "blank = Photo('', '', '', numpy.zeros((128, 128, 3), numpy.uint8), None)\n"
        "load_backend(FacesConfig())(blank)\n"
        "print('landmarks: MediaPipe\\'s networks, run by ai-edge-litert', version('ai-edge-litert'))",
        "pip install 'ai-edge-litert>=2.1'",
    )


def _assets() -> Iterator[Finding]:
    again = "install maskdrape again: pip install --force-reinstall --no-deps maskdrape"
    yield _try("head model", lambda: _head(), again)
    yield _try("mask designs", lambda: _designs(), again)


def _head() -> str:
    from pipeline.head.model import load_head

    return f"head model with {len(load_head().mean)} vertices"


def _designs() -> str:
    from pipeline.masks.library import design_names, load_design

    return "mask designs: " + ", ".join(load_design(name).name for name in design_names())


EXTRAS = {
    "export": ("what maskdrape export writes", ("pyarrow", "pycocotools", "mlcroissant")),
    "preview": ("maskdrape preview", ("jinja2",)),
    "jpeg": ("also_jpeg", ("jpeglib",)),
    "c2pa": ("signed pictures in exports", ("c2pa-python",)),
}
"""Extras of the package: what each is for, and the packages it brings."""


def _extras() -> Iterator[str]:
    for extra, (what, packages) in EXTRAS.items():
        missing = [package for package in packages if not _installed(package)]
        if missing:
            yield f"{what}: lacks {', '.join(missing)} (pip install 'maskdrape[{extra}]')"
        else:
            yield f"{what}: installed"


def _installed(package: str) -> bool:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return bool(version(package))
    except PackageNotFoundError:
        return False


def _optional() -> Iterator[str]:
    from importlib.util import find_spec

    yield "engines: local"
    yield from _extras()
    yield f"other landmarks: from files{_fan()}"
    if find_spec("skimage") is None:
        yield "scikit-image is not installed: the demo leaves out the astronaut (pip install scikit-image)"
    program = shutil.which("blender")
    if program:
        yield f"{program}: prepare it with: maskdrape blender-setup {program}"


def _fan() -> str:
    """What there is of the backend face_alignment."""
    from importlib.util import find_spec

    from pipeline.faces.detect.detection import BackendError
    from pipeline.faces.detect.face_alignment import WEIGHTS, weights_file

    if find_spec("face_alignment") is None:
        return "; face_alignment is not installed (pip install 'maskdrape[face-alignment]')"
    found = []
    for kind in WEIGHTS:
        with suppress(BackendError):
            found.append(weights_file(kind, None).name)
    return f", face_alignment ({', '.join(found) or 'without weights, which it then asks for'})"


def _try(what: str, look: Callable[[], str], mend: str) -> Finding:
    try:
        return Finding(look(), True)
    except Exception as error:  # whatever is wrong is the finding
        return Finding(f"{what}: {error}", False, mend)


def _in_another_process(module: str, code: str, mend: str) -> Finding:
    """Import in a process of its own: a broken compiled module may end it."""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    said = ran.stdout.strip().splitlines()
    if ran.returncode == 0 or (said and said[-1].startswith(("Blender as", "landmarks"))):
        return Finding(said[-1], True)
    error = (ran.stderr.strip().splitlines() or [f"ended with {ran.returncode}"])[-1]
    library = ".so" in error
    return Finding(f"{module}: {error}", False, cure(missing_libraries()) if library else mend)
