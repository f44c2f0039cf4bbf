"""`neoadapt evaluate`, as a pipe sees it."""

import json
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from threading import Timer
from typing import Any

import pytest
from typer.testing import CliRunner

from api.cli.commands import app
from api.problems import DELIBERATE
from tests.toy import write_toy

Ran = subprocess.CompletedProcess[bytes]
Run = Callable[..., Ran]
Start = Callable[..., AbstractContextManager[subprocess.Popen[bytes]]]

GOLDEN = Path(__file__).parents[2] / "data" / "golden_NCT07239271.jsonl"
FLAGSHIP = ("evaluate", "NCT07239271")
STAYS = {
    "ctdna_baseline": "negative",
    "ctdna_c1": "negative",
    "pam_baseline": "wild_type",
    "response_c2": "PR",
}
NORMATIVE_ORDER = [
    *("case", "outcome", "assign", "cycles", "options", "reasons", "needs", "may_settle", "candidates"),
    *("acknowledge", "alerts", "rules", "cites", "trial", "version", "protocol_hash", "rulings_used"),
]


def jsonl(*cases: object) -> bytes:
    return b"".join(json.dumps(case, ensure_ascii=False).encode() + b"\n" for case in cases)


def answers(ran: Ran, status: int = 0) -> list[dict[str, Any]]:
    assert ran.returncode == status, ran.stderr.decode()
    assert ran.stderr == b""
    return [json.loads(line) for line in ran.stdout.splitlines()]


def refusal(*arguments: str | Path) -> str:
    """Run the command in this process, and give the deliberate error that it must end with."""
    result = CliRunner().invoke(app, [str(word) for word in arguments], input=jsonl({"facts": STAYS}))
    assert isinstance(result.exception, DELIBERATE), result
    assert result.stdout == ""
    return str(result.exception)


def test_the_worked_cases_agree(tmp_path: Path) -> None:
    groups = defaultdict(list)
    for line in GOLDEN.read_text(encoding="utf-8").splitlines():
        worked = json.loads(line)
        groups[worked["point"], json.dumps(worked["rulings"])].append(worked)
    compared = 0
    for (point, rulings), cases in groups.items():
        named = json.loads(rulings)
        if isinstance(named, dict):
            (tmp_path / "rulings.json").write_text(rulings)
            named = str(tmp_path / "rulings.json")
        asked = jsonl(*({"case": i, "facts": worked["facts"]} for i, worked in enumerate(cases)))
        result = CliRunner().invoke(app, [*FLAGSHIP, point, "--rulings", named], input=asked)
        assert result.exit_code == 0, result.stderr
        given = [json.loads(line) for line in result.stdout.splitlines()]
        assert [answer["case"] for answer in given] == list(range(len(cases)))
        for worked, answer in zip(cases, given, strict=True):
            expected = {"acknowledge": [], **worked["expect"]}
            said = {key: answer.get(key) for key in expected} | {
                "acknowledge": answer.get("acknowledge") or []
            }
            assert said == expected, worked
            compared += 1
    assert compared == 37


def test_keys_come_in_the_normative_order_with_the_version_behind(neoadapt: Run) -> None:
    held = {"facts": {"ctdna_c1": "positive", "pam_c1": {"status": "pending", "reason": "sent"}}}
    given = answers(
        neoadapt(*FLAGSHIP, "after_c2", "--rulings", "reference", stdin=jsonl({"facts": STAYS}, held))
    )
    for answer in given:
        assert list(answer) == [key for key in NORMATIVE_ORDER if key in answer]
        assert (answer["trial"], answer["version"], len(answer["protocol_hash"])) == ("NCT07239271", "v1", 64)
    proposed, hold = given
    assert (proposed["outcome"], proposed["assign"], proposed["cycles"]) == ("propose", "Nab-P+HP", 2)
    assert {"code": "unknown", "on": ["pam_c1"], "status": "pending", "reason": "sent"} in hold["reasons"]


def test_rulings_are_none_unless_named(neoadapt: Run) -> None:
    complete = {"facts": STAYS | {"response_c2": "CR"}}
    (held,) = answers(neoadapt(*FLAGSHIP, "after_c2", stdin=jsonl(complete)))
    assert (held["needs"], held["rulings_used"]) == ([["AMB-04"]], {})
    (proposed,) = answers(neoadapt(*FLAGSHIP, "after_c2", "--rulings", "reference", stdin=jsonl(complete)))
    assert proposed["rulings_used"]["AMB-04"] == "pr_or_better"


