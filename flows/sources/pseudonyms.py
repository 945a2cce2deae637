"""Keyed hashes that stand for people. A name or number goes in, and only the hash comes out."""

import hashlib
import hmac
import re
import unicodedata

import pyarrow as pa
import pyarrow.compute as pc

_OF_AN_IDENTIFIER = re.compile("[A-Za-z0-9]")


def _names_somebody(identifier: str) -> bool:
    return _OF_AN_IDENTIFIER.search(unicodedata.normalize("NFKC", identifier)) is not None


class Pseudonyms:
    """HMAC-SHA-256 of personal identifiers under one key.

    The same person gets the same pseudonym in every source, because identifiers are compared after
    NFKC, without case and without surrounding space. `key_id` names the key in manifests without
    giving it away.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._known: dict[str, str] = {}
        self.key_id = hashlib.sha256(b"shihyo pseudonym key id:" + key).hexdigest()[:12]

    @property
    def have_been_given(self) -> bool:
        """Tell whether any identifier has been hashed."""
        return bool(self._known)

    def of(self, identifier: str) -> str:
        """Return the pseudonym of one identifier: 32 hexadecimal digits."""
        pseudonym = self._known.get(identifier)
        if pseudonym is None:
            plain = unicodedata.normalize("NFKC", identifier).strip().casefold()
            pseudonym = hmac.new(self._key, plain.encode(), hashlib.sha256).hexdigest()[:32]
            self._known[identifier] = pseudonym
        return pseudonym

    def of_bytes(self, content: bytes) -> str:
        """Return a keyed hash that recognises a rejected row without giving it away."""
        return hmac.new(self._key, content, hashlib.sha256).hexdigest()[:32]

    def of_array(self, identifiers: pa.Array) -> pa.Array:
        """Return pseudonyms for an array of text. What holds no letter and no digit of ASCII is
        nobody, and null: a blank, 〃, なし, 合計.
        """
        encoded = identifiers.dictionary_encode()
        values = [
            self.of(value) if value and _names_somebody(value) else None
            for value in encoded.dictionary.to_pylist()
        ]
        return pc.take(pa.array(values, pa.string()), encoded.indices)
