"""What a design file in ``mask_library/`` may say, one file a subject; read by `pipeline.masks.library`."""
