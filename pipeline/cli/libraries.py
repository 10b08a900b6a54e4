"""Which Debian packages hold the shared libraries that Blender's module and OpenCV load."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

DEBIAN_PACKAGES = {
    "libX11.so.6": "libx11-6",
    "libXext.so.6": "libxext6",
    "libXrender.so.1": "libxrender1",
    "libXxf86vm.so.1": "libxxf86vm1",
    "libXfixes.so.3": "libxfixes3",
    "libXi.so.6": "libxi6",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libSM.so.6": "libsm6",
    "libICE.so.6": "libice6",
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libGLX.so.0": "libglx0",
    "libOpenGL.so.0": "libopengl0",
    "libgomp.so.1": "libgomp1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libwayland-client.so.0": "libwayland-client0",
    "libstdc++.so.6": "libstdc++6",
}
_SONAME = re.compile(r"(lib[\w+.-]+?\.so(?:\.\d+)*)")


def advice(error: str) -> str:
    """One line for an ImportError about a shared library: what is missing, and what installs it all."""
    named = _SONAME.search(error)
    missing = ({named[1]} if named else set()) | set(missing_libraries())
    if "cannot open shared object file" not in error and not missing_libraries():
        return f"a compiled module could not be loaded: {error}"
    return f"shared libraries are missing ({', '.join(sorted(missing))}); {cure(missing)}"


def cure(missing: Iterable[str]) -> str:
    """The Debian command that installs these libraries, as far as their packages are known."""
    names = sorted(set(missing))
    packages = sorted({DEBIAN_PACKAGES[name] for name in names if name in DEBIAN_PACKAGES})
    unknown = [name for name in names if name not in DEBIAN_PACKAGES]
    command = f"on Debian install them with: apt-get install -y {' '.join(packages)}" if packages else ""
    others = f"look for the package that holds {', '.join(unknown)}" if unknown else ""
    return "; ".join(part for part in (command, others) if part)


def missing_libraries() -> tuple[str, ...]:
    """Shared libraries that Blender's module and OpenCV's ask for and this system lacks, by ldd."""
    missing: set[str] = set()
    for module, pattern in (("bpy", "__init__*.so"), ("cv2", "cv2*.so")):
        spec = find_spec(module)
        for place in (spec.submodule_search_locations if spec else None) or ():
            for library in Path(place).glob(pattern):
                missing |= _not_found(library)
    return tuple(sorted(missing))


def _not_found(library: Path) -> set[str]:
    try:
        listed = subprocess.run(
            ["ldd", str(library)], capture_output=True, text=True, timeout=60, check=False
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return set()
    return {line.split()[0] for line in listed.splitlines() if "not found" in line and "=>" in line}
