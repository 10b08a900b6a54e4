"""Inks that suit each pattern, for designs that name none: sRGB, the ground first where it matters."""

from __future__ import annotations

PALETTES: dict[str, tuple[tuple[str | None, tuple[str, ...]], ...]] = {
    # kind: (ground or None for the mask's own colour, inks)
    "stripes": (
        ("#f1efe8", ("#27406b",)),
        ("#f1efe8", ("#b8433f", "#2f3d59")),
        ("#2d3142", ("#d9d4c5",)),
        (None, ("#f2f1ec",)),
    ),
    "gingham": (("#f3f1ec", ("#b3343a",)), ("#f3f1ec", ("#2f5d9b",)), ("#f3f1ec", ("#23242a",))),
    "tartan": (
        ("#7d1f24", ("#1f3b2c", "#1b2440", "#d8c25a")),
        ("#2b3a55", ("#4a6b4f", "#12151d", "#c9c6bb")),
        ("#b9a27a", ("#2a2623", "#f0ece2", "#9c2b2b")),
    ),
    "houndstooth": (("#efece4", ("#1e1e21",)), ("#e8dfcf", ("#5a3d2b",))),
    "dots": (
        ("#1f2a44", ("#f2f0ea",)),
        ("#b5303a", ("#f4f1ec",)),
        ("#f3c9d2", ("#ffffff",)),
        (None, ("#f4f3ef",)),
    ),
    "confetti": (
        ("#f2f0ea", ("#d9483b", "#2f77b4", "#efb63a", "#4c9a6a")),
        ("#22242b", ("#e9e3d2", "#c98f3c")),
    ),
    "stars": (("#1d2b4f", ("#f0eee4",)), ("#f2efe9", ("#c9404a", "#2f5ea6"))),
    "rings": (("#17181b", ("#b0743a",)), ("#1f2d4a", ("#d7d3c6",)), ("#e9e4da", ("#7a6f8f",))),
    "crosses": (("#1b1d20", ("#5c6163",)), ("#38424f", ("#8c98a3",))),
    "leopard": (("#c79a5f", ("#2a1b12", "#8a5a2c")), ("#b9b4ad", ("#25242a", "#6f6a69"))),
    "flowers": (
        ("#1f2740", ("#e9b7c3", "#d8606f", "#f1d98a", "#4f7d5b")),
        ("#f1ece4", ("#c5546b", "#5a7fb5", "#efc75e", "#6e9468")),
        ("#f0b9c4", ("#ffffff", "#fbe9a8", "#d96f86")),
        ("#1b1c20", ("#b64a4a", "#e0c9a0", "#4d6a4a")),
    ),
    "paisley": (
        ("#9c1c26", ("#f0ece4", "#17181c")),
        ("#1a2b57", ("#efede6", "#7f97c4")),
        ("#17181b", ("#d9dbe0", "#6d7887")),
        ("#2a2019", ("#b08a57", "#e3d4b4")),
    ),
    "lace": (("#c79a2e", ("#121214",)), ("#d9b9a2", ("#17171a",)), ("#e8cfc4", ("#f4f1ec",))),
    "camouflage": (
        ("#7d7a55", ("#4d5636", "#5a4632", "#1f211c")),
        ("#cbb892", ("#a58a62", "#7b644a")),
        ("#8f9499", ("#5d6369", "#c5c8ca", "#25282c")),
        ("#4f6079", ("#2c3a52", "#8391a6", "#161b26")),
    ),
    "digital": (
        ("#7d7a55", ("#4d5636", "#5a4632", "#1f211c")),
        ("#9aa0a3", ("#6a7074", "#c9cccd", "#3a3e42")),
    ),
    "words": (("#1c1d20", ("#e9e7e2",)), ("#eceae4", ("#24262b", "#b73f3f"))),
    "mark": ((None, ("#f2f2f0",)), (None, ("#c23b3b", "#f0efec")), (None, ("#9aa2a9",))),
    "gradient": ((None, ("#e7a1b5",)), (None, ("#2b3f78",)), (None, ("#f3efe6",)), ("#f0a35e", ("#8d3f7a",))),
}
