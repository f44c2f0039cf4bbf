from collections.abc import Sequence
from dataclasses import FrozenInstanceError
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.ledger import (
    EMPTY_ROOT,
    CanonicalError,
    Frontier,
    TreeError,
    consistency_path,
    inclusion_path,
    leaf_hash,
    merkle_root,
    node_hash,
    verify_consistency,
    verify_inclusion,
)

SIZES = range(1, 65)
LEAVES = [leaf_hash(f"leaf {i}") for i in range(64)]

# The inputs and roots of the certificate-transparency reference implementation, sizes 1 to 8.
KNOWN_INPUTS = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
]
KNOWN_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


# The oracle: RFC 6962 section 2.1 word for word, recursive, on its own hashing.


def split_at(n: int) -> int:
    """Give the largest power of two smaller than n."""
    k = 1
    while 2 * k < n:
        k *= 2
    return k


def mth(d: Sequence[bytes]) -> bytes:
    if not d:
        return sha256().digest()
    if len(d) == 1:
        return d[0]
    k = split_at(len(d))
    return sha256(b"\x01" + mth(d[:k]) + mth(d[k:])).digest()


def audit_path(m: int, d: Sequence[bytes]) -> list[bytes]:
    if len(d) == 1:
        return []
    k = split_at(len(d))
    if m < k:
        return [*audit_path(m, d[:k]), mth(d[k:])]
    return [*audit_path(m - k, d[k:]), mth(d[:k])]


def subproof(m: int, d: Sequence[bytes], *, whole: bool) -> list[bytes]:
    if m == len(d):
        return [] if whole else [mth(d)]
    k = split_at(len(d))
    if m <= k:
        return [*subproof(m, d[:k], whole=whole), mth(d[k:])]
    return [*subproof(m - k, d[k:], whole=False), mth(d[:k])]


def test_the_known_answers() -> None:
    hashes = [leaf_hash(bytes.fromhex(text).decode()) for text in KNOWN_INPUTS]
    frontier = Frontier()
    for size, root in enumerate(KNOWN_ROOTS, 1):
        frontier = frontier.append(hashes[size - 1])
        assert merkle_root(hashes[:size]).hex() == root
        assert frontier.root().hex() == root


def test_the_empty_tree() -> None:
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert merkle_root([]) == Frontier().root() == EMPTY_ROOT


def test_leaves_and_nodes_are_hashed_apart() -> None:
    assert leaf_hash("a\u00e9") == sha256(b"\x00a\xc3\xa9").digest()
    assert node_hash(b"l" * 32, b"r" * 32) == sha256(b"\x01" + b"l" * 32 + b"r" * 32).digest()
    with pytest.raises(CanonicalError):
        leaf_hash("\ud800")


@pytest.mark.parametrize("size", SIZES)
def test_root_and_frontier_are_the_rfc_s(size: int) -> None:
    frontier = Frontier()
    for leaf in LEAVES[:size]:
        frontier = frontier.append(leaf)
    assert frontier.size == size
    assert merkle_root(LEAVES[:size]) == frontier.root() == mth(LEAVES[:size])


@pytest.mark.parametrize("size", SIZES)
def test_each_inclusion_proof_is_the_rfc_s_and_holds(size: int) -> None:
    root = mth(LEAVES[:size])
    for index in range(size):
        path = inclusion_path(LEAVES, index, size)
        assert list(path) == audit_path(index, LEAVES[:size])
        assert verify_inclusion(LEAVES[index], index, size, path, root)


@pytest.mark.parametrize("new", SIZES)
def test_each_consistency_proof_is_the_rfc_s_and_holds(new: int) -> None:
    for old in range(1, new + 1):
        path = consistency_path(LEAVES, old, new)
        assert list(path) == subproof(old, LEAVES[:new], whole=True)
        assert verify_consistency(old, new, path, mth(LEAVES[:old]), mth(LEAVES[:new]))


