"""The ledger: sealed events, the Merkle log over them, signed checkpoints and their verification.

`seal` splits an `Event` into a manifest, which becomes a leaf, and erasable payloads; a `Frontier`
grows the tree; a `Checkpoint` in a signed note fixes its head; `verify_log` checks it all from the
stored texts alone. Pure: salts, keys and times come from the caller.
"""

from engine.ledger.canonical import canonical_text, read_canonical, sha256_hex
from engine.ledger.envelope import (
    Actor,
    Envelope,
    Event,
    Instant,
    Manifest,
    Part,
    ProtocolRef,
    Signature,
    SignatureMark,
)
from engine.ledger.errors import (
    CanonicalError,
    LedgerError,
    ManifestError,
    ManifestTooLargeError,
    NoteError,
    PayloadErasedError,
    PayloadError,
    SaltError,
    TreeError,
)
from engine.ledger.merkle import (
    EMPTY_ROOT,
    Frontier,
    consistency_path,
    inclusion_path,
    leaf_hash,
    merkle_root,
    node_hash,
    verify_consistency,
    verify_inclusion,
)
from engine.ledger.note import Checkpoint, Signer, Verifier, sign_note, verify_note
from engine.ledger.seal import Opened, Payload, SealedEvent, open_payloads, read_manifest, seal, unseal
from engine.ledger.signing import sign, signature_holds
from engine.ledger.verify import Broken, Check, Erased, LogEntry, Verified, verify_log

__all__ = [
    "EMPTY_ROOT",
    "Actor",
    "Broken",
    "CanonicalError",
    "Check",
    "Checkpoint",
    "Envelope",
    "Erased",
    "Event",
    "Frontier",
    "Instant",
    "LedgerError",
    "LogEntry",
    "Manifest",
    "ManifestError",
    "ManifestTooLargeError",
    "NoteError",
    "Opened",
    "Part",
    "Payload",
    "PayloadErasedError",
    "PayloadError",
    "ProtocolRef",
    "SaltError",
    "SealedEvent",
    "Signature",
    "SignatureMark",
    "Signer",
    "TreeError",
    "Verified",
    "Verifier",
    "canonical_text",
    "consistency_path",
    "inclusion_path",
    "leaf_hash",
    "merkle_root",
    "node_hash",
    "open_payloads",
    "read_canonical",
    "read_manifest",
    "seal",
    "sha256_hex",
    "sign",
    "sign_note",
    "signature_holds",
    "unseal",
    "verify_consistency",
    "verify_inclusion",
    "verify_log",
    "verify_note",
]
