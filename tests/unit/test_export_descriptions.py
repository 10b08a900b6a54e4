"""Croissant, card and datasheet: valid, and saying nothing that the run does not know."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PIL import Image
from tiny_data_set import tiny_data_set

from pipeline.cli.app import invoke
from pipeline.dataset.export.statements import UNSAID
from pipeline.dataset.read import rows


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    return tiny_data_set(tmp_path_factory.mktemp("described"), identities=3, photos=1, variants=2)


@pytest.fixture(scope="module")
def croissant(data, tmp_path_factory) -> Path:
    return export(data, "croissant", tmp_path_factory.mktemp("export") / "out")


@pytest.fixture(scope="module")
def card(data, tmp_path_factory) -> Path:
    return export(
        data, "card", tmp_path_factory.mktemp("export") / "out", "--split", "0.5/0.5", "--name", "Tiny: set"
    )


def export(data: Path, form: str, output: Path, *options: str) -> Path:
    assert invoke(["export", str(data), "--to", form, "--output", str(output), *options]) == 0
    return output


def test_croissant_is_valid_and_loads_every_record(data, croissant):
    mlc = pytest.importorskip("mlcroissant")
    read = mlc.Dataset(jsonld=str(croissant / "croissant.json"))
    assert not read.metadata.issues.errors
    found = {record["samples/sample_id"].decode(): record for record in read.records("samples")}
    for row in rows(data):
        record = found.pop(row["sample_id"])
        for name in ("identity", "design", "licence", "source", "consent", "sha256"):
            assert record[f"samples/{name}"].decode() == row[name]
        with Image.open(data / row["image"]) as image:
            assert record["samples/image"].tobytes() == image.tobytes()
        assert record["samples/synthetic"].decode().startswith("Synthetic composite")
    assert not found


def test_croissant_notices_a_changed_table(croissant, tmp_path):
    mlc = pytest.importorskip("mlcroissant")
    for path in croissant.rglob("*"):
        if path.is_file():
            copy = tmp_path / path.relative_to(croissant)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    with (tmp_path / "index.parquet").open("ab") as table:
        table.write(b"x")
    read = mlc.Dataset(jsonld=str(tmp_path / "croissant.json"))
    with pytest.raises(Exception, match=r"index\.parquet"):
        list(read.records("samples"))


def test_rai_fields_say_what_is_known_and_only_that(data, croissant):
    mlc = pytest.importorskip("mlcroissant")
    said = mlc.Dataset(jsonld=str(croissant / "croissant.json")).metadata
    licences = {row["licence"] for row in rows(data)}
    assert set(said.license) == licences
    assert "drawn for tests (3)" in said.data_collection and UNSAID in said.data_collection
    (personal,) = said.personal_sensitive_information
    assert "3 identities" in personal and "not needed (3)" in personal
    for unknown in ("data_use_cases", "data_biases", "data_social_impact", "data_release_maintenance_plan"):
        assert not getattr(said, unknown)
    assert said.date_published is None and said.cite_as is None and not said.creators


def test_hugging_face_reads_the_card(data, card):
    hub = pytest.importorskip("huggingface_hub")
    read = hub.DatasetCard.load(card / "README.md")
    front = read.data.to_dict()
    assert front["pretty_name"] == "Tiny: set" and front["size_categories"] == ["n<1K"]
    assert front["license"] == ["cc-by-4.0", "cc0-1.0", "other"] and "license_name" in front
    for row in rows(data):
        assert f"{row['licence']} (1)" in read.text and f"| {row['design']} |" in read.text
    assert "Synthetic composite" in read.text


def test_what_only_the_maker_knows_is_said_to_be_unknown(card):
    text = (card / "DATASHEET.md").read_text()
    answers = dict(re.findall(r"\*\*(.+?)\*\*\n\n(.+?)\n", text))
    sections = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert len(sections) == 7 and len(answers) > 30
    for question in (
        "For what purpose was the dataset created?",
        "Who funded its creation?",
        "Were any ethical review processes conducted?",
        "What tasks could it be used for?",
        "Who maintains it, and how can they be contacted?",
    ):
        assert answers[question] == UNSAID.capitalize() + "."
    assert "not needed (3)" in answers["Were the individuals notified, and did they consent?"]
    assert "6 samples" in answers["How many instances are there?"]


def test_counts_are_those_of_what_was_chosen(data, tmp_path):
    out = export(data, "card", tmp_path / "out", "--exclude-licence", "research*")
    text = (out / "README.md").read_text()
    assert text.split("# data\n\n")[1].startswith("4 pictures of 2 identities")
    assert "research only" not in text
