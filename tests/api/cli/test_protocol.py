"""`neoadapt protocol`: list, show, check and draw."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from api.cli.commands import app
from api.problems import DELIBERATE
from engine.chart import Chart
from engine.diagram import page
from engine.protocol.catalogue import Catalogue
from engine.protocol.trial import TrialProtocol
from tests.toy import FILES, edited, line_of, write_toy


@pytest.fixture(scope="module")
def flagship() -> TrialProtocol:
    return Catalogue().load("NCT07239271", "v1")


def protocol(*words: object) -> Result:
    return CliRunner().invoke(app, ["protocol", *map(str, words)], env={"COLUMNS": "400"})


def printed(*words: object) -> str:
    result = protocol(*words)
    assert result.exit_code == 0, result
    return result.stdout


def test_the_list_names_trial_version_and_hash(flagship: TrialProtocol, tmp_path: Path) -> None:
    write_toy(tmp_path)
    text = printed("list", "--trials", tmp_path)
    (row,) = (line for line in text.splitlines() if "NCT07239271" in line and " v1 " in line)
    assert flagship.hash in row
    listed = json.loads(printed("list", "--trials", tmp_path, "--json"))
    toy = Catalogue([tmp_path]).load("TOY-1")
    assert {"trial": "TOY-1", "version": "v1", "hash": toy.hash, "title": "A toy trial"} in listed
    assert "TOY-1" not in printed("list")


def test_a_trial_that_stands_twice_is_taken_from_the_shipped_ones(
    flagship: TrialProtocol, tmp_path: Path
) -> None:
    folder = write_toy(tmp_path)
    folder.parent.rename(tmp_path / "NCT07239271")
    listed = json.loads(printed("list", "--trials", tmp_path, "--json"))
    hashes = [row["hash"] for row in listed if row["trial"] == "NCT07239271" and row["version"] == "v1"]
    assert hashes == [flagship.hash]


def test_everything_that_a_clinician_checks_is_shown(flagship: TrialProtocol) -> None:
    text = printed("show", "NCT07239271", "--version", "v1")
    shown = [
        flagship.hash,
        *flagship.arm,
        *flagship.regimen,
        *flagship.ambiguities,
        *flagship.parameters,
        *(option for a in flagship.ambiguities.values() for option in a.domain),
        *(f"{a.reference} (reference)" for a in flagship.ambiguities.values()),
        *(rule.id for table in flagship.tables.values() for rule in table.rules),
        *(definition for table in flagship.tables.values() for definition in table.definitions),
    ]
    assert not [name for name in shown if name not in text]


NAB = "Nab-P+HP, 2 cycles"
STAY = "No ctDNA and a response, stay on Nab-P+HP; two cycles, since the next look is after cycle 4."
GO_ON = "With a response, two more cycles of the same regimen."
ROWS = (
    f"│ C2-1 │ not positive and responded │ {NAB} │ {STAY} │ explicit │ arms.experimental 4, 8 │",
    f"│ C4-1 │ responded │ the same as regimen_c3_c4, 2 cycles │ {GO_ON} │ explicit │ arms.experimental 8 │",
    "positive means ctdna_c1 is positive or (ctdna_baseline is positive and AMB-02 is ever_positive)",
    "facts: ctdna_baseline, ctdna_c1 (required), pam_baseline, pam_c1, response_c2 (required)",
)


@pytest.mark.parametrize("row", ROWS)
def test_a_row_reads_like_the_text_with_reading_and_citation(row: str) -> None:
    assert row in [" ".join(line.split()) for line in printed("show", "NCT07239271").splitlines()]


def test_the_whole_protocol_is_shown_to_a_machine_as_it_is_written(flagship: TrialProtocol) -> None:
    told = json.loads(printed("show", "NCT07239271", "--json"))
    assert TrialProtocol.model_validate(told) == flagship


@pytest.mark.parametrize("words", [("show", "NCT0"), ("check", "NCT0"), ("diagram", "NCT0")])
def test_an_unknown_trial_is_told(words: tuple[str, ...]) -> None:
    result = protocol(*words)
    assert isinstance(result.exception, DELIBERATE)
    assert "there is no trial 'NCT0' (trials: " in str(result.exception)


def test_what_is_shipped_has_no_fault() -> None:
    lines = printed("check").splitlines()
    assert "NCT07239271 v1: no fault(s)" in lines
    assert {line.partition(": ")[2] for line in lines} == {"no fault(s)"}


def check(tmp_path: Path, files: dict[str, str]) -> list[str]:
    """Check the toy trial made of these files, which must have faults; give what is said, without the sum."""
    write_toy(tmp_path, files)
    result = protocol("check", "TOY-1", "--trials", tmp_path)
    assert (result.exit_code, result.exception.__class__) == (1, SystemExit), result
    *faults, total = result.stdout.splitlines()
    assert total == f"TOY-1 v1: {len(faults)} fault(s)"
    machine = json.loads(protocol("check", "TOY-1", "--trials", tmp_path, "--json").stdout)
    assert [f"{f['where']}: {f['what']}" for f in machine[0]["faults"]] == faults
    return faults


def test_all_faults_of_the_files_are_told_with_file_and_line(tmp_path: Path) -> None:
    files = edited("regimens.yaml", "label: Heavy treatment", "lable: Heavy treatment")
    files = edited("decisions/after_c1.yaml", "marker: negative, ", "marker: perhaps, ", files)
    files = edited("protocol.yaml", "requires: [residual]", "requires: [remains]", files)
    folder = tmp_path / "TOY-1" / "v1"
    places = [fault.partition(": ")[0] for fault in check(tmp_path, files)]
    line = line_of("regimens.yaml", "lable", files)
    assert f"{folder}/regimens.yaml:{line}" in places
    files = edited("regimens.yaml", "lable: Heavy treatment", "label: Heavy treatment", files)
    told = check(tmp_path, files)
    line = line_of("decisions/after_c1.yaml", "{marker: perhaps", files)
    assert [fault for fault in told if fault.startswith(f"{folder}/decisions/after_c1.yaml:{line}: ")]
    line = line_of("protocol.yaml", "requires: [remains]", files)
    place = f"{folder}/protocol.yaml:{line}: there is no variable 'remains'"
    assert [fault for fault in told if fault.startswith(place)]


def table(old: str, new: str) -> dict[str, str]:
    return edited("decisions/after_c1.yaml", old, new)


CONSTRAINED = """\
constraints:
  {name}:
    never: {never}
    says: Never.
    cites: [{{section: arms, sentence: 3}}]
    reading: silent
