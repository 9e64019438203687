"""Packs on this machine: what is in the box, what was added or pulled, and which one `auto` means."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from shoppable.adapters.vision.checksums import check_file, check_known, completed, record
from shoppable.adapters.vision.download import download
from shoppable.adapters.vision.eyes import TAXONOMY, Eyes, open_eyes, read_taxonomy
from shoppable.adapters.vision.manifest import Pack, PackFile, read_manifest
from shoppable.errors import Conflict, InvalidInput, NotFound, Unavailable, Unsupported
from shoppable.ports import Fetcher

_IN_THE_BOX = Path(__file__).parent / "in_the_box"


@dataclass(frozen=True)
class Shelf:
    """One pack as `shoppable models list` shows it.

    Attributes:
        pack: What it is, with the checksums that were recorded here.
        folder: Where its files are, or would be.
        missing: Files that are not there yet, or whose checksum nobody knows yet.
    """

    pack: Pack
    folder: Path
    missing: tuple[PackFile, ...]

    @property
    def present(self) -> bool:
        """Whether it can be used."""
        return not self.missing


class Packs:
    """The packs of one data folder.

    Args:
        folder: Where added and pulled packs are kept, one folder each.
        threads: For each net.
        fetcher: Gets files of packs; without one, none can be pulled.
    """

    def __init__(self, folder: Path, *, threads: int, fetcher: Fetcher | None = None) -> None:
        self._folder = folder
        self._threads = threads
        self._fetcher = fetcher

    def shelves(self) -> list[Shelf]:
        """All packs known here, the one `auto` would take first."""
        manifests = _in_the_box()
        manifests |= {path.parent.name: path for path in sorted(self._folder.glob("*/pack.toml"))}
        found = [self._shelf(read_manifest(path)) for path in manifests.values()]
        return sorted(found, key=lambda shelf: (not shelf.present, -shelf.pack.rank, shelf.pack.name))

    def shelf(self, name: str) -> Shelf:
        """One pack. `auto` is the best one present. `NotFound` when nobody knows the name."""
        shelves = self.shelves()
        if name == "auto":
            return shelves[0]
        for shelf in shelves:
            if shelf.pack.name == name:
                return shelf
        known = ", ".join(shelf.pack.name for shelf in shelves)
        raise NotFound(f"no pack {name}: known are {known}; `shoppable models add DIR` adds one")

    def open(self, name: str) -> Eyes:
        """The ports of a pack; its nets load when they are first used.

        Raises:
            NotFound: No such pack, or its files are not here.
            InvalidInput: Its own taxonomy is none.
        """
        shelf = self.shelf(name)
        pack = shelf.pack
        if shelf.missing:
            raise NotFound(
                f"pack {pack.name} is not on this machine: `shoppable models pull {pack.name}` downloads "
                f"{pack.size}, `shoppable models add DIR` takes it from a folder"
            )
        return open_eyes(pack, shelf.folder, threads=self._threads)

    def add(self, source: Path) -> Shelf:
        """Takes a pack from a folder: its own `pack.toml`, or the files of a pack that is in the box.

        Raises:
            NotFound: The folder, or a file of the pack, is missing.
            InvalidInput: A checksum is wrong, or the folder holds no pack.
            Conflict: A pack of this name and version is here whose vectors are others.
            Unavailable: There is no room for it.
        """
        if not source.is_dir():
            raise NotFound(f"no folder {source}: give a folder that holds a pack's files")
        manifest_pack = _pack_in(source)
        folder = self._folder / manifest_pack.name
        pack = completed(manifest_pack, folder)
        found = {entry.file: check_file(entry, source / entry.file) for entry in pack.files}
        own = source / TAXONOMY
        if own.is_file():
            read_taxonomy(own)
        manifest = folder / "pack.toml"
        if _clash(manifest, pack):
            raise Conflict(
                f"another pack {pack.space.name} is here, and their vectors must not be mixed: raise the version in "
                f"{source / 'pack.toml'}"
            )
        beside = [own] if own.is_file() else []
        if pack.name not in _in_the_box():
            beside.append(source / "pack.toml")
        for path in (*(source / entry.file for entry in pack.files), *beside):
            target = folder / path.relative_to(source)
            target.parent.mkdir(parents=True, exist_ok=True)
            with _whole(target) as part:
                shutil.copyfile(path, part)
        for entry in pack.files:
            record(pack, entry, found[entry.file], folder)
        return self._shelf(manifest_pack)

    def pull(self, name: str, say: Callable[[str, int, int], None]) -> Shelf:
        """Downloads what is missing or damaged of a pack, going on where an earlier pull stopped.

        Args:
            name: Of the pack.
            say: Told the file, its bytes so far and its bytes in all; 0 in all where nobody knows.

        Raises:
            NotFound: No such pack.
            Unavailable: A server cannot be reached, or broke off, or there is no room; pulling again goes on.
            InvalidInput: What was downloaded has another checksum; it is thrown away.
            Unsupported: Nothing is fetched here.
        """
        shelf = self.shelf(name)
        if self._fetcher is None:
            raise Unsupported(f"pack {name} cannot be pulled here; add it with `shoppable models add DIR`")
        shelf.folder.mkdir(parents=True, exist_ok=True)
        for entry in shelf.pack.files:
            if not _sound(entry, shelf.folder):
                record(shelf.pack, entry, download(self._fetcher, entry, shelf.folder, say), shelf.folder)
        return self._shelf(shelf.pack)

    def _shelf(self, manifest: Pack) -> Shelf:
        folder = self._folder / manifest.name
        pack = completed(manifest, folder)
        missing = tuple(each for each in pack.files if each.sha256 is None or not (folder / each.file).is_file())
        return Shelf(pack=pack, folder=folder, missing=missing)


def _in_the_box() -> dict[str, Path]:
    """Manifests of the packs that are known without being added, by name."""
    return {path.stem: path for path in sorted(_IN_THE_BOX.glob("*.toml"))}


def _pack_in(source: Path) -> Pack:
    """The pack a folder holds: of its `pack.toml`, or the one in the box whose files lie there."""
    boxed, here = None, 0
    for pack in map(read_manifest, _in_the_box().values()):
        count = sum((source / each.file).is_file() for each in pack.files)
        if count > here:
            boxed, here = pack, count
    try:
        own = read_manifest(source / "pack.toml")
    except (NotFound, InvalidInput) as error:
        if boxed is None or (isinstance(error, InvalidInput) and here < len(boxed.files)):
            raise
        return boxed
    if own.name not in _in_the_box():
        return own
    if boxed is None or boxed.name != own.name:
        raise InvalidInput(f"{source} calls itself {own.name}, a pack that is in the box: give it another name")
    return boxed


def _clash(manifest: Path, new: Pack) -> bool:
    """Whether the pack that was added before gives other vectors under the same name and version."""
    try:
        old = completed(read_manifest(manifest), manifest.parent)
    except (NotFound, InvalidInput):
        return False

    def made_of(pack: Pack) -> list[object]:
        nets = {net.name: (net.sha256, net.input, net.output) for net in pack.net}
        return [(each.name, each.dimension, each.source, nets.get(each.net or "")) for each in pack.channel]

    return old.version == new.version and made_of(old) != made_of(new)


def _sound(entry: PackFile, folder: Path) -> bool:
    try:
        check_known(entry, folder / entry.file)
    except (NotFound, InvalidInput):
        return False
    return True


@contextmanager
def _whole(target: Path) -> Iterator[Path]:
    """A path to write to that becomes `target` only when everything was written."""
    part = target.with_name(f"{target.name}.part")
    try:
        yield part
        part.replace(target)
    except OSError as error:
        raise Unavailable(f"{target} cannot be written: {error.strerror or error}; make room and try again") from error
    finally:
        part.unlink(missing_ok=True)
