"""run.py as a script: exit codes and words, under plain Python and under a real Blender executable."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
RUN = ROOT / "pipeline" / "run.py"
BLENDER = shutil.which("blender")
needs_blender = pytest.mark.skipif(BLENDER is None, reason="no blender executable on the PATH")

Ran = subprocess.CompletedProcess[str]


def python(*arguments: str, options: tuple[str, ...] = (), cwd: Path | None = None) -> Ran:
    return subprocess.run(
        [sys.executable, *options, str(RUN), "--", *arguments],
        capture_output=True, text=True, cwd=cwd, timeout=300, check=False,
    )  # fmt: skip


def blender(*arguments: str, modules: bool = True, cwd: Path | None = None) -> Ran:
    """Blender with this environment's modules on its path, or without any but its own."""
    assert BLENDER
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    environment["PATH"] = "/usr/local/bin:/usr/bin:/bin"
    environment["HOME"] = str(cwd or "/nonexistent")
    environment.pop("VIRTUAL_ENV", None)
    if modules:
        environment["PYTHONPATH"] = sysconfig.get_paths()["purelib"]
    return subprocess.run(
        [BLENDER, "-b", "-P", str(RUN), "--", *arguments],
        capture_output=True, text=True, cwd=cwd, env=environment, timeout=600, check=False,
    )  # fmt: skip


@pytest.fixture
def job(tmp_path: Path) -> Path:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "words.png").write_text("no picture")
    file = tmp_path / "job.yaml"
    file.write_text("photos: {folder: photos}\noutput: out\n")
    return file


def test_a_dry_run_shows_everything_and_makes_nothing(job):
    ran = python(str(job), "--dry-run", "--seed", "5", "--output", str(job.parent / "other"))
    assert ran.returncode == 0 and ran.stderr == ""
    assert "seed: 5" in ran.stdout and "# photos: 1 of 1" in ran.stdout
    assert sorted(path.name for path in job.parent.iterdir()) == ["job.yaml", "photos"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["gone.yaml"], "gone.yaml: no such file"),
        (["job.yaml", "--shard", "3/2"], "--shard 3/2"),
        (["job.yaml", "--engine", "abacus"], "engine = 'abacus': allowed: 'local'"),
        (["job.yaml", "--seed", "many"], "--seed"),
        (["job.yaml", "--only", "nobody*", "--dry-run"], "--only nobody*: no photo has such a name"),
        (["job.yaml", "--frobnicate"], "--frobnicate"),
        ([], "config"),
    ],
)
def test_mistakes_end_with_2_and_one_line(job, arguments, words):
    ran = python(*arguments, cwd=job.parent)
    assert ran.returncode == 2
    assert words in ran.stderr and "Traceback" not in ran.stderr
    assert len(ran.stderr.strip().splitlines()) == 1


def test_a_folder_without_photos_is_a_mistake(job):
    (job.parent / "photos" / "words.png").unlink()
    ran = python(str(job))
    assert ran.returncode == 2 and "photos.folder = photos: no photos in it" in ran.stderr


def test_a_missing_module_is_named_with_the_command(job):
    ran = python(str(job), options=("-S", "-E"))
    assert ran.returncode == 1
    assert "module 'typer' is missing" in ran.stderr and "pip install" in ran.stderr
    assert "Traceback" not in ran.stderr


@needs_blender
def test_blender_without_the_modules_names_the_command(job):
    ran = blender(str(job), modules=False, cwd=job.parent)
    assert ran.returncode == 1
    assert "Blender's Python lacks the module" in ran.stderr and "Traceback" not in ran.stderr
    assert "blender_setup.py" in ran.stderr and "blender" in ran.stderr.split("blender_setup.py")[1]


@needs_blender
@pytest.mark.skipif(sys.version_info[:2] != (3, 11), reason="Debian's Blender has Python 3.11")
def test_blender_never_hides_a_mistake(job):
    assert blender("gone.yaml", cwd=job.parent).returncode == 2
    assert blender(str(job), "--dry-run", cwd=job.parent).returncode == 0


def test_blender_setup_explains_what_is_no_blender():
    script = ROOT / "pipeline" / "blender_setup.py"
    for program, words in (("/no/such/blender", "no such program"), ("/bin/true", "did not answer")):
        ran = subprocess.run(
            [sys.executable, "-S", str(script), program], capture_output=True, text=True, check=False
        )
        assert ran.returncode == 1 and words in ran.stderr and "Traceback" not in ran.stderr


def test_libraries_are_named_with_their_debian_packages():
    from pipeline.cli.libraries import advice

    text = advice("libXxf86vm.so.1: cannot open shared object file: No such file or directory")
    assert "libXxf86vm.so.1" in text and "apt-get install -y" in text and "libxxf86vm1" in text
