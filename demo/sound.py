"""Quiet music for the film: slow chords of soft tones."""

from __future__ import annotations

import numpy as np

from demo.ink import Floats

RATE_HZ = 24_000
CHORDS = ((57, 64, 69, 73), (54, 61, 66, 69), (50, 57, 62, 66), (52, 59, 64, 68))  # notes, MIDI numbers
CHORD_S = 3.0
LOUDNESS = 0.035


def music(samples: int) -> Floats:
    """Play `samples` samples at `RATE_HZ`, mono, in [-1, 1], about -30 dB."""
    t = np.arange(samples) / RATE_HZ
    sound = np.zeros(samples)
    step = round(CHORD_S * RATE_HZ)
    for number, first in enumerate(range(0, samples, step)):
        part = np.s_[first : min(samples, first + step)]
        here = t[part] - first / RATE_HZ
        swell = np.sin(np.pi * np.minimum(1.0, here / CHORD_S)) ** 0.7
        for i, note in enumerate(CHORDS[number % len(CHORDS)]):
            pitch = 440.0 * 2 ** ((note - 69) / 12)
            sound[part] += swell * (np.sin(2 * np.pi * pitch * here) + 0.3 * np.sin(4 * np.pi * pitch * here + i)) / 4
    return np.asarray(LOUDNESS * sound, np.float32)
