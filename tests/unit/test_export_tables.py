"""Shards and tables, opened by the libraries that people read them with."""

from __future__ import annotations

import hashlib
import io
import json
from pathlib import Path

import pytest
from PIL import Image
from rows_only import rows_only
from tiny_data_set import tiny_data_set

from pipeline.cli.app import invoke
from pipeline.dataset.export import parquet as parquet_export
from pipeline.dataset.export import webdataset as webdataset_export
from pipeline.dataset.read import labels, rows


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    return tiny_data_set(tmp_path_factory.mktemp("tables"), identities=4, photos=1, variants=2)


def export(data: Path, form: str, output: Path, *options: str) -> Path:
    assert invoke(["export", str(data), "--to", form, "--output", str(output), *options]) == 0
    return output


def test_webdataset_reads_every_sample_whole(data, tmp_path, monkeypatch):
    webdataset = pytest.importorskip("webdataset")
    monkeypatch.setattr(webdataset_export, "SHARD_SAMPLES", 3)
    out = export(data, "webdataset", tmp_path / "out", "--split", "0.75/0.25")
    shards = sorted(path.name for path in out.glob("*.tar"))
    assert shards == ["test-000000.tar", "train-000000.tar", "train-000001.tar"]
    known = {row["sample_id"]: row for row in rows(data)}
    people: dict[str, set[str]] = {}
    for name in shards:
        read = webdataset.WebDataset(str(out / name), shardshuffle=False).decode("pil")
        for sample in read:
            row = known.pop(sample["__key__"])
            said = sample["json"]
            assert said["labels"] == labels(data, row)
            assert (said["licence"], said["source"], said["consent"]) == (
                row["licence"],
                row["source"],
                row["consent"],
            )
            assert "Synthetic composite" in said["synthetic"] and said["split"] == name.split("-")[0]
            for ending, path in (
                ("png", data / row["image"]),
                ("matte.png", data / row["labels"] / "matte.png"),
            ):
                with Image.open(path) as image:
                    assert sample[ending].tobytes() == image.convert("RGB").tobytes()
            people.setdefault(said["split"], set()).add((row["identity"], sample["cls"]))
    assert not known
    assert {number for _, number in people["train"]} == {0, 1, 2} and len(people["train"]) == 3
    assert [number for _, number in people["test"]] == [0]


def test_shards_are_mixed_and_have_the_same_bytes_every_time(data, tmp_path):
    def digest(out: Path) -> str:
        return hashlib.sha256((out / "samples-000000.tar").read_bytes()).hexdigest()

    first, again, other = (
        export(data, "webdataset", tmp_path / str(n), "--seed", seed) for n, seed in enumerate("112")
    )
    assert digest(first) == digest(again) != digest(other)
    import tarfile

    with tarfile.open(first / "samples-000000.tar") as shard:
        members = shard.getmembers()
    keys = [member.name.split(".")[0] for member in members if member.name.endswith(".cls")]
    assert sorted(keys) != keys and {(m.mtime, m.uid, m.uname) for m in members} == {(0, 0, "")}


def test_parquet_holds_the_manifest_and_its_rights(data, tmp_path, monkeypatch):
    parquet = pytest.importorskip("pyarrow.parquet")
    monkeypatch.setattr(parquet_export, "GROUP", 3)
    out = export(data, "parquet", tmp_path / "out", "--split", "0.75/0.25")
    file = parquet.ParquetFile(out / "index.parquet")
    assert file.metadata.num_row_groups == 3
    table = file.read()
    found = {row["sample_id"]: row for row in table.to_pylist()}
    splits: dict[str, set[str]] = {"train": set(), "test": set()}
    for row in rows(data):
        read = found.pop(row["sample_id"])
        for name in (
            "identity",
            "photo",
            "sha256",
            "face",
            "variant",
            "design",
            "licence",
            "source",
            "image",
        ):
            assert read[name] == row[name]
        assert read["synthetic"].startswith("Synthetic composite")
        splits[read["split"]].add(row["identity"])
    assert not found and not splits["train"] & splits["test"] and len(splits["train"]) == 3


