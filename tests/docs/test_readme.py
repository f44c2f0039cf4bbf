"""The README's session is run to the letter, in a folder of its own."""

import json
import re
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```bash\n(.*?)^```", re.MULTILINE | re.DOTALL)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Run every bash block of the README in order, as one reader would, and give what it printed."""
    folder = tmp_path_factory.mktemp("reader")
    (folder / ".venv").mkdir()
    (folder / ".venv" / "bin").symlink_to(Path(sys.executable).parent)
    blocks = "\n".join(BLOCK.findall((ROOT / "README.md").read_text()))
    script = f"trap 'kill $(jobs -p)' EXIT\n{blocks}".replace("8123", str(_free_port()))
    run = subprocess.run(
        ["/bin/bash", "-euo", "pipefail", "-c", script],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


def _answers(session: str) -> list[dict[str, Any]]:
    lines = [line for line in session.splitlines() if line.startswith("{")]
    return [json.loads(line) for line in lines]


def test_no_request_of_the_session_is_refused(session: str) -> None:
    refused = [answer for answer in _answers(session) if str(answer.get("type", "")).startswith("urn:")]
    assert not refused


def test_the_case_is_held_for_what_the_readme_says(session: str) -> None:
    case = _answers(session)[0]
    assert (case["outcome"], case["needs"]) == ("hold", [["pam_baseline", "pam_c1"]])


def test_the_subject_ends_where_the_readme_says(session: str) -> None:
    subject = next(answer for answer in _answers(session) if "consent" in answer)
    assert subject["state"]["regimen"] == "EveroHT"
    assert [d["status"] for d in subject["decisions"]] == ["superseded", "confirmed"]


def test_the_trail_is_read_and_verified(session: str) -> None:
    page = next(answer for answer in _answers(session) if "items" in answer)
    assert [item["kind"] for item in page["items"]] == ["subject.decision.confirmed"]
    assert session.splitlines()[-1].startswith("NCT07239271: holds")


def test_the_diagram_of_the_readme_is_that_of_the_chart() -> None:
    drawn = re.findall(r"```mermaid\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    page = (ROOT / "docs" / "trials" / "NCT07239271-v1.md").read_text()
    assert len(drawn) == 1
    assert drawn[0] in page, "run make diagrams, then take the first drawing of the page"
