"""Removing a person or a photo from everything that a data set holds, and looking whether it is gone."""
