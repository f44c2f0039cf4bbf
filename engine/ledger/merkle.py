"""The Merkle tree of RFC 6962 section 2.1: hashes, roots, the growing edge, proofs and their checks.

A leaf is the hash of a *stored text*. Proofs are built level by level: in each level a node's
sibling is the node at ``index ^ 1``, and a last node without a sibling moves up unchanged, which
is the same tree as the recursive definition of the RFC.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Self

from pydantic import JsonValue

from engine.ledger.canonical import utf8
from engine.ledger.errors import TreeError

HASH_SIZE = 32
EMPTY_ROOT = sha256(b"").digest()
"""Root of the tree without leaves (RFC 6962 section 2.1)."""


def leaf_hash(text: str) -> bytes:
    """Hash the stored text as a leaf, never a re-serialised model.

    Raises:
        CanonicalError: The text cannot stand in UTF-8.
    """
    return sha256(b"\x00" + utf8(text)).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two children to their parent."""
    return sha256(b"\x01" + left + right).digest()


def merkle_root(leaf_hashes: Sequence[bytes]) -> bytes:
    """Return the root over all leaf hashes, in their order."""
    level = leaf_hashes
    while len(level) > 1:
        level = _parents(level)
    return level[0] if level else EMPTY_ROOT


@dataclass(frozen=True, slots=True)
class Frontier:
    """The right edge of a growing tree: enough to append and to know the root.

    Attributes:
        size: Number of leaves so far.
        hashes: Roots of the perfect subtrees that the leaves fall into, largest (leftmost) first;
            one for each 1 bit of ``size``.

    Raises:
        TreeError: ``hashes`` does not fit ``size``.
    """

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        """Refuse an edge that no tree has."""
        if self.size < 0 or self.size.bit_count() != len(self.hashes):
            raise TreeError(reason=f"{len(self.hashes)} hashes are not the edge of {self.size} leaves")
        if not _are_hashes(self.hashes):
            raise TreeError(reason=f"each hash of the edge must have {HASH_SIZE} bytes")

    def append(self, leaf: bytes) -> Self:
        """Return the edge after one more leaf hash; joins one subtree per trailing 1 bit of size."""
        if not _are_hashes((leaf,)):
            raise TreeError(reason=f"a leaf hash must have {HASH_SIZE} bytes")
        edge, carry, node = list(self.hashes), self.size, leaf
        while carry & 1:
            node, carry = node_hash(edge.pop(), node), carry >> 1
        return type(self)(self.size + 1, (*edge, node))

    def root(self) -> bytes:
        """Return the root over all leaves so far."""
        if not self.hashes:
            return EMPTY_ROOT
        *rest, node = self.hashes
        for left in reversed(rest):
            node = node_hash(left, node)
        return node

    def to_json(self) -> dict[str, JsonValue]:
        """Return ``{"size": int, "hashes": [hex, ...]}``."""
        return {"size": self.size, "hashes": [node.hex() for node in self.hashes]}

    @classmethod
    def from_json(cls, form: Mapping[str, JsonValue]) -> Self:
        """Rebuild from the form of ``to_json``.

        Raises:
            TreeError: The form is another one.
        """
        match form:
            case {"size": int(size), "hashes": list(texts)} if not isinstance(size, bool):
                try:
                    edge = cls(size, tuple(bytes.fromhex(str(text)) for text in texts))
                except ValueError as error:
                    raise TreeError(reason=f"a hash of the edge is not hex: {error}") from error
                if edge.to_json() == form:
                    return edge
        raise TreeError(reason="a stored edge has the form {size, hashes} with lower-case hex hashes")


def inclusion_path(leaf_hashes: Sequence[bytes], index: int, size: int) -> tuple[bytes, ...]:
    """Prove that the leaf at ``index`` is in the tree of the first ``size`` leaves (section 2.1.1).

    Raises:
        TreeError: Not ``0 <= index < size <= len(leaf_hashes)``.
    """
    if not 0 <= index < size <= len(leaf_hashes):
        raise TreeError(reason=f"no leaf {index} among {size} of {len(leaf_hashes)} leaves")
    return _climb(leaf_hashes[:size], index)


def consistency_path(leaf_hashes: Sequence[bytes], old: int, new: int) -> tuple[bytes, ...]:
    """Prove that the first ``old`` leaves are a prefix of the first ``new`` (section 2.1.2).

    The proof starts at the largest subtree that ends at leaf ``old - 1``. When that subtree is the
    whole old tree (``old`` is a power of two) the reader holds its root already, so it is left out.

    Raises:
        TreeError: Not ``0 < old <= new <= len(leaf_hashes)``.
    """
    if not 0 < old <= new <= len(leaf_hashes):
        raise TreeError(reason=f"no step from {old} to {new} of {len(leaf_hashes)} leaves")
    if old == new:
        return ()
    level, index = leaf_hashes[:new], old - 1
    while index & 1:
        level, index = _parents(level), index >> 1
    start = (level[index],) if index else ()
    return start + _climb(level, index)


def verify_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Check an inclusion proof (RFC 9162 section 2.1.3.2); a malformed one is False, never an error."""
    if not 0 <= index < size or not _are_hashes((leaf, root, *path)):
        return False
    at, last, node = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if at & 1 or at == last:
            node = node_hash(sibling, node)
            at, last = _skip_lone(at, last)
        else:
            node = node_hash(node, sibling)
        at, last = at >> 1, last >> 1
    return last == 0 and node == root


def verify_consistency(old: int, new: int, path: Sequence[bytes], old_root: bytes, new_root: bytes) -> bool:
    """Check a consistency proof (RFC 9162 section 2.1.4.2); a malformed one is False, never an error.

    An empty old tree is False too: nothing can be proved about it.
    """
    if not 0 < old <= new or not _are_hashes((old_root, new_root, *path)):
        return False
    if old == new:
        return not path and old_root == new_root
    if not path:
        return False
    start, *rest = (old_root, *path) if old.bit_count() == 1 else path
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    old_node = new_node = start
    for sibling in rest:
        if last == 0:
            return False
        if at & 1 or at == last:
            old_node, new_node = node_hash(sibling, old_node), node_hash(sibling, new_node)
            at, last = _skip_lone(at, last)
        else:
            new_node = node_hash(new_node, sibling)
        at, last = at >> 1, last >> 1
    return last == 0 and old_node == old_root and new_node == new_root


def _parents(level: Sequence[bytes]) -> list[bytes]:
    """Hash a level pairwise to the one above; a last node without a sibling moves up unchanged."""
    above = [node_hash(left, right) for left, right in zip(level[::2], level[1::2], strict=False)]
    return above + list(level[-1:]) if len(level) & 1 else above


def _climb(level: Sequence[bytes], index: int) -> tuple[bytes, ...]:
    """Collect the siblings from the node at ``index`` up to the root."""
    path = []
    while len(level) > 1:
        if (sibling := index ^ 1) < len(level):
            path.append(level[sibling])
        level, index = _parents(level), index >> 1
    return tuple(path)


def _skip_lone(at: int, last: int) -> tuple[int, int]:
    """Go up past the levels where the last node has no sibling."""
    while at and not at & 1:
        at, last = at >> 1, last >> 1
    return at, last


def _are_hashes(nodes: Sequence[object]) -> bool:
    """Tell whether each is 32 bytes; proofs come from outside, so their types are not trusted."""
    return all(isinstance(node, bytes) and len(node) == HASH_SIZE for node in nodes)
