"""Pictures beside a feed: in its folder, or in a zip."""

import posixpath
import re
import zipfile
import zlib
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from shoppable.errors import InvalidInput, NotFound
from shoppable.feeds.flaw import Flaw
from shoppable.steps.pictures import MAX_FILE_BYTES, OPEN_REMEDY, read_picture

_MAX_FILES = 1_000_000
_ELSEWHERE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|[/\\]")


def is_link(text: str) -> bool:
    """Whether a picture or feed is meant by URL, and so lies beside nothing."""
    return re.match(r"https?:", text, re.IGNORECASE) is not None


class Beside(Protocol):
    """A place where a feed's pictures lie."""

    def state(self, link: str) -> str:
        """Something that changes when the picture of a link does, or when it comes or goes."""

    def read(self, link: str) -> bytes | Flaw:
        """The bytes of the picture that a link means, or why there are none."""


def pictures_beside(feed: Path) -> Path:
    """Where the pictures of a feed lie when nobody says: in the feed when that is a zip, else in its folder."""
    try:
        return feed if zipfile.is_zipfile(feed) else feed.parent
    except OSError:
        return feed.parent


def open_beside(place: Path) -> Beside:
    """A folder, or a zip.

    Raises:
        NotFound: There is nothing.
        InvalidInput: It is neither.
    """
    if place.is_dir():
        return _Folder(place)
    try:
        found = place.stat()
        return _opened_zip(place, found.st_size, found.st_mtime_ns)
    except FileNotFoundError as error:
        raise NotFound(f"there are no pictures at {place}; name a folder or a zip") from error
    except (OSError, ValueError, RuntimeError, zipfile.BadZipFile) as error:
        raise InvalidInput(f"{place} cannot be read as a zip of pictures: {error}; name a folder or a zip") from error


class _Folder:
    """Pictures in files.

    Args:
        folder: Links are relative to it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def state(self, link: str) -> str:
        found = locate(self._folder, link)
        if isinstance(found, Flaw):
            return found.problem
        try:
            state = found.stat()
        except OSError as error:
            return str(error.strerror)
        return f"{state.st_size}\0{state.st_mtime_ns}"

    def read(self, link: str) -> bytes | Flaw:
        path = locate(self._folder, link)
        if isinstance(path, Flaw):
            return path
        try:
            return read_picture(path)
        except InvalidInput as error:
            return Flaw(str(error), OPEN_REMEDY)


class _Zip:
    """Pictures in a zip, read one by one and never written to disk.

    Links are relative to its top, or to the one folder that everything in it lies in.

    Args:
        archive: Open; read only by its names.

    Raises:
        InvalidInput: It holds more than a million files.
    """

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        entries = [each for each in archive.infolist() if not each.is_dir()]
        if len(entries) > _MAX_FILES:
            raise InvalidInput(f"the zip holds {len(entries)} files, {_MAX_FILES} are allowed; part it")
        self._files = {each.filename.replace("\\", "/"): each for each in entries}
        tops = {name.partition("/")[0] for name in self._files}
        self._top = f"{tops.pop()}/" if len(tops) == 1 else ""

    def state(self, link: str) -> str:
        found = self._found(link)
        return found.problem if isinstance(found, Flaw) else f"{found.file_size}\0{found.CRC}"

    def read(self, link: str) -> bytes | Flaw:
        found = self._found(link)
        if isinstance(found, Flaw):
            return found
        try:
            with self._archive.open(found) as file:
                data = file.read(MAX_FILE_BYTES + 1)
        except (OSError, EOFError, RuntimeError, ValueError, zipfile.BadZipFile, zlib.error):
            return Flaw("the picture cannot be unpacked from the zip", "zip it again, without a password")
        if len(data) > MAX_FILE_BYTES:
            return Flaw(f"the file has more than the {MAX_FILE_BYTES / 1e6:.0f} MB allowed", OPEN_REMEDY)
        return data

    def _found(self, link: str) -> zipfile.ZipInfo | Flaw:
        name = posixpath.normpath(link.replace("\\", "/"))
        if _ELSEWHERE.match(link) or name.startswith("../"):
            return Flaw("the picture's path leads out of the zip", "name a file in the zip")
        found = self._files.get(name) or self._files.get(self._top + name)
        return found or Flaw("there is no such file in the zip", "put the picture there or correct its name")


@lru_cache(maxsize=2)
def _opened_zip(place: Path, size: int, mtime_ns: int) -> _Zip:
    """Opens a zip once for many steps, and again when it changed."""
    del size, mtime_ns
    return _Zip(zipfile.ZipFile(place))


def locate(folder: Path, link: str) -> Path | Flaw:
    """The file that a feed's link means, when it lies in the feed's folder.

    Args:
        folder: Where the feed lies.
        link: A path relative to it; backslashes part folders too, as Windows writes them.

    Returns:
        The resolved path of a plain file, or why the link is refused: it is no relative path, leads out of the folder
        (by `..` or a symbolic link), or no file is there.
    """
    if _ELSEWHERE.match(link):
        return Flaw("the picture's path is not relative to the feed", "name a file in the feed's folder")
    try:
        home = folder.resolve()
        path = (home / link.replace("\\", "/")).resolve()
        if not path.is_relative_to(home):
            return Flaw("the picture's path leads out of the feed's folder", "put the picture beside the feed")
        if not path.exists():
            return Flaw("there is no such file beside the feed", "put the picture there or correct its name")
        if not path.is_file():
            return Flaw("the picture's path names no file", "name a picture file")
    except (OSError, ValueError, RuntimeError):
        return Flaw("the picture's path cannot be followed", "name a file in the feed's folder")
    return path
