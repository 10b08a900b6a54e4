"""Where the ears are, on which loops hang."""