rules:
"""
WRONG: dict[str, tuple[dict[str, str], str]] = {
    "gap": (
        table("- {marker: positive}\n", "- {marker: positive, scan: PR}\n"),
        "TOY-1 v1 after_c1: no rule fires for ",
    ),
    "conflict": (
        table("over: [T-2]", "over: [T-1]"),
        "TOY-1 v1 after_c1: T-2 and T-3 fire together with different outcomes for ",
    ),
    "shadowed": (
        table("when: {scan: PD}", "when: {all: [{scan: PD}, {scan: PR}]}"),
        "TOY-1 v1 after_c1: rule T-3 never answers: its condition holds for no feasible values (",
    ),
    "always defeated": (
        table("first: T-3\n    over: [T-2]", "first: T-2\n    over: [T-3]"),
        "TOY-1 v1 after_c1: rule T-3 never answers: a rule with precedence holds whenever it does (",
    ),
    "idle constraint": (
        table("rules:\n", CONSTRAINED.format(name="idle", never="{all: [{scan: PD}, {scan: PR}]}")),
        "TOY-1 v1 after_c1: constraint idle forbids nothing (",
    ),
    "nothing is feasible": (
        table(
            "rules:\n",
            CONSTRAINED.format(name="all", never="{any: [{marker: positive}, {marker: negative}]}"),
        ),
        "TOY-1 v1 after_c1: no values keep all constraints (",
    ),
}


@pytest.mark.parametrize(("files", "said"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_with_a_table_is_told(tmp_path: Path, files: dict[str, str], said: str) -> None:
    assert [fault for fault in check(tmp_path, files) if fault.startswith(said)]


def test_a_witness_names_every_value(tmp_path: Path) -> None:
    (fault,) = check(tmp_path, WRONG["conflict"][0])
    witness = fault.partition("outcomes for ")[2].partition(" (")[0]
    values = dict(pair.split("=") for pair in witness.split(", "))
    assert set(values) == {"marker", "scan", "AMB-1"}
    assert values["scan"] == "PD"


def test_a_circle_of_precedence_is_told(tmp_path: Path) -> None:
    circle = """\
