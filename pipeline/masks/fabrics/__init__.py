"""How the cloths of masks are made, at their true scale: threads, stitches, fibres, emboss."""
