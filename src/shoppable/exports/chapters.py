"""Chapters as WebVTT: what a `<track kind="chapters">` and most players read."""

from collections.abc import Sequence

from shoppable.model.video import Chapter


def chapters_vtt(chapters: Sequence[Chapter]) -> str:
    """A WebVTT file (https://www.w3.org/TR/webvtt1/), a cue for each chapter.

    >>> print(chapters_vtt([Chapter(index=0, start_ms=0, end_ms=3_723_004)]))
    WEBVTT
    <BLANKLINE>
    1
    00:00:00.000 --> 01:02:03.004
    Chapter 1
    <BLANKLINE>
    """
    cues = (f"{each.index + 1}\n{_at(each.start_ms)} --> {_at(each.end_ms)}\n{each.title}\n" for each in chapters)
    return "\n".join(["WEBVTT\n", *cues])


def _at(t_ms: int) -> str:
    """Hours, minutes, seconds and thousandths."""
    seconds, thousandths = divmod(t_ms, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{thousandths:03}"
