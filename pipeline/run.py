"""The entry: the console script ``maskdrape``, and a script for Blender's own Python.

``blender -b -P pipeline/run.py -- config.yaml [--shard i/n] [--dry-run] [--only GLOB] [--seed N]
[--output DIR] [--engine local]`` does what ``maskdrape run config.yaml ...`` does with the bpy wheel.
Exit codes: 0 all done, 3 done with rejects, 2 bad configuration, 1 crash.

Only the standard library is imported before `main` has its safety net: Blender leaves with 0 on any
exception that a script lets through.
"""

from __future__ import annotations

import os
import sys
import traceback
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent

# One thread for linear algebra: its matrices are small, and the bytes must not depend on the machine's
# number of cores. Read once, when NumPy is first imported.
for _library in ("OPENBLAS", "MKL"):
    os.environ.setdefault(f"{_library}_NUM_THREADS", "1")


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and end the process with its exit code."""
    code = 1
    try:
        from pipeline.cli.app import invoke

        code = invoke(sys.argv[1:] if arguments is None else arguments)
    except ImportError as error:
        _say(f"maskdrape: {missing(error)}")
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except KeyboardInterrupt:
        code = 130
        _say("maskdrape: stopped; the same command goes on where this one was")
    except BaseException as error:
        _say(f"maskdrape: {type(error).__name__}: {error}")
    leave(code)


def leave(code: int) -> None:
    """End the process here and now: the bpy wheel may crash in its own clean-up (seen on 4.2)."""
    try:
        folder = getattr(getattr(sys.modules.get("bpy"), "app", None), "tempdir", "")
        if folder and "blender_" in folder:
            import shutil

            shutil.rmtree(folder, ignore_errors=True)
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)


def missing(error: ImportError) -> str:
    """What to install, and by which command, for an import that failed."""
    if ".so" in str(error):
        try:
            from pipeline.cli.libraries import advice

            return advice(str(error))
        except ImportError:
            return f"a shared library is missing: {error}"
    name = error.name or str(error)
    if name == "bpy":
        return "the Blender module is missing; install it with: pip install 'maskdrape[blender]'"
    if name.split(".")[0] == "pipeline":
        return f"this copy of MaskDrape is broken: it lacks its own module {name!r}; install it again"
    binary = getattr(getattr(sys.modules.get("bpy"), "app", None), "binary_path", "")
    if binary:
        return (
            f"Blender's Python lacks the module {name!r}; install what is needed with: "
            f"{_setup_command()} {binary}"
        )
    what = _ROOT if _checkout() else "maskdrape"
    return f"the module {name!r} is missing; install it with: pip install {what}"


def _checkout() -> bool:
    return (_ROOT / "pyproject.toml").exists()


def _setup_command() -> str:
    return f"python3 {_ROOT}/pipeline/blender_setup.py" if _checkout() else "maskdrape blender-setup"


def _say(text: str) -> None:
    if os.environ.get("MASKDRAPE_DEBUG") == "1":
        traceback.print_exc()
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    # A script's own folder is on the path under plain Python, where config.py would hide others'.
    sys.path[:] = [entry for entry in sys.path if Path(entry or ".").resolve() != _ROOT / "pipeline"]
    if _checkout():
        sys.path.insert(0, str(_ROOT))
    else:
        sys.path.append(str(_ROOT))
    given = sys.argv[sys.argv.index("--") + 1 :] if "--" in sys.argv else sys.argv[1:]
    main(["run", *given])