def test_a_file_is_read_like_stdin(neoadapt: Run, tmp_path: Path) -> None:
    cases = tmp_path / "cases.jsonl"
    cases.write_bytes(b"\xef\xbb\xbf" + jsonl({"case": "受试者-1", "facts": STAYS}).replace(b"\n", b"\r\n"))
    ran = neoadapt(*FLAGSHIP, "after_c2", cases)
    assert answers(ran)[0]["outcome"] == "propose"
    assert '{"case": "受试者-1", '.encode() in ran.stdout  # not escaped
    assert ran.stdout == neoadapt(*FLAGSHIP, "after_c2", stdin=cases.read_bytes()).stdout


def test_nothing_in_is_nothing_out(neoadapt: Run) -> None:
    assert answers(neoadapt(*FLAGSHIP, "after_c2", stdin=b"\n  \n")) == []


BAD_LINES: dict[bytes, tuple[object, str]] = {
    b"{": (None, "case-unreadable"),
    b"[1]": (None, "case-unreadable"),
    b'{"facts": {"ctdna_c1": "positive", "ctdna_c1": "negative"}}': (None, "case-unreadable"),
    b'{"case": "\xff", "facts": {}}': (None, "case-unreadable"),
    b'{"case": "\\ud800", "facts": {}}': (None, "case-unreadable"),
    b'{"case": ' + b"1" * 5000 + b', "facts": {}}': (None, "case-unreadable"),
    b"[" * 100_000: (None, "case-unreadable"),
    b'{"case": NaN, "facts": {}}': (None, "case-unreadable"),
    b'{"case": true, "facts": {}}': (None, "case-unreadable"),
    b'{"case": "a"}': ("a", "case-unreadable"),
    b'{"case": "b", "facts": {}, "rulings": {}}': ("b", "case-unreadable"),
    b'{"case": "c", "facts": {"ctDNA_c1": "positive"}}': ("c", "fact-unknown-to-point"),
    b'{"case": "d", "facts": {"response_c2": "XX"}}': ("d", "value-outside-domain"),
    b'{"case": 5, "facts": {"response_c2": 1.5}}': (5, "value-outside-domain"),
    b'{"case": "f", "facts": {"response_c2": {"status": "lost"}}}': ("f", "bad-status"),
}


def test_a_bad_line_has_its_problem_in_its_place_and_the_rest_goes_on(neoadapt: Run) -> None:
    good = json.dumps({"case": "good", "facts": STAYS}).encode()
    lines = [line for bad in BAD_LINES for line in (good, b"", bad)]
    given = answers(neoadapt(*FLAGSHIP, "after_c2", stdin=b"\n".join([*lines, good])), status=1)
    assert [answer["outcome"] for answer in given[::2]] == ["propose"] * (len(BAD_LINES) + 1)
    for number, (answer, (case, kind)) in enumerate(
        zip(given[1::2], BAD_LINES.values(), strict=True), start=1
    ):
        assert list(answer) == ["case", "line", "error"]
        assert (answer["case"], answer["line"]) == (case, 3 * number)  # blank lines are counted
        problem = answer["error"]
        assert (problem["type"], problem["status"]) == (f"urn:neoadapt:problem:{kind}", 422)
        assert problem["detail"]


@pytest.mark.parametrize(
    ("arguments", "way_out"),
    [
        (("NCT0", "after_c2"), "there is no trial 'NCT0' (trials: "),
        (("NCT07239271", "after_c3"), "has no decision point 'after_c3' (it has: after_c2, after_c4)"),
        (("NCT07239271", "pcr"), "has no decision point 'pcr'"),
        (("NCT07239271", "after_c2", "--version", "v99"), "has no version 'v99' (versions: v1"),
        (("NCT07239271", "after_c2", "--rulings", "refrence"), "'refrence' cannot be read (No such file"),
        (("NCT07239271", "after_c2", "--trials", "nowhere"), "there is no folder 'nowhere' with trials"),
    ],
)
def test_what_is_not_there_is_refused(arguments: tuple[str, ...], way_out: str) -> None:
    assert way_out in refusal("evaluate", *arguments)


