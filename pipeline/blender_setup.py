"""Install what MaskDrape needs where a Blender executable's own Python finds it.

``maskdrape blender-setup BLENDER``, or without anything installed ``python3 pipeline/blender_setup.py
BLENDER`` in a checkout: this file needs the standard library only.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, requires
from importlib.util import find_spec
from pathlib import Path
from typing import Any

_MARK = "MASKDRAPE-ANSWER "
_QUESTION = f"""
import bpy, json, sys
modules = bpy.utils.user_resource("SCRIPTS", path="modules", create=True)
print({_MARK!r} + json.dumps(dict(
    blender=bpy.app.version_string, python=sys.version_info[:2], modules=modules, prefix=sys.prefix)))
"""
_CHECK = f"""
import importlib, sys
lost = []
for name in {{names!r}}:
    try:
        importlib.import_module(name)
    except Exception as error:
        lost.append(f"{{{{name}}}} ({{{{error}}}})")
print({_MARK!r} + (", ".join(lost) or "ok"))
"""
_IMPORTED = ("numpy", "scipy", "PIL", "pydantic", "yaml", "typer", "rich", "filelock", "ai_edge_litert")


class SetupError(Exception):
    """What went wrong, and what to do about it, in one line."""


def set_up(blender: str) -> int:
    """Ask Blender for its Python, install there with pip, check the result; returns the exit code."""
    try:
        found = ask(blender)
        print(
            f"Blender {found['blender']}, Python {'.'.join(map(str, found['python']))}: "
            f"installing into {found['modules']}",
            flush=True,
        )
        install(found, requirements())
        lost = _answer(blender, _CHECK.format(names=_IMPORTED))
        if lost != "ok":
            raise SetupError(f"installed, but this Blender cannot import: {lost}")
    except SetupError as error:
        print(f"blender-setup: {error}", file=sys.stderr)
        return 1
    script = Path(__file__).resolve().parent / "run.py"
    print(f"done; try: {blender} -b -P {script} -- scenes/demo.yaml")
    return 0


def ask(blender: str) -> dict[str, Any]:
    """Versions, prefix and the user's modules folder of a Blender executable. Raises SetupError."""
    answer = json.loads(_answer(blender, _QUESTION))
    if not answer["modules"]:
        raise SetupError(f"{blender} names no folder for the user's modules")
    if tuple(answer["python"]) < (3, 11):
        raise SetupError(
            f"Blender {answer['blender']} has Python {'.'.join(map(str, answer['python']))}; needed: 3.11"
        )
    return dict(answer)


def requirements() -> list[str]:
    """MaskDrape's requirements, without extras, from the checkout's pyproject.toml or the installation."""
    project = Path(__file__).resolve().parent.parent / "pyproject.toml"
    if project.exists():
        return list(tomllib.loads(project.read_text(encoding="utf-8"))["project"]["dependencies"])
    try:
        return [line for line in requires("maskdrape") or () if "extra ==" not in line]
    except PackageNotFoundError as error:
        raise SetupError("neither a checkout nor an installation of maskdrape") from error


def install(found: Mapping[str, Any], wanted: list[str]) -> None:
    """pip install --target Blender's modules folder, for its Python. Raises SetupError."""
    version = ".".join(map(str, found["python"]))
    own = Path(found["prefix"]) / "bin" / f"python{version}"
    choices: list[list[str]] = []
    if find_spec("pip"):
        choices.append([sys.executable])
    if own.exists():
        choices.append([str(own)])
    if not choices:
        raise SetupError("pip is missing; on Debian: apt-get install -y python3-pip")
    for python in choices:
        command = [
            *(*python, "-m", "pip", "install", "--upgrade", "--no-warn-conflicts", "--quiet"),
            *("--disable-pip-version-check", "--no-input", "--root-user-action", "ignore"),
            *("--target", str(found["modules"]), "--python-version", version, "--only-binary", ":all:"),
            *wanted,
        ]
        if subprocess.run(command, check=False).returncode == 0:
            return
    raise SetupError(f"pip failed; the command was: {' '.join(command)}")


def _answer(blender: str, question: str) -> str:
    try:
        ran = subprocess.run(
            [blender, "-b", "--python-expr", question],
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
    except FileNotFoundError as error:
        raise SetupError(f"{blender}: no such program; give the path of a Blender executable") from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SetupError(f"{blender}: {error}") from error
    line = re.search(f"^{_MARK}(.*)$", ran.stdout, re.MULTILINE)
    if not line:
        last = (ran.stderr or ran.stdout).strip().splitlines()[-1:] or ["no output"]
        raise SetupError(f"{blender} did not answer as Blender does: {last[0]}")
    return line[1]


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        print("usage: python3 pipeline/blender_setup.py BLENDER", file=sys.stderr)
        sys.exit(2)
    sys.exit(set_up(sys.argv[1]))
