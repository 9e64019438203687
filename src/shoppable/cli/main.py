"""`shoppable`: the command. Verbs load when they are called, so that `--help` starts in a blink."""

import errno
import importlib
import logging
import sys

import click

from shoppable.errors import Cancelled, Conflict, InvalidInput, NotFound, ShoppableError, Unavailable, Unsupported

_VERBS = {
    "ingest": ("shoppable.cli.ingest", "Take a product feed into a catalog."),
    "feed": ("shoppable.cli.feed", "Check a product feed."),
    "analyze": ("shoppable.cli.analyze", "Find a catalog's products in a video."),
    "publish": ("shoppable.cli.publish", "Publish what was found as a cue sheet."),
    "explain": ("shoppable.cli.explain", "Tell why something was matched as it was."),
    "decide": ("shoppable.cli.decide", "Say whether a match is right, so that later ones learn from it."),
    "serve": ("shoppable.cli.serve", "Serve the API, the player and the watch page."),
    "models": ("shoppable.cli.models", "List, add and pull packs of nets."),
    "bench": ("shoppable.cli.bench", "Time the work on a video against decoding it once."),
}

EXIT_CODES = {InvalidInput: 2, NotFound: 3, Conflict: 4, Unsupported: 5, Cancelled: 6, Unavailable: 75}
"""What the command exits with, by error; 75 is EX_TEMPFAIL: trying again can help."""


class _Verbs(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _VERBS:
            return None
        command: click.Command = getattr(importlib.import_module(_VERBS[cmd_name][0]), cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Verbs"):
            formatter.write_dl([(name, said) for name, (_, said) in _VERBS.items()])


@click.group(cls=_Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="shoppable")
def shoppable() -> None:
    """Let people shop while they watch: a product feed and a video in, a shoppable video out."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")


def main() -> None:
    """The console script: runs a verb, and turns errors raised on purpose into one line and an exit code."""
    try:
        shoppable.main(standalone_mode=False)
    except click.exceptions.Exit as ended:
        sys.exit(ended.exit_code)
    except click.ClickException as wrong:
        wrong.show()
        sys.exit(wrong.exit_code)
    except (click.Abort, KeyboardInterrupt):
        _fail("stopped; the same command goes on where it stopped", 130)
    except ShoppableError as error:
        _fail(str(error), EXIT_CODES.get(type(error), 1))
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EROFS):
            raise
        _fail(f"{error.strerror}: {error.filename or 'the data folder'}; then give the same command again", 75)


def _fail(said: str, code: int) -> None:
    click.echo(f"shoppable: {said}", err=True)
    sys.exit(code)
