"""Started in a process beside Blender: gives the arguments it was started with to MaskDrape's command line.

By a Python as ``python worker.py bench``, by Blender as ``blender -b -P worker.py -- bench``.
"""

import os
import sys
from pathlib import Path

_HERE = Path(__file__).resolve().parent


def find_package() -> None:
    """Put MaskDrape's folder on the path, behind what the Python has of its own."""
    # Files of this folder would hide modules of the same name.
    sys.path[:] = [entry for entry in sys.path if Path(entry or ".").resolve() != _HERE]
    if "bpy" in sys.modules and sys.modules["bpy"].app.binary_path:
        # Where the set-up installs. With its factory settings Blender leaves that out.
        sys.path.insert(0, sys.modules["bpy"].utils.user_resource("SCRIPTS", path="modules"))
    folder = os.environ.get("MASKDRAPE_FOLDER")
    if folder:
        sys.path.append(folder)


if __name__ == "__main__":
    find_package()
    given = sys.argv[sys.argv.index("--") + 1 :] if "--" in sys.argv else sys.argv[1:]
    try:
        from pipeline.run import main
    except ImportError:
        print(f"MaskDrape is not installed in {sys.executable}", file=sys.stderr, flush=True)
        os._exit(2)  # Blender would leave with 0
    main(given)
