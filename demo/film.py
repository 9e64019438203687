"""Film the script: draw every frame, fade from shot to shot, encode picture and music, and tell the truth about it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np

from demo.ink import Pixels
from demo.scenes import Scene
from demo.script import FPS, Cue, plan
from demo.sound import RATE_HZ, music
from demo.truth import Sample, frames_to_measure, tell

CRF = 23
QUICK = "ref=1:bframes=0:subme=1:me=dia:trellis=0:weightp=0:mbtree=0"
"""Half the time of "veryfast", and always the same bytes: with macroblock trees, one film in eight came out other."""

AUDIO_FRAME = 1024


class Reel:
    """The scenes of a film, drawn when first needed and measured once."""

    def __init__(self, cues: list[Cue], width: int, height: int, seed: int) -> None:
        """Prepare to film `cues` in pictures of `width` x `height` px."""
        self.cues, self.width, self.height, self.seed = cues, width, height, seed
        self.scenes: dict[int, Scene] = {}
        self.measured: dict[int, list[list[Sample]]] = {}

    def scene(self, index: int) -> Scene:
        """The scene of a cue; only it and its neighbours are kept."""
        if index not in self.scenes:
            cue = self.cues[index]
            self.scenes = {i: s for i, s in self.scenes.items() if i >= index - 1}
            scene = Scene(cue.shot, (cue.end - cue.start) / FPS, self.width, self.height, self.seed, index)
            self.scenes[index] = scene
            self.measured[index] = [
                [Sample(frame, scene.visible((frame - cue.start) / FPS)) for frame in part]
                for part in frames_to_measure(cue)
            ]
        return self.scenes[index]

    def _shot(self, index: int, number: int) -> Pixels:
        return self.scene(index).frame((number - self.cues[index].start) / FPS, number)

    def frames(self) -> Iterator[Pixels]:
        """All pictures of the film, RGB."""
        for cue in self.cues:
            for number in range(cue.start, cue.end):
                yield self._faded(cue, number)

    def _faded(self, cue: Cue, number: int) -> Pixels:
        """One picture, with what a fade makes of it."""
        if number < cue.start + cue.lead:
            half, past, other, kind = cue.lead, number - cue.start, cue.index - 1, cue.enters
        elif number >= cue.end - cue.tail:
            half, past, other, kind = cue.tail, cue.end - 1 - number, cue.index + 1, self.cues[cue.index + 1].enters
        else:
            return self._shot(cue.index, number)
        picture = self._shot(cue.index, number)
        if kind == "fade_black":
            return np.asarray(cv2.convertScaleAbs(picture, alpha=(past + 0.5) / half), np.uint8)
        own = 0.5 + (past + 0.5) / (2 * half)
        return np.asarray(cv2.addWeighted(picture, own, self._shot(other, number), 1 - own, 0), np.uint8)


def shoot(path: Path, *, seconds: float, width: int, seed: int, groups: dict[str, str], catalog: str) -> dict[str, Any]:
    """Film the script.

    Args:
        path: Where the film is written, an MP4 with H.264 and AAC.
        seconds: Its length.
        width: Of the picture, px; the height follows from 16:9. Both are made even.
        seed: Decides creases, grain and the small things of the places.
        groups: Item group of each product.
        catalog: The feed, relative to the film; told in the truth.

    Returns:
        The truth about the film.
    """
    width = max(160, width // 2 * 2)
    height = round(width * 9 / 32) * 2
    cues = plan(seconds)
    reel = Reel(cues, width, height, seed)
    with av.open(str(path), "w") as container:
        options = {"preset": "veryfast", "crf": str(CRF), "threads": "1", "x264-params": QUICK}
        video = container.add_stream("libx264", rate=FPS, options=options)
        video.width, video.height, video.pix_fmt = width, height, "yuv420p"
        video.gop_size = 2 * FPS
        audio = container.add_stream("aac", rate=RATE_HZ, layout="mono")
        audio.bit_rate = 64_000
        # A little shorter than the picture: the encoder pads the last block.
        sound = music(cues[-1].end * RATE_HZ // FPS - 2 * AUDIO_FRAME)
        played = 0
        for number, picture in enumerate(reel.frames()):
            planes = np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2YUV_I420), np.uint8)
            container.mux(video.encode(av.VideoFrame.from_ndarray(planes, format="yuv420p")))
            while played < len(sound) and played < (number + 1) * RATE_HZ // FPS:
                block = av.AudioFrame.from_ndarray(
                    sound[None, played : played + AUDIO_FRAME], format="fltp", layout="mono"
                )
                block.sample_rate, block.pts = RATE_HZ, played
                container.mux(audio.encode(block))
                played += AUDIO_FRAME
        container.mux(video.encode(None))
        container.mux(audio.encode(None))
    return tell(
        cues,
        [(cue, reel.measured[cue.index]) for cue in cues],
        groups,
        video=path.name,
        seed=seed,
        size=(width, height),
        crf=CRF,
        catalog=catalog,
    )