@pytest.mark.parametrize("size", range(1, 17))
def test_no_proof_of_another_length_is_accepted(size: int) -> None:
    root = mth(LEAVES[:size])
    for at in range(size):
        path = audit_path(at, LEAVES[:size])
        for other in (*(path[:cut] for cut in range(len(path))), [*path, root], [root, *path]):
            assert not verify_inclusion(LEAVES[at], at, size, other, root)
        old_root, path = mth(LEAVES[: at + 1]), subproof(at + 1, LEAVES[:size], whole=True)
        for other in (*(path[:cut] for cut in range(len(path))), [*path, root], [old_root, *path]):
            assert not verify_consistency(at + 1, size, other, old_root, root)


hashes = st.sampled_from([*LEAVES[:8], *(mth(LEAVES[:n]) for n in range(9)), b"\x00" * 32])
odd_hashes = hashes | st.binary(max_size=40) | st.sampled_from([None, "text", 7])


@st.composite
def damaged(draw: st.DrawFn, path: Sequence[bytes]) -> list[Any]:
    """Draw a proof near the true one, or any list."""
    nodes: list[Any] = list(path)
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(nodes)))
        match draw(st.sampled_from(["insert", "drop", "replace", "double", "reverse", "any"])):
            case "insert":
                nodes.insert(at, draw(odd_hashes))
            case "drop":
                del nodes[at : at + 1]
            case "replace":
                nodes[at : at + 1] = [draw(odd_hashes)]
            case "double":
                nodes[at:at] = nodes[at : at + 1]
            case "reverse":
                nodes.reverse()
            case _:
                nodes = draw(st.lists(odd_hashes, max_size=8))
    return nodes


@given(st.data(), st.integers(1, 40))
def test_only_the_true_proof_of_inclusion_is_accepted(data: st.DataObject, size: int) -> None:
    index = data.draw(st.integers(-2, size + 2))
    known = 0 <= index < size
    truth = (LEAVES[index], audit_path(index, LEAVES[:size])) if known else (LEAVES[0], [])
    leaf = data.draw(st.just(truth[0]) | odd_hashes)
    path = data.draw(damaged(truth[1]))
    honest = known and (leaf, path) == truth
    assert verify_inclusion(leaf, index, size, path, mth(LEAVES[:size])) is honest  # type: ignore[arg-type]  # a forger's leaf


@given(st.data(), st.integers(1, 40))
def test_only_the_true_proof_of_consistency_is_accepted(data: st.DataObject, new: int) -> None:
    old = data.draw(st.integers(-2, new + 2))
    known = 0 < old <= new
    truth = (mth(LEAVES[:old]), subproof(old, LEAVES[:new], whole=True)) if known else (EMPTY_ROOT, [])
    old_root = data.draw(st.just(truth[0]) | odd_hashes)
    path = data.draw(damaged(truth[1]))
    honest = known and (old_root, path) == truth
    assert verify_consistency(old, new, path, old_root, mth(LEAVES[:new])) is honest  # type: ignore[arg-type]  # a forger's root


@pytest.mark.parametrize("root", [mth(LEAVES[:6]), b"", b"\x00" * 31, None])
def test_no_other_root_is_accepted(root: Any) -> None:  # noqa: ANN401  # a forger's root
    assert not verify_inclusion(LEAVES[2], 2, 7, inclusion_path(LEAVES, 2, 7), root)
    assert not verify_consistency(3, 7, consistency_path(LEAVES, 3, 7), mth(LEAVES[:3]), root)
    assert not verify_consistency(7, 7, (), mth(LEAVES[:7]), root)


