"""Every `Fetcher`: what it brings, what it asks for again, and when it gives up, with real servers."""

import gzip
import io
import threading
import time
import zlib
from collections.abc import Callable
from email.utils import formatdate

import pytest

from shoppable.adapters.fetching.http import HttpFetcher
from shoppable.errors import InvalidInput, NotFound, ShoppableError, Unavailable
from shoppable.model.fetched import Validators
from shoppable.ports import Fetcher, Wanted
from tests.strangers import Stranger, Talk, dripping, reply, saying

DATA = bytes(range(256)) * 1000
LIMIT = 1_000_000


def fetcher_for(*servers: Stranger, per_host: int = 4, retry_s: float = 0.01, silence_s: float = 5.0) -> Fetcher:
    origins = [server.origin for server in servers]
    return HttpFetcher(origins, per_host=per_host, pause_s=0.001, retry_s=retry_s, silence_s=silence_s)


def got(server: Stranger, path: str = "/a.jpg", **wanted: object) -> bytes:
    into = io.BytesIO()
    asked = Wanted(server.origin + path, **{"max_bytes": LIMIT, **wanted})  # type: ignore[arg-type]  # as tests say
    came = fetcher_for(server).fetch(asked, into)
    assert came.changed
    assert came.bytes == len(into.getvalue())
    return into.getvalue()


def refusal(error: type[ShoppableError], server: Stranger, path: str = "/a.jpg?key=SECRET", **wanted: object) -> str:
    asked = Wanted(server.origin + path, **{"max_bytes": LIMIT, **wanted})  # type: ignore[arg-type]  # as tests say
    with pytest.raises(error) as caught:
        fetcher_for(server, silence_s=1.0).fetch(asked, io.BytesIO())
    said = str(caught.value)
    assert type(caught.value) is error
    assert "\n" not in said
    assert "SECRET" not in said
    assert "127.0.0.1" in said
    assert said.rpartition("; ")[2]
    return said


def test_what_is_there_is_brought_as_it_is() -> None:
    with Stranger(saying(reply(body=DATA, ETag='"v1"', Last_Modified="yesterday"))) as server:
        said: list[tuple[int, int]] = []
        into = io.BytesIO(b"what was there before")
        came = fetcher_for(server).fetch(
            Wanted(f"{server.origin}/ä b.jpg?size=1#top", LIMIT), into, lambda *each: said.append(each)
        )
    assert into.getvalue() == DATA
    assert (came.changed, came.bytes, came.validators) == (
        True,
        len(DATA),
        Validators(etag='"v1"', last_modified="yesterday"),
    )
    assert said[-1] == (len(DATA), len(DATA))
    [(path, headers)] = server.asked
    assert path == "/%C3%A4%20b.jpg?size=1"
    assert headers["host"] == f"127.0.0.1:{server.port}"
    assert headers["user-agent"].startswith("shoppable/")
    assert not {"cookie", "authorization", "range", "if-none-match"} & set(headers)


def test_a_known_version_is_not_sent_again() -> None:
    known = Validators(etag='W/"v1"', last_modified="Thu, 26 Nov 2026 00:00:00 GMT")
    with Stranger(saying(reply("304 Not Modified", Content_Length="", Cache_Control="max-age=60"))) as server:
        into = io.BytesIO(b"kept")
        came = fetcher_for(server).fetch(Wanted(f"{server.origin}/", LIMIT, known=known), into)
    assert (came.changed, came.fresh_s, came.validators, into.getvalue()) == (False, 60, known, b"kept")
    [(_, headers)] = server.asked
    assert headers["if-none-match"] == 'W/"v1"'
    assert headers["if-modified-since"] == known.last_modified


def test_nothing_new_is_no_answer_when_nothing_is_known() -> None:
    with Stranger(saying(reply("304 Not Modified"))) as server:
        assert "304" in refusal(InvalidInput, server)


@pytest.mark.parametrize(
    ("headers", "fresh_s"),
    [
        ({}, 0),
        ({"Cache_Control": "public, max-age=600"}, 600),
        ({"Cache_Control": "max-age=600", "Age": "200"}, 400),
        ({"Cache_Control": "max-age=600", "Age": "9000"}, 0),
        ({"Cache_Control": "max-age=31536000, immutable"}, 86_400),
        ({"Cache_Control": "no-cache, max-age=600"}, 0),
        ({"Cache_Control": "max-age=-5"}, 0),
        ({"Cache_Control": "max-age=99999999999999999999"}, 0),
    ],
)
def test_it_stays_fresh_as_the_server_says_for_a_day_at_most(headers: dict[str, str], fresh_s: int) -> None:
    with Stranger(saying(reply(body=b"x", **headers))) as server:
        assert fetcher_for(server).fetch(Wanted(server.origin, LIMIT), io.BytesIO()).fresh_s == fresh_s


