"""``maskdrape masks`` and ``maskdrape masks show``."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pipeline.cli.app import invoke
from pipeline.masks.library import design_names, load_design


def test_the_table_names_every_design(capsys):
    assert invoke(["masks"]) == 0
    shown = capsys.readouterr().out
    for name in design_names():
        assert name in shown
        assert all(size in shown for size in load_design(name).sizes)


def test_json_holds_all_that_the_files_say(capsys):
    assert invoke(["masks", "--json"]) == 0
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)}
    assert list(rows) == list(design_names())
    surgical = rows["surgical"]
    assert surgical["sizes"]["L"] == {"width_mm": 175, "height_mm": 95, "for_faces_up_to_mm": 400}
    assert "correct" in surgical["wearing_states"] and surgical["size_names"] == ["S", "M", "L"]
    assert len(surgical["fabric"]["tension"]) == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nosuch"], ["nosuch", "allowed:", "surgical"]),
        (["surgical", "--size", "XXL"], ["--size XXL", "allowed: S, M, L"]),
        (["surgical", "--wearing", "backwards"], ["--wearing backwards", "allowed:", "correct"]),
        (["surgical", "--output", "card.doc"], ["--output card.doc", ".png"]),
    ],
)
def test_what_does_not_exist_is_an_error_that_says_what_does(capsys, arguments, words):
    assert invoke(["masks", "show", *arguments]) == 2
    error = capsys.readouterr().err
    assert all(word in error for word in words)


@pytest.mark.slow
def test_a_card_shows_pattern_and_mask(tmp_path: Path, capfd):
    file = tmp_path / "card.png"
    assert invoke(["masks", "show", "surgical", "--size", "S", "--output", str(file)]) == 0
    assert str(file) in capfd.readouterr().out
    with Image.open(file) as picture:
        card = np.asarray(picture.convert("RGB"), int)
    assert card.shape[1] > 4 * card.shape[0] / 2
    # In every view the mask and the face fill the middle, so it is not all of one tone.
    for panel in range(5):
        left = 14 + panel * 434
        middle = card[74 + 140 : 74 + 300, left + 100 : left + 320]
        assert middle.std() > 10


@pytest.mark.parametrize(
    "arguments", [["--design", "surgicl"], ["--wearing", "on_the_head"], ["--shard", "3/2"]]
)
def test_drapes_names_what_it_does_not_know(arguments, capsys):
    assert invoke(["drapes", *arguments]) == 2
    said = capsys.readouterr().err
    assert arguments[1] in said and "allowed" in said
