"""Printed patterns, drawn from a seed at their true size: maps of inks over one repeat of the cloth."""