@pytest.mark.parametrize("size", range(2, 17))
def test_an_inner_node_is_not_accepted_as_a_leaf(size: int) -> None:
    root = mth(LEAVES[:size])
    for index in range(size):
        path = audit_path(index, LEAVES[:size])
        assert not verify_inclusion(root, index, size, (), root)
        if index % 2 == 0 and index + 1 < size:
            parent = node_hash(LEAVES[index], LEAVES[index + 1])
            assert not verify_inclusion(parent, index, size, path[1:], root)
            assert not verify_inclusion(parent, index // 2, size, path[1:], root)


def test_a_proof_must_fit_the_size_it_is_claimed_for() -> None:
    lower, upper = mth(LEAVES[:3]), mth(LEAVES[:4])
    path = consistency_path(LEAVES, 3, 4)
    above = node_hash(LEAVES[9], lower), node_hash(LEAVES[9], upper)
    assert not verify_consistency(3, 4, (*path, LEAVES[9]), *above)
    assert not verify_consistency(1, 4, (LEAVES[1],), LEAVES[0], mth(LEAVES[:2]))
    assert not verify_inclusion(LEAVES[1], 0, 1, (LEAVES[0],), mth(LEAVES[:2]))
    assert not verify_inclusion(LEAVES[0], 0, 4, (LEAVES[1],), mth(LEAVES[:2]))


@pytest.mark.parametrize(("index", "size"), [(0, 0), (0, -1), (-1, 0), (-1, 1), (1, 1), (2, 1)])
def test_nothing_is_proved_of_a_leaf_outside_the_tree(index: int, size: int) -> None:
    for root in (EMPTY_ROOT, LEAVES[0]):
        assert not verify_inclusion(LEAVES[0], index, size, (), root)


@pytest.mark.parametrize(("old", "new"), [(0, 0), (0, 1), (-1, 1), (2, 1), (-1, -1)])
def test_nothing_is_proved_of_an_empty_or_a_longer_old_tree(old: int, new: int) -> None:
    for root in (EMPTY_ROOT, LEAVES[0]):
        for path in ((), (LEAVES[0],)):
            assert not verify_consistency(old, new, path, root, root)


@pytest.mark.parametrize(("index", "size"), [(-1, 4), (4, 4), (0, 0), (0, 65), (63, 65)])
def test_no_path_is_given_for_a_leaf_outside_the_tree(index: int, size: int) -> None:
    with pytest.raises(TreeError, match="no leaf"):
        inclusion_path(LEAVES, index, size)


@pytest.mark.parametrize(("old", "new"), [(0, 4), (-1, 4), (5, 4), (4, 65), (65, 65)])
def test_no_path_is_given_between_sizes_outside_the_tree(old: int, new: int) -> None:
    with pytest.raises(TreeError, match="no step"):
        consistency_path(LEAVES, old, new)


@given(st.integers(0, 64))
def test_a_frontier_is_rebuilt_from_its_stored_form(size: int) -> None:
    frontier = Frontier()
    for leaf in LEAVES[:size]:
        frontier = frontier.append(leaf)
    assert Frontier.from_json(frontier.to_json()) == frontier


def test_a_frontier_is_frozen_and_small() -> None:
    frontier = Frontier(2**40 - 1, (LEAVES[0],) * 40)
    assert frontier.append(LEAVES[1]).size == 2**40
    assert len(frontier.append(LEAVES[1]).hashes) == 1
    with pytest.raises(FrozenInstanceError):
        frontier.size = 1  # type: ignore[misc]  # that it is refused is the point


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"size": 1},
        {"size": 1, "hashes": []},
        {"size": -1, "hashes": [LEAVES[0].hex()]},
        {"size": True, "hashes": [LEAVES[0].hex()]},
        {"size": "1", "hashes": [LEAVES[0].hex()]},
        {"size": 1, "hashes": [LEAVES[0].hex(), 5]},
        {"size": 1, "hashes": [LEAVES[0].hex()], "more": 1},
        {"size": 1, "hashes": [LEAVES[0].hex().upper()]},
        {"size": 1, "hashes": [f" {LEAVES[0].hex()}"]},
        {"size": 1, "hashes": [LEAVES[0].hex()[2:]]},
        {"size": 1, "hashes": ["xy"]},
    ],
)
def test_another_form_is_no_frontier(form: dict[str, Any]) -> None:
    with pytest.raises(TreeError):
        Frontier.from_json(form)


@pytest.mark.parametrize("leaf", [b"", b"\x00" * 31, "text"])
def test_only_a_hash_is_appended(leaf: Any) -> None:  # noqa: ANN401  # what a store might hold
    for frontier in (Frontier(), Frontier().append(LEAVES[0])):
        with pytest.raises(TreeError, match="32 bytes"):
            frontier.append(leaf)