precedence:
  - first: T-2
    over: [T-3]
    says: And the other way round.
    cites: [{section: arms, sentence: 4}]
    reading: silent
"""
    (fault,) = check(tmp_path, table("precedence:\n", circle))
    assert fault.startswith("TOY-1 v1 after_c1: precedence at 'after_c1' runs in a circle (")


def cited(row: str) -> str:
    return f"{row}    says: Here.\n    cites: [{{section: arms, sentence: 5}}]\n    reading: silent\n"


UNREACHED: dict[str, tuple[Callable[[], dict[str, str]], list[str]]] = {
    "epoch": (
        lambda: edited(
            "protocol.yaml", "arms:\n  -", cited("  - id: limbo\n    label: Limbo\n") + "arms:\n  -"
        ),
        ["epoch 'limbo'"],
    ),
    "exits and a milestone": (
        lambda: edited(
            "protocol.yaml",
            "milestones_in: [on_study, off_treatment]",
            "milestones_in: [elsewhere]",
            edited(
                "protocol.yaml",
                "observes_in:",
                cited("  - id: away\n    label: Away\n    moves: {nowhere: elsewhere}\n")
                + cited("  - id: back\n    label: Back\n    moves: {elsewhere: nowhere}\n")
                + "observes_in:",
            ),
        ),
        ["epoch 'follow_up'", "milestone 'surgery'", "exit 'away'", "exit 'back'"],
    ),
}


@pytest.mark.parametrize(("files", "unreached"), UNREACHED.values(), ids=UNREACHED)
def test_what_no_subject_can_reach_is_told(
    tmp_path: Path, files: Callable[[], dict[str, str]], unreached: list[str]
) -> None:
    told = [f"TOY-1 v1 chart: no subject can reach the {it} (lead to it, or remove it)" for it in unreached]
    assert check(tmp_path, files()) == told


def test_a_sound_trial_beside_has_none(tmp_path: Path) -> None:
    write_toy(tmp_path)
    write_toy(tmp_path, table("over: [T-2]", "over: [T-1]"), version="v2")
    assert printed("check", "TOY-1", "--version", "v1", "--trials", tmp_path) == "TOY-1 v1: no fault(s)\n"
    result = protocol("check", "TOY-1", "--trials", tmp_path)
    assert result.exit_code == 1
    assert result.stdout.endswith("TOY-1 v2: 1 fault(s)\n")


def test_a_drawing_is_printed_or_written(flagship: TrialProtocol, tmp_path: Path) -> None:
    drawn = page(flagship, Chart(flagship))
    assert printed("diagram", "NCT07239271", "--version", "v1") == drawn
    write_toy(tmp_path / "trials", FILES)
    folder = tmp_path / "drawn" / "here"
    text = printed("diagram", "--trials", tmp_path / "trials", "--write", folder)
    assert f"wrote {folder / 'NCT07239271-v1.md'}\n" in text
    assert (folder / "NCT07239271-v1.md").read_text() == drawn
    assert (folder / "TOY-1-v1.md").read_text().startswith("# TOY-1 v1: the path of a subject\n")
