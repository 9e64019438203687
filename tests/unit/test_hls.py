"""Playlists, read back line by line as RFC 8216bis writes them."""

import re

from shoppable.exports.hls import master_playlist, measured, media_playlist
from shoppable.model.renditions import Rendition, Segment, SoundTrack

HZ = 90_000


def segment(index: int, start_s: float, end_s: float, size: int) -> Segment:
    return Segment(folder="480", index=index, start=round(start_s * HZ), end=round(end_s * HZ), size=size)


SEGMENTS = [segment(0, 0, 4, 400_000), segment(1, 4, 8.04, 300_000), segment(3, 8.04, 9.5, 250_000)]


def attributes(line: str) -> dict[str, str]:
    found = re.findall(r'([A-Z-]+)=("[^"]*"|[^,]*)', line.partition(":")[2])
    return {name: value.strip('"') for name, value in found}


def test_a_media_playlist_tells_the_length_of_each_segment() -> None:
    lines = media_playlist(SEGMENTS, HZ).splitlines()
    assert lines[0] == "#EXTM3U"
    assert lines[-1] == "#EXT-X-ENDLIST"
    assert '#EXT-X-MAP:URI="init.mp4"' in lines
    lengths = [float(line[8:-1]) for line in lines if line.startswith("#EXTINF:")]
    assert lengths == [4, 4.04, 1.46]
    (target,) = [int(line.partition(":")[2]) for line in lines if line.startswith("#EXT-X-TARGETDURATION")]
    assert all(round(length) <= target for length in lengths)
    assert [line for line in lines if not line.startswith("#")] == ["000000.m4s", "000001.m4s", "000003.m4s"]


def test_bandwidth_is_that_of_the_densest_stretch_and_a_short_end_does_not_count_alone() -> None:
    peak, mean = measured(SEGMENTS, HZ)
    assert peak == int(8 * 550_000 / 5.5)
    assert mean == int(8 * 950_000 / 9.5)
    assert measured(SEGMENTS[:2], HZ)[0] == 800_000


def test_a_master_playlist_describes_each_rendition_with_its_sound() -> None:
    pictures = [
        Rendition(folder="480", codec="avc1.64001e", width=852, height=480, peak_bps=900_000, mean_bps=700_000),
        Rendition(folder="240", codec="avc1.640015", width=426, height=240, peak_bps=300_000, mean_bps=200_000),
    ]
    sound = Rendition(folder="sound", codec="mp4a.40.2", peak_bps=130_000, mean_bps=120_000)
    lines = master_playlist(pictures, sound, SoundTrack(copied=True, channels=2), 24000 / 1001).splitlines()
    (group,) = [attributes(line) for line in lines if line.startswith("#EXT-X-MEDIA:")]
    assert (group["TYPE"], group["URI"], group["CHANNELS"]) == ("AUDIO", "sound/index.m3u8", "2")
    streams = [attributes(line) for line in lines if line.startswith("#EXT-X-STREAM-INF:")]
    assert streams[0] == {
        "BANDWIDTH": "1030000",
        "AVERAGE-BANDWIDTH": "820000",
        "CODECS": "avc1.64001e,mp4a.40.2",
        "RESOLUTION": "852x480",
        "FRAME-RATE": "23.976",
        "AUDIO": group["GROUP-ID"],
    }
    assert [line for line in lines if not line.startswith("#")] == ["480/index.m3u8", "240/index.m3u8"]


def test_a_film_without_sound_names_no_sound() -> None:
    picture = Rendition(folder="240", codec="avc1.640015", width=426, height=240, peak_bps=300_000, mean_bps=200_000)
    text = master_playlist([picture], None, None, 25)
    assert "AUDIO" not in text
    assert 'CODECS="avc1.640015",' in text