@pytest.mark.parametrize("coding", ["gzip", "deflate", "X-GZIP"])
def test_what_is_packed_on_the_way_is_unpacked(coding: str) -> None:
    packed = zlib.compress(DATA) if coding == "deflate" else gzip.compress(DATA)
    with Stranger(saying(reply(body=packed, Content_Encoding=coding))) as server:
        assert got(server, packed=True) == DATA
        assert server.asked[0][1]["accept-encoding"] == "gzip"


def test_a_bomb_is_not_unpacked() -> None:
    packer = zlib.compressobj(9, wbits=31)
    bomb = b"".join([*(packer.compress(bytes(1_000_000)) for _ in range(200)), packer.flush()])
    with Stranger(saying(reply(body=bomb, Content_Encoding="gzip"))) as server:
        into = io.BytesIO()
        with pytest.raises(InvalidInput, match="more than 1 MB"):
            fetcher_for(server).fetch(Wanted(server.origin, LIMIT), into)
    assert len(into.getvalue()) <= LIMIT


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (reply(body=gzip.compress(DATA)[:-100], Content_Encoding="gzip"), "cut short"),
        (reply(body=b"no gzip at all", Content_Encoding="gzip"), "packing is damaged"),
        (reply(body=DATA, Content_Encoding="br"), "packed as 'br'"),
        (reply(body=DATA, Content_Encoding="gzip, gzip"), "packed as 'gzip, gzip'"),
        (reply(body=DATA, Content_Length="9000000000"), "more than 1 MB"),
        (reply("200 OK", bytes(LIMIT + 1), Content_Length="", Connection="close"), "more than 1 MB"),
        (
            reply("200 OK", b"10000000\r\n", Content_Length="", Transfer_Encoding="chunked") + bytes(LIMIT + 9),
            "than 1 MB",
        ),
        (reply("401 Unauthorized"), "401"),
        (reply("403 Forbidden", b"go away"), "403"),
        (reply("400 Bad Request"), "400"),
        (reply("204 No Content", Content_Length=""), "204"),
        (reply("206 Partial Content", b"x", Content_Range="bytes 5-5/9"), "206"),
        (reply("302 Found"), "302"),
        (reply(body=DATA, Content_Type="text/html; charset=utf-8"), "text/html"),
        (reply(body=b"MZ" + DATA), "starts with MZ"),
        (reply(body=b"MZ"), "starts with MZ"),
    ],
)
def test_what_cannot_be_what_is_wanted_is_refused(answer: bytes, told: str) -> None:
    judge: Callable[[bytes], str | None] = lambda first: "it starts with MZ" if first.startswith(b"MZ") else None  # noqa: E731 - one rule of one test
    with Stranger(saying(answer)) as server:
        assert told in refusal(InvalidInput, server, media=("image/", "application/octet-stream"), judge=judge)
    assert len(server.asked) == 1


