"""What the documents say is true: pages made from code are fresh, links lead somewhere, commands can be given."""

import io
import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from docs.generate import REFERENCE, ROOT, commands, pages
from shoppable.adapters.vision.manifest import Pack
from shoppable.feeds.formats import open_feed
from shoppable.feeds.mapping import read_mapping
from shoppable.feeds.report import COLUMNS, problems_csv
from shoppable.model.catalog import RowProblem
from shoppable.settings import Settings

NOT_OURS = re.compile(r"(^|/)(node_modules|build|dist|\.[^/]+)/")
DOCUMENTS = sorted(path for path in ROOT.rglob("*.md") if not NOT_OURS.search(path.relative_to(ROOT).as_posix()))
FENCE = re.compile(r"^```(?P<language>\w*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(?<!!)\[[^\]]+\]\((?P<target>[^)\s]+)\)")
COMMAND = re.compile(r"(?:^|[`\s])(?:\.venv/bin/)?(?P<command>shoppable [a-z-][^`\n#|]*)")
VARIABLE = re.compile(r"\bSHOPPABLE_[A-Z_]+")
TARGET = re.compile(r"(?:^ {4}|`|^)make (?P<target>[a-z]+)", re.MULTILINE)
IN_TESTS_ONLY = {"SHOPPABLE_SAMPLES"}


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def anchors(text: str) -> set[str]:
    """The names GitHub gives to the headings of a document."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def code(text: str) -> str:
    """Only what a document shows as code: blocks, indented or fenced, and spans, each on a line of its own."""
    blocks = [found["body"] for found in FENCE.finditer(text)]
    rest = FENCE.sub("", text)
    blocks += re.findall(r"^ {4}(.*)$", rest, re.MULTILINE)
    return "\n".join([*blocks, *re.findall(r"`([^`\n]+)`", rest)])


def wrong_with(command: list[str], known: dict[str, click.Command]) -> str | None:
    """What is wrong with a command line of `shoppable`, if anything."""
    words = [word for word in command[1:] if not word.startswith("-")]
    path = next((at for at in (" ".join(["shoppable", *words[:deep]]) for deep in (2, 1)) if at in known), None)
    if path is None:
        return None if command[1:] in (["--help"], ["--version"]) else "there is no such verb"
    flags = {name for each in known[path].params for name in (*each.opts, *each.secondary_opts)}
    options = flags | {"--help", "-h"}
    return next(
        (f"{word} is no option of {path}" for word in command if word.startswith("-") and word not in options), None
    )


def shown(path: str, language: str) -> list[str]:
    """The fenced blocks of one language in a document."""
    found = FENCE.finditer((ROOT / path).read_text(encoding="utf-8"))
    return [block["body"] for block in found if block["language"] == language]


@pytest.fixture(scope="module")
def known() -> dict[str, click.Command]:
    return {context.command_path: command for context, command in commands()}


def test_there_are_documents_to_check() -> None:
    assert {"README.md", "ARCHITECTURE.md", "docs/tutorial.md", "docs/howto/packs.md"} <= {name(p) for p in DOCUMENTS}


def test_the_reference_holds_the_generated_pages_and_nothing_else() -> None:
    assert {path.name for path in REFERENCE.iterdir()} == {path.name for path in pages()}


@pytest.mark.parametrize("path", sorted(pages()), ids=name)
def test_a_generated_page_is_fresh(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == pages()[path], "run: .venv/bin/python -m docs.generate"


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_links_lead_somewhere(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    broken = []
    for link in LINK.finditer(FENCE.sub("", text)):
        file, _, anchor = link["target"].partition("#")
        if re.match(r"[a-z]+:", link["target"]):
            continue
        target = path.parent / file if file else path
        if not target.exists() or (anchor and anchor not in anchors(target.read_text(encoding="utf-8"))):
            broken.append(link["target"])
    assert not broken


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_commands_can_be_given_as_shown(path: Path, known: dict[str, click.Command]) -> None:
    shown = [found["command"] for found in COMMAND.finditer(code(path.read_text(encoding="utf-8")))]
    wrong = {command: why for command in shown if (why := wrong_with(shlex.split(command), known))}
    assert not wrong


def test_every_verb_is_shown_somewhere_outside_of_the_reference(known: dict[str, click.Command]) -> None:
    told = "\n".join(code(path.read_text(encoding="utf-8")) for path in DOCUMENTS if path.parent != REFERENCE)
    leaves = [path for path, command in known.items() if not isinstance(command, click.Group)]
    assert not [path for path in leaves if path not in told]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("shoppable ingest feed.csv --catalog spring", None),
        ("shoppable models pull lite", None),
        ("shoppable --help", None),
        ("shoppable swallow feed.csv", "there is no such verb"),
        ("shoppable ingest feed.csv --catalogue spring", "--catalogue is no option of shoppable ingest"),
        ("shoppable models pull lite --fast", "--fast is no option of shoppable models pull"),
    ],
)
def test_a_command_that_cannot_be_given_is_noticed(line: str, why: str | None, known: dict[str, click.Command]) -> None:
    assert wrong_with(shlex.split(line), known) == why


def texts() -> Iterator[Path]:
    """Files in which a person looks for variables and targets."""
    yield from DOCUMENTS
    yield from (ROOT / "Makefile", ROOT / ".ci" / "run")
    for room in ("src", "demo", "bench"):
        yield from (ROOT / room).rglob("*.py")


def test_every_variable_that_is_named_exists() -> None:
    real = {f"SHOPPABLE_{field.upper()}" for field in Settings.model_fields} | IN_TESTS_ONLY
    named = {variable for path in texts() for variable in VARIABLE.findall(path.read_text(encoding="utf-8"))}
    assert named == real


def test_every_make_target_that_is_named_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for path in DOCUMENTS:
        assert {found["target"] for found in TARGET.finditer(path.read_text(encoding="utf-8"))} <= targets, name(path)


def test_the_architecture_names_every_room() -> None:
    told = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    package = ROOT / "src" / "shoppable"
    rooms = [path for path in package.iterdir() if not path.name.startswith("__")]
    names = [f"`{path.name}/`" if path.is_dir() else f"`{path.name}`" for path in rooms]
    assert not [each for each in names if each not in told]


def test_the_feeds_and_the_report_that_are_shown_are_what_is_read_and_written() -> None:
    good, report = shown("docs/howto/feeds.md", "csv")
    assert not [each for each in open_feed(io.BytesIO(good.encode()), "feed.csv").rows if isinstance(each, RowProblem)]
    assert report.partition("\n")[0] == ",".join(COLUMNS)
    (half,) = shown("docs/tutorial.md", "csv")
    problems = [each for each in open_feed(io.BytesIO(half.encode()), "feed.csv").rows if isinstance(each, RowProblem)]
    assert [(each.line, each.problem) for each in problems] == [(3, "the price has no currency")]
    told = problems_csv([problems[0].model_copy(update={"line": 5, "product_id": "rice-2", "value": "3.20"})]).decode()
    assert told.splitlines()[1] in report


def test_the_mappings_that_are_shown_are_understood() -> None:
    for mapping in shown("docs/howto/feeds.md", "toml"):
        assert read_mapping(mapping.encode(), "shop.toml").constants["currency"] == "EUR"


def test_the_pack_that_is_shown_is_a_pack() -> None:
    (manifest,) = shown("docs/howto/packs.md", "toml")
    assert Pack.model_validate(tomllib.loads(manifest)).space.name == "shelf@1"
