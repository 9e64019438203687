"""The rules of the house that no linter knows; `ARCHITECTURE.md` and `CONTRIBUTING.md` say why.

Each test collects all offenders, so that a failure names everything there is to mend.
"""

import ast
import io
import re
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "shoppable"
CODE_ROOMS = ("src", "tests", "demo", "bench", "docs", "web")
NOT_OURS = {"node_modules", "__pycache__", "static", "dist"}
GENERATED = {"cue-sheet.ts"}

MAX_LINES = 400
MAX_METHODS = 7
VAGUE_NAMES = {"utils", "util", "common", "helpers", "helper", "base", "manager", "misc", "types", "constants"}
# Spelled so that this file does not break its own rule.
UNFINISHED = re.compile(r"\b(T[O]DO|F[I]XME|X[X]X|Not[I]mplementedError|Magic[M]ock)\b|unittest\.[m]ock")
SILENCED = re.compile(
    r"#\s*(noqa|type:\s*ignore)\b(?P<rules>:\s*[A-Z]+[0-9]+(,\s*[A-Z]+[0-9]+)*|\[[a-z, -]+\])?(?P<why>.*)"
)
MACHINE_PATH = re.compile(r"(?<![\w.$~}])/(home|Users|root|work)/\w+|[A-Z]:\\Users\\")
TEXT_ENDINGS = {".py", ".ts", ".mjs", ".md", ".toml", ".json", ".sh", ".css", ".html", ".svg", ".yml", ".ini", ""}
HEAVY = {"cv2", "av", "lancedb", "pyarrow", "onnxruntime", "ai_edge_litert", "obstore", "tokenizers"}
HEAVY |= {"httpx", "dbos", "sqlalchemy", "alembic", "fastapi", "uvicorn"}
MADE_BY_THE_ENGINE = "Progress"


def files(*rooms: str, endings: set[str]) -> list[Path]:
    """Our own files of some rooms, in order."""
    found = (path for room in rooms for path in (ROOT / room).rglob("*") if path.suffix in endings and path.is_file())
    return sorted(path for path in found if not NOT_OURS & set(path.relative_to(ROOT).parts))


def sources() -> list[Path]:
    return [path for path in files(*CODE_ROOMS, endings={".py", ".ts", ".mjs"}) if path.name not in GENERATED]


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_there_is_something_to_check() -> None:
    endings = {path.suffix for path in sources()}
    assert endings == {".py", ".ts", ".mjs"}
    assert PACKAGE / "ports.py" in sources()


def test_no_source_file_is_longer_than_a_reader_can_hold() -> None:
    lengths = {name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in sources()}
    assert not {path: count for path, count in lengths.items() if count > MAX_LINES}, "split it by idea, not by length"


def test_no_file_has_a_name_that_says_nothing() -> None:
    assert not [name(path) for path in sources() if path.stem.lower() in VAGUE_NAMES]


def test_nothing_is_unfinished_and_nothing_is_mocked() -> None:
    found = []
    for path in files("src", "tests", "demo", "bench", "docs", "web/player/src", endings={".py", ".ts"}):
        lines = path.read_text(encoding="utf-8").splitlines()
        found += [f"{name(path)}:{number}" for number, line in enumerate(lines, 1) if UNFINISHED.search(line)]
    assert not found


def silencing_without_reason(text: str) -> Iterator[int]:
    """Lines with a comment that silences a checker and does not say which rule, or why."""
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT and (silenced := SILENCED.search(token.string)):
            why = re.search(r"[a-z]{2,}.*[a-z]{2,}", silenced["why"])
            if not silenced["rules"] or not why:
                yield token.start[0]


@pytest.mark.parametrize(
    ("line", "fine"),
    [
        ("import a  # type: ignore[import-untyped]  # it ships no types\n", True),
        ("def b(c): ...  # noqa: ARG001 - the page reads it from its own address\n", True),
        ("import a  # type: ignore[import-untyped]\n", False),
        ("import a  # type: ignore  # it ships no types\n", False),
        ("import a  # noqa\n", False),
        ("import a  # noqa: F401\n", False),
        ("a = '# noqa: F401'\n", True),
    ],
)
def test_reasons_are_told_from_none(line: str, fine: bool) -> None:
    assert (list(silencing_without_reason(line)) == []) is fine


def test_whoever_silences_a_checker_says_which_rule_and_why() -> None:
    python = files(*CODE_ROOMS, endings={".py"})
    found = {name(path): list(silencing_without_reason(path.read_text(encoding="utf-8"))) for path in python}
    assert not {path: lines for path, lines in found.items() if lines}


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Line and full name of everything a file imports."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def test_only_wiring_and_tests_name_adapters() -> None:
    allowed = {PACKAGE / "wiring.py", *(PACKAGE / "adapters").rglob("*.py")}
    found = []
    for path in files("src", "demo", "bench", "docs", "web", endings={".py"}):
        if path not in allowed:
            found += [
                f"{name(path)}:{line}" for line, module in imports(path) if module.startswith("shoppable.adapters")
            ]
    assert not found


