"""A designer's bench: the steps of the corridor one by one, asked for in JSON lines. See docs/bench.md."""
