"""From texts to the numbers of words that a net takes: a `tokenizer.json` of Hugging Face."""

import threading
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from shoppable.adapters.vision.checksums import check_known
from shoppable.adapters.vision.manifest import PackFile, Tokens
from shoppable.adapters.vision.runtimes import WORDS, Tensor
from shoppable.errors import InvalidInput

if TYPE_CHECKING:
    import tokenizers


class Tokenizer:
    """Cuts texts into words as its file says: small letters, special tokens, unknown words and all.

    Args:
        manifest: The file.
        tokens: How long its rows are, and what fills them up.
        folder: Of the pack.
    """

    def __init__(self, manifest: PackFile, tokens: Tokens, folder: Path) -> None:
        self._manifest = manifest
        self._tokens = tokens
        self._path = folder / manifest.file
        self._lock = threading.Lock()

    def words(self, texts: Sequence[str]) -> dict[str, Tensor]:
        """Texts as numbers.

        Returns:
            (n, length) int64 each, by the names of `WORDS`: the words; 1 where there is one and 0 where it was filled
            up; and 0, for there is one text only.

        Raises:
            NotFound: The file is missing.
            InvalidInput: It has another checksum, is no tokenizer, or names no token to fill up with.
        """
        if self._tokens.lower:
            texts = [text.lower() for text in texts]
        with self._lock:
            found = self._tokenizer.encode_batch(list(texts))
        shape = (len(found), self._tokens.length)
        ids = np.asarray([each.ids for each in found], np.int64).reshape(shape)
        mask = np.asarray([each.attention_mask for each in found], np.int64).reshape(shape)
        return dict(zip(WORDS, (ids, mask, np.zeros(shape, np.int64)), strict=True))

    @cached_property
    def _tokenizer(self) -> "tokenizers.Tokenizer":
        import tokenizers

        check_known(self._manifest, self._path)
        try:
            made = tokenizers.Tokenizer.from_file(str(self._path))
        except Exception as error:  # it raises nothing narrower
            told = " ".join(str(error).split())
            raise InvalidInput(f"{self._path} cannot be loaded as a tokenizer: {told}") from error
        filling = made.padding or {}
        pad = self._tokens.pad or filling.get("pad_token")
        number = None if pad is None else made.token_to_id(pad)
        if pad is None or number is None:
            what = "names no token to fill up with" if pad is None else f"has no token {pad}"
            raise InvalidInput(f"{self._path} {what}: say another pad in the pack's tokens")
        length = self._tokens.length
        made.enable_truncation(max_length=length)
        made.enable_padding(direction=filling.get("direction", "right"), pad_id=number, pad_token=pad, length=length)
        return made