def test_imports_point_down() -> None:
    """import-linter's contracts, which stand in `pyproject.toml`; in a process of its own, for it silences loggers."""
    command = Path(sys.executable).with_name("lint-imports")
    told = subprocess.run([command, "--no-cache", "--no-logo"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout


def methods_of(node: ast.ClassDef, around: dict[str, ast.ClassDef]) -> set[str]:
    """Public methods of a class, with those of its bases in the same module."""
    own = {each.name for each in node.body if isinstance(each, ast.FunctionDef) and not each.name.startswith("_")}
    bases = (around[base.id] for base in node.bases if isinstance(base, ast.Name) and base.id in around)
    return own.union(*(methods_of(base, around) for base in bases))


def classes(path: Path) -> dict[str, ast.ClassDef]:
    return {node.name: node for node in tree(path).body if isinstance(node, ast.ClassDef)}


def ports() -> dict[str, set[str]]:
    """The Protocols of `ports.py`, and what each asks for."""
    found = classes(PACKAGE / "ports.py")
    return {
        each: methods_of(node, {})
        for each, node in found.items()
        if any(isinstance(base, ast.Name) and base.id == "Protocol" for base in node.bases)
    }


def test_a_port_can_be_held_in_mind() -> None:
    assert {"Blobs", "Records", "Engine", "Media"} <= set(ports())
    assert not {port: len(asked) for port, asked in ports().items() if not 1 <= len(asked) <= MAX_METHODS}


def adapters() -> dict[str, list[str]]:
    """For each port the classes that fit it and that nothing else in their module derives from."""
    found: dict[str, list[str]] = {port: [] for port in ports()}
    for path in files("src/shoppable/adapters", endings={".py"}):
        around = classes(path)
        bases = {base.id for node in around.values() for base in node.bases if isinstance(base, ast.Name)}
        for each, node in around.items():
            for port, asked in ports().items():
                if each not in bases and not each.startswith("_") and asked <= methods_of(node, around):
                    found[port].append(each)
    return found


@pytest.mark.parametrize("port", sorted(set(ports()) - {MADE_BY_THE_ENGINE}))
def test_every_adapter_of_a_port_keeps_its_contract(port: str) -> None:
    assert adapters()[port], f"nothing in adapters/ fits {port}"
    contracts = [path.read_text(encoding="utf-8") for path in (ROOT / "tests" / "contracts").glob("*.py")]
    for adapter in adapters()[port]:
        named = [text for text in contracts if re.search(rf"\b{port}\b", text) and re.search(rf"\b{adapter}\b", text)]
        assert named, f"add {adapter} to the parameters of the contract test of {port}, in tests/contracts/"


@pytest.mark.parametrize(
    "doing",
    [
        "import shoppable.ports",
        "import shoppable.pipelines.registry",
        "import shoppable.wiring",
        "from shoppable.cli.main import shoppable; shoppable.main(['--help'], standalone_mode=False)",
        "from shoppable.cli.main import shoppable; shoppable.main(['analyze', '--help'], standalone_mode=False)",
    ],
)
def test_nothing_heavy_is_imported_before_it_is_needed(doing: str) -> None:
    code = f"import sys; {doing}; print(*sys.modules.keys() & {HEAVY}, file=sys.stderr)"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert ended.stderr.split() == []


def undocumented(body: list[ast.stmt], inside: str = "") -> Iterator[str]:
    """Public functions and classes without a docstring.

    A function of one statement may say all by its name and that statement, and so may an enumeration by its values.
    """
    for node in body:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) or node.name.startswith("_"):
            continue
        if isinstance(node, ast.ClassDef):
            plain = any(isinstance(base, ast.Name) and base.id.endswith("Enum") for base in node.bases)
            yield from undocumented(node.body, f"{inside}{node.name}.")
        else:
            plain = len(node.body) == 1
        if not plain and not ast.get_docstring(node):
            yield inside + node.name


def test_what_others_use_says_what_it_is() -> None:
    found = []
    for room in ("model", "logic", "feeds", "exports", "steps", "pipelines", "ports.py", "errors.py", "settings.py"):
        for path in [PACKAGE / room] if room.endswith(".py") else files(f"src/shoppable/{room}", endings={".py"}):
            found += [f"{name(path)}: {each}" for each in undocumented(tree(path).body)]
    assert not found


def test_no_file_names_a_place_on_somebodys_machine() -> None:
    texts = [*files(*CODE_ROOMS, ".ci", endings=TEXT_ENDINGS), *(p for p in ROOT.glob("*") if p.is_file())]
    found = []
    for path in texts:
        if path.suffix in TEXT_ENDINGS and path.name != "package-lock.json":
            lines = path.read_text(encoding="utf-8").splitlines()
            found += [f"{name(path)}:{number}" for number, line in enumerate(lines, 1) if MACHINE_PATH.search(line)]
    assert not found


def test_decisions_are_numbered_without_a_gap() -> None:
    paths = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    numbers = [int(path.name.partition("-")[0]) for path in paths]
    assert numbers == list(range(1, len(paths) + 1))
    for number, path in zip(numbers, paths, strict=True):
        text = path.read_text(encoding="utf-8")
        assert text.startswith(f"# {number}. "), f"{name(path)} begins with another number"
        assert all(f"\n## {part}\n" in text for part in ("Context", "Decision", "Consequences")), name(path)
