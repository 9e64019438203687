"""Streams in a real browser: by its own HLS, and by hls.js; a seek lands on the frame that is shown at that time."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from shoppable.api.pages import BUILT
from tests.api.conftest import application, serving
from tests.films import BITS, Film, draw
from tests.offered import offered
from tests.shop import open_shop

RATE = 25
FILMS = {
    "copied": Film(frames=300, rate=Fraction(RATE), width=640, height=360, gop=60, audio=True),
    "encoded": Film(frames=300, rate=Fraction(RATE), width=640, height=360, codec="mpeg4", gop=60, audio=True),
    "silent": Film(frames=150, rate=Fraction(RATE), width=640, height=360, gop=60),
}
NATIVE, BY_SCRIPT, ONE_FILE = "the browser's own HLS", "hls.js", "the film in one file"
SEEKS_S = (8.3, 0.5, 3.98, 4.02, 11.2, 5.0)

LOAD = """async ([how, hls, film]) => {
    const video = document.createElement("video");
    Object.assign(video, { muted: true, id: "seen" });
    document.body.replaceChildren(video);
    const ready = new Promise((done, fail) => {
        video.addEventListener("loadeddata", done, { once: true });
        video.addEventListener("error", () => fail(new Error(`cannot play: ${video.error?.message}`)));
    });
    if (how === "hls.js") {
        const { attach } = await import("/player/hls.js");
        if (!attach(video, hls)) throw new Error("hls.js does not know this browser");
    } else video.src = how === "the film in one file" ? film : hls;
    await ready;
    return [video.duration, video.videoWidth, video.src.split(":")[0]];
}"""
"""Plays in an element of its own, so that nothing else on the page takes part."""

SEEK = """async ([to, bits]) => {
    const video = document.getElementById("seen");
    const shown = new Promise((done) => video.requestVideoFrameCallback(done));
    video.currentTime = to;
    await new Promise((done) => video.addEventListener("seeked", done, { once: true }));
    await shown;
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
    const pen = canvas.getContext("2d");
    pen.drawImage(video, 0, 0);
    const row = pen.getImageData(0, Math.floor(canvas.height / 6), canvas.width, 1).data;
    let number = 0;
    for (let bit = 0; bit < bits; bit++) {
        const x = Math.floor(((bit + 0.5) * canvas.width) / bits);
        number = number * 2 + (row[4 * x] > 127 ? 1 : 0);
    }
    return number;
}"""
"""Seeks, and reads the number that is burnt into the frame on screen."""

PLAY = """async (from) => {
    const video = document.getElementById("seen");
    video.currentTime = from;
    await video.play();
    await new Promise((done) => {
        const look = () => (video.currentTime > from + 1.2 ? done() : requestAnimationFrame(look));
        look();
    });
    video.pause();
    return [video.getVideoPlaybackQuality().droppedVideoFrames, video.webkitAudioDecodedByteCount];
}"""


@dataclass(frozen=True)
class Served:
    """Where films with renditions are served, and what the API says of each."""

    address: str
    resources: dict[str, dict[str, Any]]

    def urls(self, film: str) -> list[str]:
        """Addresses of the master playlist and of the one file."""
        base = httpx.URL(f"{self.address}/v1/videos/")
        return [str(base.join(self.resources[film]["streams"][each])) for each in ("hls", "film")]


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("streams")
    with open_shop(folder) as shop, serving(application(shop, BUILT)) as client:
        resources = {}
        for name, film in FILMS.items():
            video_id = offered(shop, draw(folder / f"{name}.mp4", film)).video.video_id
            resources[name] = client.get(f"/v1/videos/{video_id}").raise_for_status().json()
        yield Served(str(client.base_url).rstrip("/"), resources)


@pytest.mark.parametrize("how", [NATIVE, BY_SCRIPT, ONE_FILE])
@pytest.mark.parametrize("film", sorted(FILMS))
def test_streams_play_and_a_seek_lands_on_the_frame_of_that_time(
    page: Page, films: Served, film: str, how: str
) -> None:
    page.goto(f"{films.address}/")
    duration, width, scheme = page.evaluate(LOAD, [how, *films.urls(film)])
    assert films.resources[film]["streams"]["copied"] is (film != "encoded")
    assert duration == pytest.approx(FILMS[film].frames / RATE, abs=0.1)
    assert width in (640, 426)
    assert scheme == ("blob" if how == BY_SCRIPT else "http")
    for to_s in SEEKS_S:
        if to_s < duration:
            number = page.evaluate(SEEK, [to_s, BITS])
            assert abs(number / RATE - to_s) < 0.1, f"a seek to {to_s} s shows frame {number}"
    dropped, heard = page.evaluate(PLAY, 3.5)  # over the border of two parts made apart
    assert dropped < 10
    assert (heard > 0) is FILMS[film].audio


def test_the_watch_page_plays_the_streams_and_shows_the_poster(page: Page, films: Served) -> None:
    resource = films.resources["encoded"]
    page.goto(f"{films.address}/watch/{resource['video_id']}")
    video = page.locator("video")
    expect(video).to_have_js_property("readyState", 4)
    assert video.evaluate("video => video.currentSrc").endswith("master.m3u8")
    poster = video.evaluate("video => video.poster")
    assert page.request.get(poster).headers["content-type"] == "image/jpeg"
    page.goto(f"{films.address}/")
    expect(page.locator("img[src*='poster-']")).to_have_count(len(FILMS))
