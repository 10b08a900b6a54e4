"""``maskdrape masks`` and ``maskdrape gallery``: the library's designs in words and pictures."""
