"""Packs on this machine: what is in the box, what was added or pulled, and which one `auto` means."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from shoppable.adapters.vision.download import download
from shoppable.adapters.vision.embed import PackEmbedder
from shoppable.adapters.vision.find_classic import ClassicLocalizer
from shoppable.adapters.vision.find_nets import NetLocalizer
from shoppable.adapters.vision.manifest import NetFile, Pack, check_file, read_manifest
from shoppable.adapters.vision.nets import Net
from shoppable.adapters.vision.verify import SiftVerifier
from shoppable.errors import Conflict, InvalidInput, NotFound, Unavailable
from shoppable.ports import Embedder, Localizer, Verifier

_IN_THE_BOX = Path(__file__).parent / "in_the_box"


@dataclass(frozen=True)
class Shelf:
    """One pack as `shoppable models list` shows it.

    Attributes:
        pack: What it is.
        folder: Where its files are, or would be.
        missing: Files that are not there yet.
    """

    pack: Pack
    folder: Path
    missing: tuple[NetFile, ...]

    @property
    def present(self) -> bool:
        """Whether it can be used."""
        return not self.missing


@dataclass(frozen=True)
class Eyes:
    """The ports a pack fills."""

    localizer: Localizer
    embedder: Embedder
    verifier: Verifier


class Packs:
    """The packs of one data folder.

    Args:
        folder: Where added and pulled packs are kept, one folder each.
        threads: For each net.
    """

    def __init__(self, folder: Path, *, threads: int) -> None:
        self._folder = folder
        self._threads = threads

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
        """
        shelf = self.shelf(name)
        pack = shelf.pack
        if shelf.missing:
            raise NotFound(
                f"pack {pack.name} is not on this machine: `shoppable models pull {pack.name}` downloads "
                f"{pack.bytes / 1e6:.0f} MB, `shoppable models add DIR` takes it from a folder"
            )
        nets = {net.name: Net(net, shelf.folder, threads=self._threads) for net in pack.net}
        looking = pack.looking
        localizer: Localizer
        if looking.persons and looking.joints and looking.things:
            localizer = NetLocalizer(
                looking, persons=nets[looking.persons], joints=nets[looking.joints], things=nets[looking.things]
            )
        else:
            localizer = ClassicLocalizer(looking)
        return Eyes(localizer=localizer, embedder=PackEmbedder(pack, nets), verifier=SiftVerifier())

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
        pack = _pack_in(source)
        for net in pack.net:
            check_file(net, source / net.file)
        folder = self._folder / pack.name
        manifest = folder / "pack.toml"
        if _clash(manifest, pack):
            raise Conflict(
                f"another pack {pack.space.name} is here, and their vectors must not be mixed: raise the version in "
                f"{source / 'pack.toml'}"
            )
        folder.mkdir(parents=True, exist_ok=True)
        for net in pack.net:
            with _whole(folder / net.file) as part:
                shutil.copyfile(source / net.file, part)
        if pack.name not in _in_the_box():
            with _whole(manifest) as part:
                shutil.copyfile(source / "pack.toml", part)
        return self._shelf(pack)

    def pull(self, name: str, say: Callable[[str, int, int], None]) -> Shelf:
        """Downloads what is missing or damaged of a pack, going on where an earlier pull stopped.

        Args:
            name: Of the pack.
            say: Told the file, its bytes so far and its bytes in all.

        Raises:
            NotFound: No such pack.
            Unavailable: A server cannot be reached, or broke off, or there is no room; pulling again goes on.
            InvalidInput: What was downloaded has another checksum; it is thrown away.
        """
        shelf = self.shelf(name)
        shelf.folder.mkdir(parents=True, exist_ok=True)
        with httpx.Client(follow_redirects=True, timeout=30) as client:
            for net in shelf.pack.net:
                if not _sound(net, shelf.folder):
                    download(client, net, shelf.folder, say)
        return self._shelf(shelf.pack)

    def _shelf(self, pack: Pack) -> Shelf:
        folder = self._folder / pack.name
        missing = tuple(net for net in pack.net if not (folder / net.file).is_file())
        return Shelf(pack=pack, folder=folder, missing=missing)


def _in_the_box() -> dict[str, Path]:
    """Manifests of the packs that are known without being added, by name."""
    return {path.stem: path for path in sorted(_IN_THE_BOX.glob("*.toml"))}


def _pack_in(source: Path) -> Pack:
    """The pack a folder holds: of its `pack.toml`, or the one in the box whose files lie there."""
    boxed, here = None, 0
    for pack in map(read_manifest, _in_the_box().values()):
        count = sum((source / net.file).is_file() for net in pack.net)
        if count > here:
            boxed, here = pack, count
    try:
        own = read_manifest(source / "pack.toml")
    except (NotFound, InvalidInput) as error:
        if boxed is None or (isinstance(error, InvalidInput) and here < len(boxed.net)):
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
        old = read_manifest(manifest)
    except (NotFound, InvalidInput):
        return False

    def made_of(pack: Pack) -> list[object]:
        nets = {net.name: (net.sha256, net.input, net.output) for net in pack.net}
        return [(each.name, each.dimension, each.source, nets.get(each.net or "")) for each in pack.channel]

    return old.version == new.version and made_of(old) != made_of(new)


def _sound(net: NetFile, folder: Path) -> bool:
    try:
        check_file(net, folder / net.file)
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