@pytest.mark.parametrize(
    ("text", "way_out"),
    [
        (b'{"AMB-99": "c1_governs"}', "'AMB-99' is no ambiguity of this trial (declared: AMB-02, "),
        (
            b'{"AMB-04": "perhaps"}',
            "'AMB-04' cannot be ruled 'perhaps' (options: pr_or_better, literal_pr_only)",
        ),
        (b'{"AMB-04": ["pr_or_better"]}', "'AMB-04' cannot be ruled ['pr_or_better']"),
        (b'{"AMB-04": "pr_or_better", "AMB-04": "literal_pr_only"}', "the key 'AMB-04' stands twice"),
        (b'["AMB-04"]', "it is no JSON object"),
        (b"AMB-04: pr_or_better", "not JSON"),
        (b'{"AMB-04": "\xff"}', "not UTF-8"),
    ],
)
def test_bad_rulings_are_refused(tmp_path: Path, text: bytes, way_out: str) -> None:
    (tmp_path / "rulings.json").write_bytes(text)
    assert way_out in refusal(*FLAGSHIP, "after_c2", "--rulings", tmp_path / "rulings.json")


def test_a_refusal_is_one_sentence_and_exit_status_2(neoadapt: Run, sentence: Callable[[Ran], str]) -> None:
    said = sentence(neoadapt(*FLAGSHIP, "after_c2", "--rulings", "refrence", stdin=jsonl({"facts": STAYS})))
    assert said.endswith("""give none, reference, or a JSON file such as {"<ambiguity>": "<option>"}""")


def test_a_missing_file_of_cases_is_a_usage_error(neoadapt: Run, tmp_path: Path) -> None:
    ran = neoadapt(*FLAGSHIP, "after_c2", tmp_path / "none.jsonl")
    assert (ran.returncode, ran.stdout) == (2, b"")
    assert b"No such file or directory" in ran.stderr
    assert b"Traceback" not in ran.stderr


def test_a_refusal_waits_for_no_line(started: Start) -> None:
    with started(*FLAGSHIP, "after_c3") as process:
        assert process.wait(timeout=30) == 2  # stdin is still open


@contextmanager
def ended_after(seconds: float, process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Kill the process where it lets the block wait too long."""
    alarm = Timer(seconds, process.kill)
    alarm.start()
    yield
    alarm.cancel()


def test_each_answer_comes_before_the_next_line_is_sent(started: Start) -> None:
    with started(*FLAGSHIP, "after_c2") as process, ended_after(30, process):
        assert process.stdin
        assert process.stdout
        for name in ("first", "second"):
            process.stdin.write(jsonl({"case": name, "facts": STAYS}))
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["case"] == name
        process.stdin.close()
        assert process.wait(timeout=30) == 0


def test_a_reader_that_goes_away_is_no_fault(started: Start, tmp_path: Path) -> None:
    many = tmp_path / "many.jsonl"
    many.write_bytes(jsonl(*({"case": n, "facts": STAYS} for n in range(5000))))
    with started(*FLAGSHIP, "after_c2", many) as process:
        assert process.stdout
        assert process.stderr
        assert json.loads(process.stdout.readline())["case"] == 0
        process.stdout.close()
        assert process.wait(timeout=30) == 141
        assert process.stderr.read() == b""


MEASURED = """\
import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def test_many_lines_take_no_more_memory_than_a_few(tmp_path: Path) -> None:
    program = Path(sys.executable).with_name("neoadapt")
    peaks = []
    for lines in (10, 20_000):
        cases = tmp_path / f"{lines}.jsonl"
        cases.write_bytes(jsonl({"case": "x", "facts": STAYS}) * lines)
        command = [sys.executable, "-c", MEASURED, str(program), *FLAGSHIP, "after_c2", str(cases)]
        peaks.append(int(subprocess.run(command, capture_output=True, check=True, env=os.environ).stdout))
    assert peaks[1] - peaks[0] < 4_000, peaks  # kilobytes; 20,000 answers are 9 MB


def test_a_further_folder_adds_its_trials(neoadapt: Run, tmp_path: Path) -> None:
    write_toy(tmp_path)
    asked = jsonl({"facts": {"marker": "positive", "scan": "PR"}})
    (answer,) = answers(neoadapt("evaluate", "TOY-1", "after_c1", "--trials", tmp_path, stdin=asked))
    assert (answer["assign"], answer["acknowledge"], answer["trial"]) == (
        "Heavy",
        ["responder_escalation"],
        "TOY-1",
    )
    by_environment = neoadapt("evaluate", "TOY-1", "after_c1", stdin=asked, NEOADAPT_TRIALS=str(tmp_path))
    assert answers(by_environment) == [answer]
    assert (
        len(answers(neoadapt(*FLAGSHIP, "after_c2", "--trials", tmp_path, stdin=jsonl({"facts": STAYS}))))
        == 1
    )
