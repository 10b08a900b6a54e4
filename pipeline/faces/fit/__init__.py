"""The morphable head, fitted to landmarks."""
