"""Verification of a whole log: every stored row against its manifest, every manifest against the root.

What it cannot see, it must be given: entries cut from the end together with their checkpoints show
only against a checkpoint that was filed outside. Pass those too.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice

from engine.ledger.envelope import Manifest, Part
from engine.ledger.errors import CanonicalError, ManifestError, NoteError, PayloadError
from engine.ledger.merkle import Frontier, leaf_hash
from engine.ledger.note import Checkpoint, Verifier
from engine.ledger.seal import Payload, open_payloads, read_manifest
from engine.ledger.signing import signature_holds


class Check(StrEnum):
    """What is checked, in this order for each entry, then for each checkpoint."""

    INDEX = "index"
    LEAF = "leaf"
    MANIFEST = "manifest"
    COLUMNS = "columns"
    PAYLOAD = "payload"
    SIGNATURE = "signature"
    VERSION = "version"
    NOTE = "note"
    ORIGIN = "origin"
    ORDER = "order"
    TRUNCATED = "truncated"
    ROOT = "root"
    UNCOVERED = "uncovered"


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One leaf as the store holds it.

    Attributes:
        index: Its place in the log, from 0.
        manifest: The manifest's stored text.
        leaf_hash: The stored leaf hash.
        payloads: The stored payloads; one that was erased is not among them.
        event_id: The row's own column, as are the next three.
        stream: See ``event_id``.
        version: See ``event_id``.
        kind: See ``event_id``.
    """

    index: int
    manifest: str
    leaf_hash: bytes
    payloads: tuple[Payload, ...]
    event_id: str
    stream: str
    version: int
    kind: str


@dataclass(frozen=True, slots=True)
class Erased:
    """A payload that is gone; whether it was erased lawfully stands in a later event."""

    index: int
    event_id: str
    part: Part


@dataclass(frozen=True, slots=True)
class Verified:
    """The log holds.

    Attributes:
        size: Number of entries.
        root: Merkle root over them.
        checkpoints: Number of checkpoints that were verified.
        erased: The payloads that are no longer there.
    """

    size: int
    root: bytes
    checkpoints: int
    erased: tuple[Erased, ...]


@dataclass(frozen=True, slots=True)
class Broken:
    """The log does not hold; this is the first fault.

    Attributes:
        index: The first entry that cannot be trusted, or is missing.
        event_id: Its event as the row has it; None when the fault lies in a checkpoint.
        check: Which check failed.
        detail: What was expected and found, one sentence.
    """

    index: int
    event_id: str | None
    check: Check
    detail: str


def verify_log(
    entries: Iterable[LogEntry],
    checkpoints: Iterable[str],
    vkey: str,
    *,
    origin: str,
    trial: str,
) -> Verified | Broken:
    """Verify a trial's log from its first entry to its last, in one pass.

    Memory: the right edge of the tree, one number for each stream, one record for each erased payload;
    none of it grows with the number of entries.

    Args:
        entries: The whole log in index order.
        checkpoints: Signed notes in order of size, the last one at the log's full size.
        vkey: Public key of the log.
        origin: Origin that each checkpoint must carry.
        trial: Trial that each manifest must carry.

    Raises:
        NoteError: ``vkey`` is no key; everything else that is wrong is a `Broken`.
    """
    verifier, rows, walk = Verifier.parse(vkey), iter(entries), _Walk(trial)
    covered = count = 0
    for note in checkpoints:
        head = _head(note, verifier, origin, covered)
        if isinstance(head, Broken):
            return head
        fault = walk.advance(islice(rows, head.size - covered)) or _misfit(head, walk.frontier, covered)
        if fault:
            return fault
        covered, count = head.size, count + 1
    if fault := walk.advance(rows):
        return fault
    if walk.frontier.size > covered:
        return _uncovered(covered, walk.frontier.size - 1)
    return Verified(covered, walk.frontier.root(), count, tuple(walk.erased))


