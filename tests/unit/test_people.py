"""Where people are: the network as its authors' own package runs it, and cells where they belong."""

import numpy as np
import pytest
from bald_head import POSE, portrait

from pipeline.faces.occluders import people
from pipeline.faces.occluders.people import people_in
from pipeline.faces.occluders.view import CELLS, SIDE, Frame, face_frame
from pipeline.records import Camera

CAMERA = Camera(600.0, 280, 320)
AT = np.array([0.0, -0.03, 0.55])


def test_a_head_is_told_from_the_wall_behind_it():
    pixels, _, spot = portrait(AT, CAMERA)
    frame = face_frame(POSE, AT, CAMERA)
    chance = people_in(pixels, frame, CELLS)
    row, column = np.indices((CELLS, CELLS)) + 0.5
    x, y = np.einsum("ij,jrc->irc", frame.to_photo, np.stack([column, row, np.ones_like(row)])).astype(int)
    inside = (x >= 0) & (x < CAMERA.width) & (y >= 0) & (y < CAMERA.height)
    head = np.isfinite(spot[np.clip(y, 0, 319), np.clip(x, 0, 279), 0])
    assert ((chance > 0.5) == head)[inside].mean() > 0.95


def test_our_reading_of_the_network_is_its_authors(astronaut, monkeypatch):
    solutions = pytest.importorskip("mediapipe.python.solutions")
    theirs = solutions.selfie_segmentation.SelfieSegmentation(model_selection=0).process(astronaut)
    monkeypatch.setattr(people, "LOWER", 0.0)  # the whole picture, in cells of two of its pixels
    monkeypatch.setattr(people, "AROUND", SIDE)
    frame = Frame(np.eye(2), np.full(2, -256.0), 2.0, Camera(1.0, 512, 512))
    ours = people_in(astronaut, frame, 256)
    wanted = theirs.segmentation_mask.reshape(256, 2, 256, 2).mean(axis=(1, 3))
    assert 0.2 < ours.mean() < 0.8
    assert np.abs(ours - wanted).mean() < 0.01
    assert ((ours > 0.5) == (wanted > 0.5)).mean() > 0.995
