"""Signed notes (C2SP signed-note v1.0.0, Ed25519) and the checkpoints in them (tlog-checkpoint v1.0.0).

A checkpoint is a text of three lines: the log's origin, its size, its root. A note is a text with
signature lines below it. Reading is strict: each text that is accepted has one form only.
"""

import re
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from engine.ledger.errors import NoteError
from engine.ledger.merkle import HASH_SIZE

_ED25519 = b"\x01"
_KEY_SIZE = 32
_KEY_ID_SIZE = 4
_NOTE_LIMIT = 1_000_000
"""Largest note read, in characters; the specification asks for room for 16 signatures of 5 kB."""
_SIZE_LIMIT = 2**63 - 1
_NAME = r"(?P<name>[^\s+\x00-\x1f\ud800-\udfff]+)"
_SIGNATURE = re.compile(rf"\u2014 {_NAME} (?P<value>\S+)")
_VKEY = re.compile(rf"{_NAME}\+(?P<key_id>[0-9a-f]{{8}})\+(?P<key>\S+)")
_CHECKPOINT = re.compile(r"(?P<origin>[^\n]+)\n(?P<size>0|[1-9][0-9]{0,18})\n(?P<root>[^\n]+)\n")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\ud800-\udfff]")
"""What no note may hold: control characters but the newline, and what UTF-8 cannot write."""


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key that notes are checked against.

    Attributes:
        name: Key name; no white space, no plus sign. The log's origin, by convention.
        public: Ed25519 public key, 32 bytes.

    Raises:
        NoteError: The name or the key has another form.
    """

    name: str
    public: bytes

    def __post_init__(self) -> None:
        """Refuse a name that a signature line could not carry."""
        if not re.fullmatch(_NAME, self.name):
            raise NoteError(reason=f"{self.name!r} is no key name: no white space, no plus sign")
        if len(self.public) != _KEY_SIZE:
            raise NoteError(reason=f"an Ed25519 public key has {_KEY_SIZE} bytes")

    @property
    def key_id(self) -> bytes:
        """The first four bytes of SHA-256 over name, newline, type 0x01 and key."""
        named = self.name.encode() + b"\n" + _ED25519 + self.public
        return sha256(named).digest()[:_KEY_ID_SIZE]

    @property
    def vkey(self) -> str:
        """The key as text: ``name+hexkeyid+base64(0x01 || public)``."""
        return f"{self.name}+{self.key_id.hex()}+{_base64(_ED25519 + self.public)}"

    @classmethod
    def parse(cls, vkey: str) -> Self:
        """Read the text of a key.

        Raises:
            NoteError: Not an Ed25519 key in that form, or its id is not that of its key.
        """
        parts = _VKEY.fullmatch(vkey)
        if parts is None or (key := _unbase64(parts["key"]))[:1] != _ED25519:
            raise NoteError(reason="an Ed25519 key reads name+keyid+base64")
        verifier = cls(parts["name"], key[1:])
        if verifier.key_id.hex() != parts["key_id"]:
            raise NoteError(reason=f"the key of {verifier.name} has id {verifier.key_id.hex()}")
        return verifier

    def open(self, note: str) -> str:
        """Return the note's text once this key's signature on it holds; other keys are passed over.

        Raises:
            NoteError: The note is malformed, is not signed by this key, or is signed wrongly.
        """
        text, signatures = _split(note)
        values = [value for name, value in signatures if self._owns(name, value)]
        if not values:
            raise NoteError(reason=f"it has no signature by {self.name}+{self.key_id.hex()}")
        key = Ed25519PublicKey.from_public_bytes(self.public)
        for value in values:
            try:
                key.verify(value[_KEY_ID_SIZE:], text.encode())
            except InvalidSignature:
                raise NoteError(reason=f"the signature by {self.name} does not fit the text") from None
        return text

    def _owns(self, name: str, value: bytes) -> bool:
        return name == self.name and value[:_KEY_ID_SIZE] == self.key_id


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key that signs notes.

    Attributes:
        name: Key name, as in `Verifier`.
        seed: Ed25519 seed, 32 secret bytes; never shown.

    Raises:
        NoteError: The name or the seed has another form.
    """

    name: str
    seed: bytes = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse a seed of another length, and a name that no verifier could have."""
        if len(self.seed) != _KEY_SIZE:
            raise NoteError(reason=f"an Ed25519 seed has {_KEY_SIZE} bytes")
        _ = self.verifier

    @property
    def verifier(self) -> Verifier:
        """The public half."""
        return Verifier(self.name, self._key().public_key().public_bytes_raw())

    @property
    def vkey(self) -> str:
        """The public half as text."""
        return self.verifier.vkey

    def sign(self, text: str) -> bytes:
        """Return key id and Ed25519 signature over the text."""
        return self.verifier.key_id + self._key().sign(text.encode())

    def _key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The head of a log at one size.

    Attributes:
        origin: The log's identity, one line of text.
        size: Number of leaves.
        root: Merkle root over them, 32 bytes.

    Raises:
        NoteError: A field does not fit its line.
    """

    origin: str
    size: int
    root: bytes

    def __post_init__(self) -> None:
        """Refuse what the text form could not carry."""
        if not self.origin or "\n" in self.origin or _CONTROL.search(self.origin):
            raise NoteError(reason="an origin is one non-empty line without control characters")
        if not 0 <= self.size <= _SIZE_LIMIT:
            raise NoteError(reason=f"{self.size} is no size of a log")
        if len(self.root) != HASH_SIZE:
            raise NoteError(reason=f"a root has {HASH_SIZE} bytes")

    def text(self) -> str:
        """Return ``origin, size, base64 root``, each on its line."""
        return f"{self.origin}\n{self.size}\n{_base64(self.root)}\n"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the text form; extension lines are refused, for nobody could audit them.

        Raises:
            NoteError: The text has another form.
        """
        lines = _CHECKPOINT.fullmatch(text)
        if lines is None:
            raise NoteError(reason="a checkpoint is three lines: origin, size, root")
        return cls(lines["origin"], int(lines["size"]), _unbase64(lines["root"]))


def sign_note(text: str, signer: Signer) -> str:
    """Return the note: the text, an empty line, the signature line.

    Raises:
        NoteError: The text does not end its last line, or holds a control character.
    """
    if not text.endswith("\n") or _CONTROL.search(text):
        raise NoteError(reason="its text must end in a newline and hold no control character")
    return f"{text}\n\u2014 {signer.name} {_base64(signer.sign(text))}\n"


def verify_note(note: str, vkey: str) -> str:
    """Return the text of a note that the key has signed.

    Raises:
        NoteError: The key or the note is malformed, or the key's signature is missing or wrong.
    """
    return Verifier.parse(vkey).open(note)


def _split(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    """Part a note at its last empty line into text and signatures."""
    if len(note) > _NOTE_LIMIT or _CONTROL.search(note):
        raise NoteError(reason="it is too long or holds a control character")
    text, gap, lines = note.rpartition("\n\n")
    if not gap or not lines.endswith("\n"):
        raise NoteError(reason="it must have a text, an empty line and signature lines")
    return text + "\n", [_signature(line) for line in lines[:-1].split("\n")]


def _signature(line: str) -> tuple[str, bytes]:
    """Read a signature line into key name and value (key id and signature)."""
    found = _SIGNATURE.fullmatch(line)
    if found is None or len(value := _unbase64(found["value"])) <= _KEY_ID_SIZE:
        raise NoteError(reason="a line below the text is no signature")
    return found["name"], value


def _base64(data: bytes) -> str:
    return b64encode(data).decode()


def _unbase64(text: str) -> bytes:
    """Decode base64 in its one form: the spare bits of the last character are zero."""
    try:
        data = b64decode(text)
    except ValueError as error:
        raise NoteError(reason=f"{text!r} is not base64") from error
    if _base64(data) != text:
        raise NoteError(reason=f"{text!r} is not the one base64 form of its bytes")
    return data
