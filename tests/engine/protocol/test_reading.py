"""A version folder becomes a protocol: words stay words, the hash is of every byte and name."""

from decimal import Decimal
from pathlib import Path

import pytest

from engine.protocol.conditions import All, AnyOf, Bound, Defined, Is, Within
from engine.protocol.reading import folder_hash, read_protocol
from engine.protocol.table import Then
from tests.toy import FILES, edited, write_toy

POINT = "decisions/after_c1.yaml"


def test_the_toy_trial_is_read_from_its_files(tmp_path: Path) -> None:
    folder = write_toy(tmp_path)
    protocol = read_protocol(folder)
    assert (protocol.trial, protocol.version, protocol.hash) == ("TOY-1", "v1", folder_hash(folder))
    assert list(protocol.tables) == ["after_c1", "cure"]
    assert [table.decision_point for table in protocol.decisions] == ["after_c1"]
    assert [table.decision_point for table in protocol.endpoints] == ["cure"]
    assert list(protocol.regimen) == ["Light", "Heavy"]
    assert list(protocol.arm) == ["standard", "adaptive"]
    assert list(protocol.milestone) == ["surgery"]
    assert list(protocol.exit) == ["toxicity", "withdrawal", "lost", "found", "death"]
    assert protocol.reference_rulings == {"AMB-1": "pr_or_better"}


def test_a_rule_keeps_condition_outcome_and_source(tmp_path: Path) -> None:
    stay, change, _ = read_protocol(write_toy(tmp_path)).tables["after_c1"].rules
    assert stay.when == All((Is("marker", ("negative",)), Defined("responded", holds=True)))
    assert change.when == AnyOf((Is("marker", ("positive",)), Defined("responded", holds=False)))
    assert stay.then == Then(assign="Light", cycles=2)
    assert [(cite.record, cite.section, cite.sentence) for cite in stay.cites] == [(None, "arms", 3)]


def test_yes_and_no_and_dates_stay_words(tmp_path: Path) -> None:
    files = edited(
        "variables.yaml", 'values: ["yes", "no"]', "values: [yes, no, on, off, Y, 2026-01-02, None]"
    )
    protocol = read_protocol(write_toy(tmp_path, files))
    assert protocol.variables["residual"].values == ("yes", "no", "on", "off", "Y", "2026-01-02", "None")
    assert protocol.record.updated == "2026-01-02"


def test_a_fraction_is_a_decimal_and_no_float(tmp_path: Path) -> None:
    files = edited(POINT, "facts: [marker, scan]", "facts: [marker, scan, lvef]")
    files = edited(POINT, "when: {scan: PD}", "when: {lvef: {at_least: 40, below: 49.10}}", files)
    limits = read_protocol(write_toy(tmp_path, files)).tables["after_c1"].rules[2].when
    assert limits == Within(("lvef",), (Bound("at_least", 40), Bound("below", Decimal("49.10"))))
    assert isinstance(limits, Within)
    assert [type(bound.limit) for bound in limits.bounds] == [int, Decimal]


def test_the_hash_is_the_same_wherever_the_folder_stands(tmp_path: Path) -> None:
    assert folder_hash(write_toy(tmp_path / "a")) == folder_hash(write_toy(tmp_path / "b", version="v2"))


@pytest.mark.parametrize("name", sorted(FILES))
def test_the_hash_changes_with_any_byte(tmp_path: Path, name: str) -> None:
    before = folder_hash(write_toy(tmp_path))
    path = tmp_path / "TOY-1" / "v1" / name
    content = path.read_bytes()
    for place in range(0, len(content), 97):
        path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        assert folder_hash(tmp_path / "TOY-1" / "v1") != before
    path.write_bytes(content + b"\n")
    assert folder_hash(tmp_path / "TOY-1" / "v1") != before
    path.write_bytes(content)
    assert folder_hash(tmp_path / "TOY-1" / "v1") == before


@pytest.mark.parametrize("name", sorted(FILES))
def test_the_hash_changes_with_any_name(tmp_path: Path, name: str) -> None:
    folder = write_toy(tmp_path)
    before = folder_hash(folder)
    (folder / name).rename((folder / name).with_stem("other"))
    assert folder_hash(folder) != before


def test_the_hash_sees_where_a_file_ends(tmp_path: Path) -> None:
    for place, files in {
        "a": {"x.md": "1", "y.md": "2"},
        "b": {"x.md": "1y.md2"},
        "c": {"x.md": "", "y.md": "12"},
    }.items():
        write_toy(tmp_path / place, files)
    assert len({folder_hash(tmp_path / place / "TOY-1" / "v1") for place in "abc"}) == 3


def test_what_an_editor_or_python_leaves_behind_is_no_part_of_the_version(tmp_path: Path) -> None:
    folder = write_toy(tmp_path)
    before = folder_hash(folder)
    write_toy(tmp_path, {**FILES, ".swp": "x", "__pycache__/x.pyc": "x", "decisions/.hidden": "x"})
    assert folder_hash(folder) == before
    assert read_protocol(folder).hash == before
