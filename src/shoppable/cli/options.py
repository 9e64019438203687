"""Options that verbs share; each overrides its environment variable."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click
from pydantic import ValidationError

from shoppable.errors import InvalidInput
from shoppable.settings import Settings

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
