"""`neoadapt serve`: a real process on loopback, from its first line to its end."""

import re
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import httpx2
import pytest

from api.cli.errors import PortTakenError
from api.cli.serving import running, serve
from api.settings import Settings
from engine.decision import TableError
from engine.protocol.errors import ProtocolFaultsError
from tests.toy import edited, write_toy

Ran = subprocess.CompletedProcess[bytes]
Run = Callable[..., Ran]
Start = Callable[..., AbstractContextManager[subprocess.Popen[bytes]]]


@contextmanager
def serving(process: subprocess.Popen[bytes]) -> Iterator[httpx2.Client]:
    """Wait for the URL that is told on stderr."""
    assert process.stderr
    told = next(line for line in map(bytes.decode, process.stderr) if line.startswith("NeoAdapt serves at "))
    found = re.search(r"http://127\.0\.0\.1:\d+", told)
    assert found
    with httpx2.Client(base_url=found[0], timeout=30) as http:
        yield http


def ended(process: subprocess.Popen[bytes], by: signal.Signals) -> int:
    """End the process; it must say nothing of it."""
    process.send_signal(by)
    status = process.wait(timeout=30)
    assert process.stderr
    assert b"Traceback" not in process.stderr.read()
    return status


def test_it_serves_a_token_of_the_command_and_ends_at_sigterm(
    neoadapt: Run, started: Start, tmp_path: Path
) -> None:
    write_toy(tmp_path / "trials")
    who = ("an-edc", "--name", "An EDC", "--kind", "service", "--role", "edc", "--trial", "TOY-1")
    known = {"NEOADAPT_DATA_DIR": str(tmp_path / "data"), "NEOADAPT_TRIALS": str(tmp_path / "trials")}
    made = neoadapt("token", *who, **known)
    assert made.returncode == 0, made.stderr
    token = made.stdout.decode().strip()
    with started("serve", "--port", "0", **known) as process, serving(process) as http:
        assert http.get("/health/ready").json() == {"status": "ok"}
        assert http.get("/v1/trials").status_code == 401
        reached = http.get("/v1/trials", headers={"Authorization": f"Bearer {token}"})
        assert [trial["trial"] for trial in reached.json()] == ["TOY-1"]
        assert ended(process, signal.SIGTERM) == 0


def test_a_further_folder_stands_beside_the_shipped_trials(
    neoadapt: Run, started: Start, tmp_path: Path
) -> None:
    write_toy(tmp_path / "trials")
    folders = ("--data-dir", tmp_path / "data", "--trials", tmp_path / "trials")
    who = ("an-auditor", "--name", "An Auditor", "--kind", "person", "--role", "auditor")
    token = neoadapt("token", *who, *folders).stdout.decode().strip()
    with started("serve", "--port", "0", *folders) as process, serving(process) as http:
        listed = http.get("/v1/trials", headers={"Authorization": f"Bearer {token}"}).json()
        seconds = sorted(http.get("/health/live").elapsed.total_seconds() for _ in range(20))
        assert ended(process, signal.SIGINT) == 0
    assert {"TOY-1", "NCT07239271"} <= {trial["trial"] for trial in listed}
    # 0.04 s each, were the body of an answer to wait for the acknowledgement of its head.
    assert seconds[5] < 0.03


def test_a_taken_port_is_told_before_anything_is_made(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortTakenError) as refused:
            serve(Settings.of({}, data_dir=tmp_path / "data"), "127.0.0.1", port)
    assert str(refused.value).startswith(f"cannot listen on 127.0.0.1:{port} (Address already in use")
    assert not (tmp_path / "data").exists()


def test_an_address_that_is_not_ours_is_told(tmp_path: Path) -> None:
    with pytest.raises(PortTakenError, match=r"cannot listen on 192\.0\.2\.1:0 \(.+\); choose another"):
        serve(Settings.of({}, data_dir=tmp_path), "192.0.2.1", 0)


def test_a_trial_with_faults_stops_it_with_all_of_them(tmp_path: Path) -> None:
    write_toy(tmp_path, edited("regimens.yaml", "reading: silent", "reading: perhaps"))
    settings = Settings.of({}, data_dir=tmp_path / "data", trials=(tmp_path,))
    told = r"1 fault\(s\) in TOY-1/v1:\n  regimens\.yaml:"
    with pytest.raises(ProtocolFaultsError, match=told), running(settings, 0):
        pytest.fail("it serves")


def test_a_table_that_cannot_be_compiled_stops_it_before_a_subject_meets_it(tmp_path: Path) -> None:
    back = "  - {first: T-2, over: [T-3], says: Back, cites: [{section: arms, sentence: 4}], reading: silent}"
    write_toy(tmp_path, edited("decisions/after_c1.yaml", "acknowledge:\n", f"{back}\nacknowledge:\n"))
    settings = Settings.of({}, data_dir=tmp_path / "data", trials=(tmp_path,))
    with pytest.raises(TableError, match=r"runs in a circle"), running(settings, 0):
        pytest.fail("it serves")


def test_what_makes_it_unfit_to_serve_is_one_sentence(
    neoadapt: Run, sentence: Callable[[Ran], str], tmp_path: Path
) -> None:
    (tmp_path / "log.key").write_text("00" * 32)
    (tmp_path / "log.key").chmod(0o644)
    assert "is open to others (mode 644)" in sentence(
        neoadapt("serve", "--port", "0", "--data-dir", tmp_path)
    )
