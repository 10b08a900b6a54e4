"""Train, validation and test by identity, with people who share near-duplicate photos on one side."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from scipy.cluster.hierarchy import DisjointSet

from pipeline.dataset.export.errors import ExportError
from pipeline.dataset.export.same_picture import led

NAMES = {2: ("train", "test"), 3: ("train", "val", "test")}


def read_shares(text: str) -> tuple[float, ...]:
    """``0.8/0.1/0.1`` (train, val, test) or ``0.9/0.1`` (train, test). Raises ExportError."""
    try:
        shares = tuple(float(part) for part in text.split("/"))
    except ValueError:
        shares = ()
    if len(shares) not in NAMES or not all(0 < part < 1 for part in shares) or abs(sum(shares) - 1) > 1e-6:
        raise ExportError(
            f"--split {text}: allowed: shares that add up to 1, of train/val/test or train/test, "
            "as in 0.8/0.1/0.1"
        )
    return shares


def group_identities(index: sqlite3.Connection) -> int:
    """Give identities that share a photo or near-duplicates of one a leader, one of them.

    After `find_same_pictures`. Returns how many have another as theirs.
    """
    together = DisjointSet()  # of those only that share something
    shared = index.execute(
        "SELECT a.identity, b.identity FROM faces a JOIN faces b ON a.photo = b.photo "
        "AND a.identity < b.identity UNION SELECT a.identity, b.identity FROM faces a "
        "JOIN faces b ON a.id = b.picture AND a.identity != b.identity"
    )
    for one, other in shared:
        together.add(one)
        together.add(other)
        together.merge(one, other)
    leaders = list(led(together))
    index.execute("BEGIN")
    index.execute("UPDATE identities SET leader = id")
    index.executemany("UPDATE identities SET leader = ? WHERE id = ?", leaders)
    index.execute("COMMIT")
    return sum(leader != person for leader, person in leaders)


def split(index: sqlite3.Connection, shares: Sequence[float]) -> None:
    """Give every identity a split. Raises ExportError when one would be empty.

    After `group_identities`. Shares are of identities. The order is drawn by the seed of the index.
    """
    names = NAMES[len(shares)]
    allot(index, "split", names, shares, "")
    found = {name for (name,) in index.execute("SELECT DISTINCT split FROM identities")}
    if missing := [name for name in names if name not in found]:
        raise ExportError(f"--split: too few people who share no photo: nobody is left for {missing[0]}")


def allot(
    index: sqlite3.Connection, column: str, values: Sequence[str | int], shares: Sequence[float], within: str
) -> None:
    """Spread the groups of identities of one split over ``values`` of a column, in proportion to ``shares``.

    Groups of several first, each where most room is left; then single people, those with several photos
    before the others, each where least of the share is filled: so no value stays empty while others have
    more than one, and none has only people with one photo.
    """
    total = index.execute("SELECT count(*) FROM identities WHERE split = ?", (within,)).fetchone()[0]
    filled = [0] * len(shares)
    index.execute("BEGIN")
    # A table of its own, as what is read must not change meanwhile.
    index.execute(
        "CREATE TEMP TABLE allotted AS SELECT leader, count(*) AS size FROM identities WHERE split = ? "
        "GROUP BY leader ORDER BY size DESC, min(max(photos), 2) DESC, min(draw)",
        (within,),
    )
    for leader, size in index.execute("SELECT leader, size FROM allotted ORDER BY rowid"):
        if size > 1:
            place = max(range(len(shares)), key=lambda at: shares[at] * total - filled[at])
        else:
            place = min(range(len(shares)), key=lambda at: (filled[at] / shares[at], -shares[at]))
        filled[place] += size
        index.execute(f"UPDATE identities SET {column} = ? WHERE leader = ?", (values[place], leader))
    index.execute("DROP TABLE allotted")
    index.execute("COMMIT")
