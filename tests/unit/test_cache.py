"""What is stored comes back; what is damaged is made again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from pipeline.cache import cached
from pipeline.records import Float, Rejected


@dataclass(frozen=True)
class Inner:
    values: Float


@dataclass(frozen=True)
class Outer:
    name: str
    held: Inner
    maybe: Inner | None = None
    line: Float | None = None


def must_not_run():
    pytest.fail("made again although it was stored")


def test_records_in_records_come_back_and_are_not_made_again(tmp_path):
    whole = Outer("whole", Inner(np.arange(3.0)), Inner(np.eye(2)), np.ones(4))
    bare = Outer("bare", Inner(np.arange(2.0)))
    assert cached(tmp_path, "key", Outer, lambda: (whole, bare)) == (whole, bare)
    one, other = cached(tmp_path, "key", Outer, must_not_run)
    assert (one.name, other.name, other.maybe, other.line) == ("whole", "bare", None, None)
    np.testing.assert_array_equal(one.held.values, [0, 1, 2])
    np.testing.assert_array_equal(one.maybe.values, np.eye(2))
    np.testing.assert_array_equal(one.line, np.ones(4))


def test_a_refusal_is_a_result(tmp_path):
    def refuse():
        raise Rejected("masks", "not at rest")

    for make in (refuse, must_not_run):
        with pytest.raises(Rejected, match="not at rest"):
            cached(tmp_path, "key", Outer, make)


def test_a_damaged_file_is_made_again(tmp_path):
    made = (Outer("whole", Inner(np.arange(3.0))),)
    cached(tmp_path, "key", Outer, lambda: made)
    (path,) = tmp_path.rglob("*.npz")
    path.write_bytes(path.read_bytes()[:50])
    assert cached(tmp_path, "key", Outer, lambda: made) == made
    cached(tmp_path, "key", Outer, must_not_run)
