"""`neoadapt demo`: the walk over a real service, and what it says when the service answers otherwise."""

import re
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import httpx2

from api.cli.demo.script import COURSES
from tests.api.cli.conftest import Demonstration

Start = Callable[..., AbstractContextManager[subprocess.Popen[bytes]]]

BRANCHES = (
    "hold for AMB-04; superseded",
    "propose Nab-P+HP; confirmed",
    "propose TCbHP; confirmed",
    "propose PyroHT; confirmed",
    "propose EveroHT; confirmed",
    "chosen ADC (T-DXd)",
    "chosen AC+H",
    "tick responder_escalation",
    "tick progressive_disease",
    "hold for pam_baseline, pam_c1; superseded",
    "hold for inconsistent_c1; superseded",
    "hold for response_c2; open",
    "overridden to Nab-P+HP (toxicity_concern)",
    "cycle_before_decision: cycle 3",
    "decision_late: after_c2-2",
    "milestone_early: surgery",
    "withdrawn",
    "off_treatment",
    "screen_failed",
    "on_study; pCR",
    "on_study; no_pCR",
)

# The command, with other courses than its own.
OTHERWISE = """\
from dataclasses import replace
import api.cli.demo.run as demo
from api.cli import main
late, early, control = (demo.COURSES[number] for number in (13, 10, 11))
steps = list(late.steps)
steps[8] = replace(steps[8], says="propose PyroHT")
demo.COURSES = (replace(late, steps=tuple(steps)), replace(early, ends=control.ends))
main()
"""
# A parent that ignores Ctrl-C, as a shell does for what it starts in the background, must not matter here.
SHORT = """\
import signal
import api.cli.demo.run as demo
from api.cli import main
signal.signal(signal.SIGINT, signal.default_int_handler)
demo.COURSES = (demo.COURSES[0], demo.COURSES[6])
main()
"""


def joined(cells: str) -> str:
    """Undo the folding of each table row: the cells of a column, line by line, as one text."""
    rows = []
    for block in re.split(r"^[├┡└].*$", cells, flags=re.MULTILINE):
        lines = [line.strip("│\n").split("│") for line in block.splitlines() if line.startswith("│")]
        rows += [" ".join(part.strip() for part in column).strip() for column in zip(*lines, strict=True)]
    return "\n".join(rows)


def test_it_walks_every_branch_and_ends_well(demonstration: Demonstration) -> None:
    ran = demonstration.ran
    assert (ran.returncode, ran.stderr) == (0, b"")
    text = ran.stdout.decode()
    told = joined(text)
    assert not [branch for branch in BRANCHES if branch not in told]
    assert len(COURSES) >= 12
    assert f"{len(COURSES)} of {len(COURSES)} subjects went as the script expects." in text
    assert "Audit trail of NCT07239271: holds; " in text
    assert f"neoadapt audit verify --data-dir {demonstration.data_dir}" in text


def test_every_subject_has_its_row_with_what_the_script_expects(demonstration: Demonstration) -> None:
    told = joined(demonstration.ran.stdout.decode())
    for course in COURSES:
        for words in (course.subject, course.story, course.ends.stands, " ".join(course.ends.deviations)):
            assert words in told
        assert " ".join(course.ends.decisions) in told


def test_each_regimen_and_arm_is_reached() -> None:
    ends = " ".join(course.ends.stands for course in COURSES)
    for regimen in ("Nab-P+HP", "TCbHP", "PyroHT", "EveroHT", "ADC", "AC+H"):
        assert regimen in ends


def test_an_unexpected_answer_is_shown_and_fails(tmp_path: Path) -> None:
    command = [sys.executable, "-c", OTHERWISE, "demo", "--once", "--data-dir", str(tmp_path)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert ran.returncode == 1, ran.stderr
    told = joined(ran.stdout)
    expected = (
        "UNEXPECTED: step 9, advance: expected to propose PyroHT, the engine says hold for inconsistent_c1"
    )
    assert expected in told.replace("  ", " ")
    assert "UNEXPECTED: expected at the end: Ends(stands='follow_up, TCbHP" in told
    assert "0 of 2 subjects went as the script expects." in ran.stdout


def test_it_stays_up_until_it_is_stopped_and_its_token_works(started: Start, tmp_path: Path) -> None:
    words = ("demo", "--port", "0", "--data-dir", tmp_path)
    program = (sys.executable, "-c", SHORT)
    with started(*words, program=program, DATABASE_URL="sqlite:///nowhere/else.db") as process:
        assert process.stdout
        said: list[str] = []
        for line in map(bytes.decode, process.stdout):
            said.append(line)
            if line.startswith("Ctrl-C"):
                break
        found = re.search(r"curl -H '(Authorization): (Bearer \S+)' (\S+)", "".join(said))
        assert found, "".join(said)
        decisions = httpx2.get(found[3], headers={found[1]: found[2]}).json()
        assert [decision["decision"] for decision in decisions] == ["after_c2-1", "after_c2-2", "after_c4-1"]
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 0


def test_no_two_subjects_are_the_same() -> None:
    assert (
        len({course.subject for course in COURSES})
        == len({course.story for course in COURSES})
        == len(COURSES)
    )
