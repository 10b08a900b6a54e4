"""Engines that run the flow over many photos."""
