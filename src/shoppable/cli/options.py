"""Options that verbs share; each overrides its environment variable."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from pydantic import ValidationError

from shoppable.errors import InvalidInput, NotFound
from shoppable.settings import Settings

if TYPE_CHECKING:
    from shoppable.feeds.mapping import FeedOptions

R = TypeVar("R")


def with_settings(*, pack: bool = False) -> Callable[[Callable[..., R]], Callable[..., R]]:
    """Gives a verb `--home` (and `--pack`), and hands it the `Settings` made of them."""

    def decorate(verb: Callable[..., R]) -> Callable[..., R]:
        @wraps(verb)
        def called(*args: Any, home: Path | None, **kwargs: Any) -> R:
            said: dict[str, Any] = {"home": home.expanduser().absolute()} if home else {}
            if pack and (name := kwargs.pop("pack")):
                said["pack"] = name
            return verb(read_settings(**said), *args, **kwargs)

        options = [
            click.option(
                "--home",
                type=click.Path(file_okay=False, path_type=Path),
                help="The one folder with all data.  [env: SHOPPABLE_HOME]",
            )
        ]
        if pack:
            options.append(
                click.option("--pack", help="Pack of nets; auto takes the best one present.  [env: SHOPPABLE_PACK]")
            )
        for option in options:
            called = option(called)
        return called

    return decorate


def with_feed_options(verb: Callable[..., R]) -> Callable[..., R]:
    """Gives a verb `--format` and `--mapping`: what a feed does not say itself."""
    from shoppable.feeds.formats import FORMATS

    for option in (
        click.option(
            "--mapping",
            type=click.Path(dir_okay=False, path_type=Path),
            help="TOML or JSON file that says which columns are which fields, and what holds for all products.",
        ),
        click.option("--format", "format_", type=click.Choice(list(FORMATS)), help="Do not find out, take this."),
    ):
        verb = option(verb)
    return verb


def feed_options(format_: str | None, mapping: Path | None) -> "FeedOptions":
    """What `--format` and `--mapping` say.

    Raises:
        NotFound: There is no such mapping file.
        InvalidInput: It cannot be read, or says what is not understood.
    """
    from shoppable.feeds.mapping import FeedOptions, read_mapping

    if mapping is None:
        return FeedOptions(format=format_)
    try:
        options = read_mapping(mapping.read_bytes(), mapping.name)
    except FileNotFoundError as error:
        raise NotFound(f"there is no mapping {mapping}; check its path") from error
    except OSError as error:
        raise InvalidInput(f"the mapping {mapping} cannot be read: {error.strerror}") from error
    return options.model_copy(update={"format": format_}) if format_ else options


def read_settings(**said: Any) -> Settings:
    """Settings from the environment, overridden by what was said.

    Raises:
        InvalidInput: One of them is wrong; the message names it.
    """
    try:
        return Settings(**said)
    except ValidationError as error:
        first = error.errors()[0]
        name = "_".join(str(part) for part in first["loc"])
        raise InvalidInput(f"SHOPPABLE_{name.upper()}={first['input']!r} is wrong: {first['msg']}") from error