def test_what_is_not_stated_stays_so(tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    data = rows_only(tmp_path / "data", 3, 1, 1)
    read = parquet.read_table(export(data, "parquet", tmp_path / "out") / "index.parquet").to_pylist()
    assert [row["licence"] for row in read] == ["CC0-1.0", "CC-BY-4.0", None]
    left = export(data, "parquet", tmp_path / "stated", "--exclude-licence", "not stated")
    assert len(parquet.read_table(left / "index.parquet")) == 2


def test_a_signed_picture_says_that_it_is_synthetic(data, tmp_path):
    c2pa = pytest.importorskip("c2pa")
    certificates, key = own_certificates(tmp_path)
    signed = export(
        data, "imagefolder", tmp_path / "out", "--c2pa-cert", str(certificates), "--c2pa-key", str(key)
    )
    for row in rows(data):
        path = signed / "masked" / row["identity"] / f"{row['sample_id']}.png"
        with c2pa.Reader("image/png", io.BytesIO(path.read_bytes())) as reader:
            found = json.loads(reader.json())
        assert found["validation_state"] == "Valid"  # "Trusted" takes a certificate on a list of trust
        manifest = found["manifests"][found["active_manifest"]]
        assert manifest["signature_info"]["common_name"] == "signer"
        (actions,) = (a["data"]["actions"] for a in manifest["assertions"] if "actions" in a["label"])
        assert actions[0]["action"] == "c2pa.created"
        assert actions[0]["digitalSourceType"].endswith("/compositeSynthetic")
        with Image.open(path) as after, Image.open(data / row["image"]) as before:
            assert after.tobytes() == before.tobytes()
            assert after.info["XML:com.adobe.xmp"] == before.info["XML:com.adobe.xmp"]
    forged = bytearray(path.read_bytes())
    forged[-60] ^= 1
    with c2pa.Reader("image/png", io.BytesIO(bytes(forged))) as reader:
        assert json.loads(reader.json())["validation_state"] == "Invalid"


def test_half_a_certificate_is_refused(data, tmp_path, capsys):
    pytest.importorskip("c2pa")
    arguments = ["export", str(data), "--to", "crops", "--output", str(tmp_path / "out")]
    certificates, key = own_certificates(tmp_path)
    assert invoke([*arguments, "--c2pa-cert", str(certificates)]) == 2
    assert invoke([*arguments, "--c2pa-cert", str(certificates), "--c2pa-key", str(certificates)]) == 2
    assert invoke([*arguments, "--c2pa-cert", str(tmp_path / "none"), "--c2pa-key", str(key)]) == 2
    assert capsys.readouterr().err.count("--c2pa-") >= 3 and not (tmp_path / "out").exists()


def own_certificates(folder: Path) -> tuple[Path, Path]:
    """A chain of two and a key, as `openssl` would make them."""
    from datetime import UTC, datetime, timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    def name(common: str) -> x509.Name:
        parts = ((NameOID.ORGANIZATION_NAME, "tests"), (NameOID.COMMON_NAME, common))
        return x509.Name([x509.NameAttribute(*part) for part in parts])

    def usage(**uses: bool) -> x509.KeyUsage:
        names = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment")
        names += ("key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only")
        return x509.KeyUsage(**{use: uses.get(use, False) for use in names})

    def certificate(common: str, public, issuer_public, *extensions) -> x509.CertificateBuilder:
        started = datetime.now(UTC) - timedelta(days=1)
        made = (
            x509.CertificateBuilder()
            .subject_name(name(common))
            .issuer_name(name("authority"))
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(started)
            .not_valid_after(started + timedelta(days=30))
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_public), critical=False)
        )
        for extension, critical in extensions:
            made = made.add_extension(extension, critical=critical)
        return made

    above, own = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority = certificate(
        "authority",
        above.public_key(),
        above.public_key(),
        (x509.BasicConstraints(ca=True, path_length=None), True),
        (usage(key_cert_sign=True, crl_sign=True), True),
    )
    signer = certificate(
        "signer",
        own.public_key(),
        above.public_key(),
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (usage(digital_signature=True), True),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), False),
    )
    pem = serialization.Encoding.PEM
    chain = b"".join(made.sign(above, hashes.SHA256()).public_bytes(pem) for made in (signer, authority))
    (folder / "chain.pem").write_bytes(chain)
    (folder / "key.pem").write_bytes(
        own.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return folder / "chain.pem", folder / "key.pem"
