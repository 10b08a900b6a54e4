"""The contact sheet that a browser opens: one HTML file with everything in it."""
