"""How pictures of renditions are encoded; told to whoever makes the same to compare."""

PRESET, CRF = "veryfast", 23
"""x264's: speed against size, and the quality aimed at where the rung's bit rate allows it."""
