"""Pairs of perceptual hashes that differ in few bits, found without comparing all with all."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

BITS = 64
_BLOCK = 4096  # candidates compared at once


def near_pairs(hashes: NDArray[np.uint64], distance: int) -> Iterator[NDArray[np.int64]]:
    """Arrays (n, 2) of indices i < j of hashes that differ in at most ``distance`` of 64 bits.

    Exact. Of two such hashes at least one of ``distance + 1`` bands of bits is equal (pigeonholes; Norouzi,
    Punjani & Fleet 2012, with radius 0 in each), so only hashes that share a band are compared. A pair may
    come more than once. Equal hashes are chained (i with the next, not all with all).
    """
    unique, first, inverse = np.unique(hashes, return_index=True, return_inverse=True)
    order = np.argsort(inverse, kind="stable")
    same = inverse[order][1:] == inverse[order][:-1]
    yield np.stack([order[:-1][same], order[1:][same]], axis=1)
    edges = np.linspace(0, BITS, distance + 2).astype(int)
    for low, high in pairwise(edges):
        mask = np.uint64((1 << int(high - low)) - 1)
        band = (unique >> np.uint64(low)) & mask
        for left, right in _sharing(band):
            close = _differing(unique[left], unique[right]) <= distance
            if close.any():
                found = np.stack([first[left[close]], first[right[close]]], axis=1)
                yield np.sort(found, axis=1)


def mirrored(hashes: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """What hashes of the same pictures turned left to right come to, but for a few bits.

    A bit of the hash says whether a coefficient of the picture's cosine transform is above their median,
    which is near 0; those of odd frequency across, every other one, change their sign.
    """
    return hashes ^ _ODD


def _sharing(band: NDArray[np.uint64]) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Indices of pairs with the same value, a few at a time."""
    order = np.argsort(band, kind="stable")
    value = band[order]
    ends = np.searchsorted(value, value, side="right")
    # every place with the next one, the one after that ... as long as they are in the same bucket
    places = np.arange(len(order))
    step = 1
    while True:
        places = places[places + step < ends[places]]
        if not len(places):
            return
        for start in range(0, len(places), _BLOCK * 64):
            some = places[start : start + _BLOCK * 64]
            yield order[some], order[some + step]
        step += 1


def _differing(left: NDArray[np.uint64], right: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Number of bits in which they differ."""
    octets = (left ^ right).view(np.uint8).reshape(len(left), 8)
    ones: NDArray[np.int64] = _ONES[octets].sum(axis=1, dtype=np.int64)
    return ones


_ODD = np.uint64(0x5555555555555555)
_ONES = np.array([bin(value).count("1") for value in range(256)], np.uint8)
