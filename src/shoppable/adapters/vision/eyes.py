"""From a pack to the ports it fills."""

from dataclasses import dataclass
from pathlib import Path

from shoppable.adapters.vision.embed import PackEmbedder
from shoppable.adapters.vision.find_classic import ClassicLocalizer
from shoppable.adapters.vision.find_labels import LabelLocalizer
from shoppable.adapters.vision.find_nets import NetLocalizer
from shoppable.adapters.vision.manifest import Pack, Tokens, read_toml
from shoppable.adapters.vision.nets import Net, TextNet
from shoppable.adapters.vision.segment import GrabSegmenter
from shoppable.adapters.vision.texts import PackTextEmbedder
from shoppable.adapters.vision.verify import SiftVerifier
from shoppable.adapters.vision.words import Tokenizer
from shoppable.adapters.vision.workers import Workers
from shoppable.model.taxonomy import Taxonomy
from shoppable.ports import Embedder, Localizer, Segmenter, TextEmbedder, Verifier

TAXONOMY = "taxonomy.toml"
_GOODS = Path(__file__).parent / "in_the_box" / "taxonomies" / "goods.toml"


@dataclass(frozen=True)
class Eyes:
    """The ports a pack fills.

    Attributes:
        localizer: Finds where to look.
        segmenter: Cuts out what is there.
        embedder: Says what it looks like.
        verifier: Looks closely.
        text: Puts words where pictures are; None when the pack has no net for it.
        taxonomy: What things are called.
    """

    localizer: Localizer
    segmenter: Segmenter
    embedder: Embedder
    verifier: Verifier
    text: TextEmbedder | None
    taxonomy: Taxonomy


def open_eyes(pack: Pack, folder: Path, *, threads: int) -> Eyes:
    """The ports of a pack whose files lie in `folder`; its nets load when they are first used.

    Raises:
        InvalidInput: The folder's own taxonomy is none, or fits none of what its detector finds.
    """
    workers = Workers(threads)
    nets = {net.name: Net(net, folder, workers) for net in pack.net}
    files = {each.name: each for each in pack.file}
    own = folder / TAXONOMY
    taxonomy = read_taxonomy(own if own.is_file() else _GOODS)

    def tokenizer(tokens: Tokens) -> Tokenizer:
        return Tokenizer(files[tokens.file], tokens, folder)

    text = None
    if pack.text is not None:
        text = PackTextEmbedder(
            pack.text,
            next(channel for channel in pack.channel if channel.name == pack.text.channel),
            net=TextNet(files[pack.text.net], folder, workers, output=pack.text.output),
            tokenizer=tokenizer(pack.text.tokens),
        )
    looking, labels = pack.looking, pack.labels
    localizer: Localizer
    if labels is not None:
        asked = None if labels.tokens is None else tokenizer(labels.tokens)
        localizer = LabelLocalizer(labels, net=nets[labels.net], taxonomy=taxonomy, tokenizer=asked)
    elif looking.persons and looking.joints and looking.things:
        localizer = NetLocalizer(
            looking, workers, persons=nets[looking.persons], joints=nets[looking.joints], things=nets[looking.things]
        )
    else:
        localizer = ClassicLocalizer(looking, workers)
    return Eyes(
        localizer=localizer,
        segmenter=GrabSegmenter(workers, nets[looking.skin] if looking.skin else None),
        embedder=PackEmbedder(pack, nets, workers),
        verifier=SiftVerifier(workers),
        text=text,
        taxonomy=taxonomy,
    )


def read_taxonomy(path: Path) -> Taxonomy:
    """Reads what things are called. Errors as of `read_toml`."""
    return read_toml(path, Taxonomy, "taxonomy")
