"""Every fault of a trial's files is reported with file, line and way out, all of them at once."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from engine.protocol.errors import ProtocolFaultsError
from engine.protocol.reading import read_protocol
from tests.engine.protocol.planted import PLANTED, POINT, Planted
from tests.toy import FILES, edited, line_of, write_toy


def faults(tmp_path: Path, files: Mapping[str, str]) -> list[tuple[str, int, str, str]]:
    with pytest.raises(ProtocolFaultsError) as caught:
        read_protocol(write_toy(tmp_path, files))
    return [(f.file, f.line, f.what, f.way_out) for f in caught.value.faults]


@pytest.mark.parametrize("planted", PLANTED.values(), ids=PLANTED)
def test_a_planted_fault_is_named_with_its_line_and_way_out(tmp_path: Path, planted: Planted) -> None:
    files = edited(planted.file, planted.old, planted.new)
    file, line, what, way_out = faults(tmp_path, files)[0]
    assert (file, what) == (planted.file, planted.what)
    assert way_out.startswith(planted.way_out)
    assert line == line_of(planted.file, planted.at, files)


# A circle has two definitions here, and neither side of that bound is declared.
ALONE = sorted(set(PLANTED) - {"definition that rests on itself", "bound by no fact"})


@pytest.mark.parametrize("name", ALONE)
def test_a_planted_fault_makes_no_other(tmp_path: Path, name: str) -> None:
    planted = PLANTED[name]
    assert len(faults(tmp_path, edited(planted.file, planted.old, planted.new))) == 1


def test_both_places_of_an_id_that_stands_twice_are_named(tmp_path: Path) -> None:
    files = edited(POINT, "- id: T-3\n", "- id: T-1\n", edited(POINT, "first: T-3", "first: T-2"))
    files = edited(POINT, "over: [T-2]", "over: [T-1]", files)
    found = faults(tmp_path, files)
    lines = [i for i, text in enumerate(files[POINT].splitlines(), 1) if text == "  - id: T-1"]
    assert found == [
        (POINT, line, "'T-1' stands twice among the rules", "give each its own id") for line in lines
    ]


@pytest.mark.parametrize(
    ("file", "old", "new", "what"),
    [
        ("regimens.yaml", "id: Heavy", "id: Light", "'Light' stands twice among the regimens"),
        ("protocol.yaml", "- id: adaptive", "- id: standard", "'standard' stands twice among the arms"),
        ("protocol.yaml", "- id: second", "- id: first", "'first' stands twice among the epochs"),
        ("protocol.yaml", "- id: found", "- id: lost", "'lost' stands twice among the exits"),
        (
            "protocol.yaml",
            "code: patient_decision",
            "code: physician_decision",
            "'physician_decision' stands twice among the override_reasons",
        ),
        (
            "endpoints/cure.yaml",
            "decision_point: cure",
            "decision_point: after_c1",
            "'after_c1' stands twice among the tables",
        ),
    ],
)
def test_an_id_that_stands_twice_is_named(tmp_path: Path, file: str, old: str, new: str, what: str) -> None:
    said = [text for _, _, text, _ in faults(tmp_path, edited(file, old, new))]
    assert said.count(what) == 2


def test_a_name_is_no_fact_and_ruling_at_once(tmp_path: Path) -> None:
    files = {name: text.replace("AMB-1", "scan") for name, text in FILES.items()}
    assert (
        "ambiguities.yaml",
        line_of("ambiguities.yaml", "  scan:", files),
        "'scan' stands twice among the keys",
        "give each its own id",
    ) in faults(tmp_path, files)


def test_all_faults_of_all_files_are_reported_at_once_in_the_order_of_files_and_lines(tmp_path: Path) -> None:
    files = edited(POINT, "over: [T-2]", "over: [T-9]", edited(POINT, "assign: [Heavy]", "assign: [Hevy]"))
    files = edited(
        "variables.yaml", "    values: [CR, PR, SD, PD]", "    values: [CR, PR, SD, PD, XX]", files
    )
    files = edited("regimens.yaml", "observation: lvef", "observation: pulse", {**files, "notes.txt": "x"})
    assert [(file, line, what) for file, line, what, _ in faults(tmp_path, files)] == [
        (POINT, line_of(POINT, "over: [T-9]", files), "there is no rule 'T-9'"),
        (POINT, line_of(POINT, "assign: [Hevy]", files), "there is no rule that gives 'Hevy'"),
        ("notes.txt", 1, "this file has no place here"),
        ("regimens.yaml", line_of("regimens.yaml", "- observation", files), "there is no variable 'pulse'"),
    ]


def test_faults_read_as_a_compiler_writes_them(tmp_path: Path) -> None:
    with pytest.raises(
        ProtocolFaultsError, match=r"1 fault\(s\) in TOY-1/v1:\n  protocol\.yaml:1: 'title'"
    ) as caught:
        read_protocol(write_toy(tmp_path, edited("protocol.yaml", "title: A toy trial\n", "")))
    assert caught.value.folder == "TOY-1/v1"


@pytest.mark.parametrize(
    "name", ["notes.txt", "doses.csv", "decisions/deep/x.yaml", "rules/x.yaml", "decisions/x.md"]
)
def test_a_stray_file_is_a_fault(tmp_path: Path, name: str) -> None:
    way_out = "a version folder holds *.yaml, *.md and the folders decisions, endpoints"
    assert faults(tmp_path, {**FILES, name: "x"}) == [(name, 1, "this file has no place here", way_out)]


@pytest.mark.parametrize("name", ["more.yaml", "decisions/more.yaml"])
@pytest.mark.parametrize("text", ["", "- a list\n", "a word\n"])
def test_a_file_that_is_no_mapping_is_a_fault(tmp_path: Path, name: str, text: str) -> None:
    found = faults(tmp_path, {**FILES, name: text})
    assert found == [(name, 1, "the file is no mapping", "write its parts as 'name: ...'")]


def test_a_part_stands_in_one_file_only(tmp_path: Path) -> None:
    found = faults(tmp_path, {**FILES, "spare.yaml": "# none\nregimens: []\n"})
    assert found == [("spare.yaml", 2, "'regimens' is given by regimens.yaml already", "keep one")]


@pytest.mark.parametrize("key", ["trial", "version", "hash", "decisions", "endpoints"])
def test_what_the_folder_says_no_file_says(tmp_path: Path, key: str) -> None:
    found = faults(tmp_path, {**FILES, "spare.yaml": f"{key}: x\n"})
    what = f"'{key}' is given by the folder's own name and tables already"
    assert found == [("spare.yaml", 1, what, "keep one")]


def test_bytes_that_are_no_text_are_a_fault(tmp_path: Path) -> None:
    folder = write_toy(tmp_path)
    (folder / "regimens.yaml").write_bytes(b"regimens: \xff\n")
    with pytest.raises(ProtocolFaultsError) as caught:
        read_protocol(folder)
    assert [(f.file, f.line) for f in caught.value.faults] == [("regimens.yaml", 1)]