@dataclass(slots=True)
class _Walk:
    """What is carried from entry to entry."""

    trial: str
    frontier: Frontier = field(default_factory=Frontier)
    versions: dict[str, int] = field(default_factory=dict)
    erased: list[Erased] = field(default_factory=list)

    def advance(self, entries: Iterable[LogEntry]) -> Broken | None:
        """Check these entries and append them to the tree; stop at the first fault."""
        for entry in entries:
            if fault := next(self._faults(entry), None):
                return Broken(self.frontier.size, entry.event_id, *fault)
            self.frontier = self.frontier.append(entry.leaf_hash)
        return None

    def _faults(self, entry: LogEntry) -> Iterator[tuple[Check, str]]:
        """Yield the faults of an entry, in the order of the checks; remember an entry without any."""
        if entry.index != self.frontier.size:
            yield Check.INDEX, f"index {self.frontier.size} is expected, {entry.index} is found"
        try:
            found = leaf_hash(entry.manifest)
            if found != entry.leaf_hash:
                yield Check.LEAF, f"the manifest hashes to {found.hex()}, stored is {entry.leaf_hash.hex()}"
            manifest = read_manifest(entry.manifest)
        except (CanonicalError, ManifestError) as error:
            yield Check.MANIFEST, str(error)
            return
        yield from self._column_faults(entry, manifest)
        try:
            opened = open_payloads(manifest, entry.payloads)
        except PayloadError as error:
            yield Check.PAYLOAD, str(error)
            return
        if not signature_holds(manifest):
            yield Check.SIGNATURE, "the signature was given for another record, version or content"
        stream, due = manifest.stream, self.versions.get(manifest.stream, 0) + 1
        if manifest.version != due:
            yield Check.VERSION, f"version {due} of {stream!r} is expected, {manifest.version} is found"
        self.versions[stream] = due
        self.erased += (Erased(entry.index, manifest.event_id, part) for part in opened.erased)

    def _column_faults(self, entry: LogEntry, manifest: Manifest) -> Iterator[tuple[Check, str]]:
        """Compare the row's columns, and the trial of the log, with the manifest."""
        expected = {
            "trial": self.trial,
            "event_id": entry.event_id,
            "stream": entry.stream,
            "version": entry.version,
            "kind": entry.kind,
        }
        for column, value in expected.items():
            if value != (sealed := getattr(manifest, column)):
                yield Check.COLUMNS, f"{column} {value!r} is expected, the manifest has {sealed!r}"


def _uncovered(first: int, last: int) -> Broken:
    rest = f"entry {last} is" if last == first else f"entries {first} to {last} are"
    return Broken(first, None, Check.UNCOVERED, f"{rest} not covered by a checkpoint yet")


def _head(note: str, verifier: Verifier, origin: str, covered: int) -> Checkpoint | Broken:
    """Open a checkpoint and place it after the one before."""
    try:
        head = Checkpoint.parse(verifier.open(note))
    except NoteError as error:
        return Broken(covered, None, Check.NOTE, f"the checkpoint after size {covered} fails: {error}")
    if head.origin != origin:
        detail = f"the checkpoint of size {head.size} has origin {head.origin!r}, expected is {origin!r}"
        return Broken(covered, None, Check.ORIGIN, detail)
    if head.size < covered:
        detail = f"a checkpoint of size {head.size} stands after one of size {covered}"
        return Broken(covered, None, Check.ORDER, detail)
    return head


def _misfit(head: Checkpoint, frontier: Frontier, covered: int) -> Broken | None:
    """Compare a checkpoint with the entries up to its size."""
    if frontier.size < head.size:
        detail = f"a checkpoint was signed at size {head.size}, the log has only {frontier.size} entries"
        return Broken(frontier.size, None, Check.TRUNCATED, detail)
    if (root := frontier.root()) != head.root:
        detail = (
            f"the checkpoint of size {head.size} signs root {head.root.hex()}, the entries give {root.hex()} "
            f"and agreed with what was signed up to size {covered}"
        )
        return Broken(covered, None, Check.ROOT, detail)
    return None
