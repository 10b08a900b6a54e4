"""Statistics of a data set against counts by hand."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from statistics import median

import pytest
from tiny_data_set import tiny_data_set

from pipeline.cli.app import invoke
from pipeline.dataset.distribution import KINDS
from pipeline.dataset.read import labels, rejects, rows
from pipeline.dataset.stats import statistics


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tiny_data_set(tmp_path_factory.mktemp("stats"), identities=3, photos=2, variants=3, faceless=2)


def test_counts_are_those_of_the_tables(folder):
    found, table = statistics(folder, 1000), list(rows(folder))
    assert found["samples"] == len(table) == 18
    assert (found["identities"], found["photos"], found["faces"]) == (3, 6, 6)
    assert found["samples_per_identity"]["least"] == found["samples_per_identity"]["most"] == 6
    assert found["rejects"] == len(list(rejects(folder))) == 2
    assert found["rejects_by_reason"] == [{"stage": "faces", "reason": "no face found", "rejects": 2}]
    assert found["licences"] == {"CC-BY-4.0": 6, "CC0-1.0": 6, "research only": 6}
    for kind in KINDS:
        counted = {name: one["samples"] for name, one in found["masks"][kind].items() if one["samples"]}
        assert counted == Counter(row[kind] for row in table)
        assert sum(one["share"] for one in found["masks"][kind].values()) == pytest.approx(1, abs=1e-3)


def test_what_was_wanted_stands_beside_it(folder):
    designs = statistics(folder, 10)["masks"]["design"]
    asked = json.loads((folder / "distribution.json").read_text())["design"]
    assert {name: one["wanted"] for name, one in designs.items()} == {
        name: one["wanted"] for name, one in asked.items()
    }


def test_spreads_are_those_of_the_labels(folder):
    found = statistics(folder, 1000)
    turned = [labels(folder, row)["face"]["pose_degrees"]["yaw"] for row in rows(folder)]
    yaw = found["face"]["yaw_degrees"]
    assert (yaw["least"], yaw["most"]) == (min(turned), max(turned))
    assert yaw["median"] == pytest.approx(median(turned), rel=1e-5)
    assert sum(yaw["histogram"]) == len(turned) == found["looked_at"]
    assert found["checks"]["gap_mm"]["median"] == 1.5
    few = statistics(folder, 4)
    assert few["looked_at"] == sum(few["face"]["face_px"]["histogram"]) == 4 and few["samples"] == 18


def test_an_empty_data_set_has_statistics(tmp_path, capsys):
    folder = tiny_data_set(tmp_path, identities=0, faceless=1)
    assert statistics(folder, 10)["samples"] == 0
    assert invoke(["stats", str(folder)]) == 0
    assert "0 samples, 1 rejects" in capsys.readouterr().out


def test_the_command_prints_tables_or_json(folder, capsys):
    assert invoke(["stats", str(folder), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == statistics(folder, 20_000)
    assert invoke(["stats", str(folder)]) == 0
    said = capsys.readouterr().out
    for words in ("18 samples (18 ok), 2 rejects", "3 identities", "no face found", "surgical", "turned"):
        assert words in said
    assert invoke(["stats", str(folder / "images")]) == 2
    assert "is not a data set" in capsys.readouterr().err