@pytest.mark.parametrize("status", ["404 Not Found", "410 Gone"])
def test_what_is_not_there_is_said_so_at_once(status: str) -> None:
    with Stranger(saying(reply(status))) as server:
        assert status in refusal(NotFound, server)
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("talk", "told"),
    [
        (saying(reply(body=DATA, Content_Length=str(len(DATA) + 1), Connection="close")), "too long"),
        (saying(reply("500 Internal Server Error")), "500"),
        (dripping(b"", b"H", 0.05), "too long"),
        (dripping(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n", 0.05), "too long"),
        (dripping(reply(Content_Length="100000"), b"x", 0.05), "too long"),
        (dripping(reply(Content_Length="", Transfer_Encoding="chunked"), b"1\r\nx\r\n", 0.05), "too long"),
        (dripping(b"", b"", 5), "too long"),
    ],
    ids=["lying length", "broken", "slow status", "slow headers", "slow body", "slow chunks", "silent"],
)
def test_no_server_holds_us_up(talk: Talk, told: str) -> None:
    began = time.monotonic()
    with Stranger(talk) as server:
        assert told in refusal(Unavailable, server, max_s=0.3)
        assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    "answer",
    [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello"],
    ids=["hangs up", "no HTTP", "two lengths"],
)
def test_nonsense_is_tried_twice_and_told(answer: bytes) -> None:
    def talk(line: object, path: str, headers: object) -> None:
        line.sendall(answer)  # type: ignore[attr-defined]  # a socket
        line.shutdown(2)  # type: ignore[attr-defined]  # a socket

    with Stranger(talk) as server:
        refusal(Unavailable, server)
    assert len(server.asked) == 2


def test_headers_without_end_are_not_read_for_ever() -> None:
    with Stranger(dripping(b"HTTP/1.1 200 OK\r\n", b"X-A: " + b"b" * 50_000 + b"\r\n", 0)) as server:
        refusal(Unavailable, server)


@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
def test_a_busy_server_is_asked_again_later(status: str) -> None:
    with Stranger(saying([reply(status), reply(status, Retry_After="0"), reply(body=DATA)])) as server:
        assert got(server) == DATA
    assert len(server.asked) == 3


def test_a_server_that_stays_busy_is_given_up() -> None:
    with Stranger(saying(reply("503 Service Unavailable"))) as server:
        assert "503" in refusal(Unavailable, server)
    assert len(server.asked) == 4


@pytest.mark.parametrize("as_date", [True, False])
def test_a_server_gets_the_rest_it_asks_for(as_date: bool) -> None:
    rest = formatdate(time.time() + 2, usegmt=True) if as_date else "1"
    with Stranger(saying([reply("429 Too Many Requests", Retry_After=rest), reply(body=DATA)])) as server:
        began = time.monotonic()
        assert got(server) == DATA
        assert time.monotonic() - began > 0.9


def test_a_server_that_asks_for_too_long_a_rest_is_left_alone() -> None:
    with Stranger(saying(reply("429 Too Many Requests", Retry_After="3600"))) as server:
        assert "try again in 60 minutes" in refusal(Unavailable, server)
    assert len(server.asked) == 1


def test_one_thread_that_is_told_to_rest_holds_the_others_back() -> None:
    times: list[float] = []

    def talk(line: object, path: str, headers: object) -> None:
        times.append(time.monotonic())
        busy = reply("429 Too Many Requests", Retry_After="1")
        line.sendall(busy if len(times) == 1 else reply(body=b"x"))  # type: ignore[attr-defined]  # a socket

    with Stranger(talk) as server:
        fetcher = fetcher_for(server, per_host=1)
        _all_at_once(fetcher, server, 3)
    assert len(times) == 4
    assert times[1] - times[0] > 0.9


def test_no_more_than_four_at_a_time_ask_one_host() -> None:
    def talk(line: object, path: str, headers: object) -> None:
        time.sleep(0.02)
        line.sendall(reply(body=b"x"))  # type: ignore[attr-defined]  # a socket

    with Stranger(talk) as first, Stranger(talk) as second:
        fetcher = fetcher_for(first, second)
        threads = [threading.Thread(target=_all_at_once, args=(fetcher, each, 20)) for each in (first, second)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    for server in (first, second):
        assert (server.busiest, len(server.asked)) == (4, 20)
        assert server.connections <= 8


def _all_at_once(fetcher: Fetcher, server: Stranger, count: int) -> None:
    def ask(number: int) -> None:
        fetcher.fetch(Wanted(f"{server.origin}/{number}", LIMIT), io.BytesIO())

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_a_host_that_never_answers_is_soon_not_asked_any_more() -> None:
    with Stranger(saying(b"")) as server:
        origin = server.origin
    fetcher = HttpFetcher([origin], pause_s=0, retry_s=0)
    told = []
    for _ in range(12):
        with pytest.raises(Unavailable) as caught:
            fetcher.fetch(Wanted(f"{origin}/a", LIMIT), io.BytesIO())
        told.append("does not answer any more" in str(caught.value))
    assert told == [False] * 8 + [True] * 4


def test_redirects_are_followed_five_times() -> None:
    def talk(line: object, path: str, headers: object) -> None:
        count = int(path[1:])
        answer = reply("302 Found", Location=f"/{count - 1}") if count else reply(body=DATA)
        line.sendall(answer)  # type: ignore[attr-defined]  # a socket

    with Stranger(talk) as server:
        assert got(server, "/5") == DATA
        assert "more than 5 times" in refusal(InvalidInput, server, "/6")


def test_the_rest_of_a_file_is_asked_for() -> None:
    def talk(line: object, path: str, headers: dict[str, str]) -> None:
        start = int(headers["range"].removeprefix("bytes=").removesuffix("-"))
        part = f"bytes {start}-{len(DATA) - 1}/{len(DATA)}"
        line.sendall(reply("206 Partial Content", DATA[start:], Content_Range=part))  # type: ignore[attr-defined]  # a socket

    with Stranger(talk) as server:
        into = io.BytesIO(DATA[:1000])
        came = fetcher_for(server).fetch(Wanted(server.origin, len(DATA), start=1000), into)
    assert (into.getvalue(), came.bytes) == (DATA, len(DATA))


@pytest.mark.parametrize("part", ["", "bytes 0-9/10", "nonsense"])
def test_another_part_than_was_asked_for_is_not_taken(part: str) -> None:
    with Stranger(saying(reply("206 Partial Content", b"x" * 10, Content_Range=part))) as server:
        refusal(InvalidInput, server, start=1000)


def test_whoever_listens_can_stop_it() -> None:
    class Stopped(Exception):
        pass

    def stop(done: int, total: int) -> None:
        raise Stopped

    with Stranger(dripping(reply(Content_Length="100000"), b"x" * 10, 0.01)) as server, pytest.raises(Stopped):
        fetcher_for(server).fetch(Wanted(server.origin, LIMIT), io.BytesIO(), stop)


def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with Stranger(saying(reply(body=b"proxy"))) as proxy, Stranger(saying(reply(body=b"server"))) as server:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.origin)
        assert got(server) == b"server"
        into = io.BytesIO()
        HttpFetcher([server.origin], proxy=proxy.origin).fetch(Wanted(f"{server.origin}/a", LIMIT), into)
        assert into.getvalue() == b"proxy"
        assert proxy.asked[0][0] == f"{server.origin}/a"
