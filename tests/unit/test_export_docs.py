"""docs/exports.md: its commands run, and the code that it shows reads what they wrote."""

from __future__ import annotations

import re
import shlex
from importlib.util import find_spec
from pathlib import Path

import pytest
from tiny_data_set import tiny_data_set

from pipeline.cli.app import invoke

PAGE = (Path(__file__).parents[2] / "docs" / "exports.md").read_text(encoding="utf-8")
BLOCKS = {
    title: re.findall(r"^```(sh|python)\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    for title, text in re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    made = tiny_data_set(
        tmp_path_factory.mktemp("docs"), identities=4, photos=2, variants=1, output="out/run"
    )
    assert made.name == "run"
    return made.parents[1]


def test_every_format_is_explained():
    from pipeline.dataset.export.make import FORMATS

    assert set(FORMATS) <= set(BLOCKS)
    for form in FORMATS:
        assert {kind for kind, _ in BLOCKS[form]} == {"sh", "python"}


@pytest.mark.parametrize("title", [title for title, blocks in BLOCKS.items() if blocks])
def test_the_page_tells_the_truth(folder, title, monkeypatch):
    monkeypatch.chdir(folder)
    for kind, code in BLOCKS[title]:
        if kind == "sh":
            program, *arguments = shlex.split(code)
            assert program == "maskdrape" and invoke(arguments) == 0
            continue
        needed = re.findall(r"^(?:from|import) (\w+)", code, re.MULTILINE)
        if all(find_spec(module) for module in needed):  # torchvision is not among the tests' packages
            exec(compile(code, f"docs/exports.md, {title}", "exec"), {})
