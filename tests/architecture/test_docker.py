"""The image and the compose file keep to the least privilege they need."""

import re
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
import yaml

Run = Callable[..., CompletedProcess[str]]
Service = dict[str, Any]


@pytest.fixture(scope="module")
def dockerfile(root: Path) -> str:
    return (root / "Dockerfile").read_text()


@pytest.fixture(scope="module")
def services(root: Path) -> dict[str, Service]:
    composed: dict[str, dict[str, Service]] = yaml.safe_load((root / "compose.yaml").read_text())
    return composed["services"]


def test_hadolint_passes(run: Run) -> None:
    judged = run("hadolint", "--no-color", "Dockerfile")
    assert judged.returncode == 0, judged.stdout


@pytest.mark.parametrize(
    ("planted", "rule"),
    [
        ("USER root", "DL3002"),
        ("RUN pip install --no-cache-dir rich", "DL3013"),
        ("FROM python", "DL3006"),
        ("ENTRYPOINT neoadapt", "DL3025"),
    ],
)
def test_hadolint_sees_a_planted_fault(
    run: Run, dockerfile: str, tmp_path: Path, planted: str, rule: str
) -> None:
    (tmp_path / "Dockerfile").write_text(f"{dockerfile}{planted}\n")
    judged = run("hadolint", "--no-color", tmp_path / "Dockerfile")
    assert judged.returncode != 0
    assert rule in judged.stdout


def test_the_image_runs_as_a_numeric_user_and_reports_health(dockerfile: str) -> None:
    final = dockerfile[dockerfile.rindex("FROM ") :]
    assert re.findall(r"^USER (\S+)$", final, re.MULTILINE) == ["10001:10001"]
    assert re.search(r"^HEALTHCHECK ", final, re.MULTILINE)
    assert "/health/ready" in final
    assert 'ENTRYPOINT ["neoadapt"]' in final


def test_the_image_takes_hashed_wheels_only(dockerfile: str) -> None:
    assert "PIP_ONLY_BINARY=:all:" in dockerfile
    installs = re.findall(r"pip (?:--python \S+ )?install ([^\\\n]+)", dockerfile)
    assert installs
    assert all("--require-hashes" in one or "--no-index" in one for one in installs)


def test_each_service_is_confined(services: dict[str, Service]) -> None:
    for name, service in services.items():
        assert service.get("read_only") is True, name
        assert service.get("cap_drop") == ["ALL"], name
        assert service.get("security_opt") == ["no-new-privileges:true"], name
        assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", str(service.get("user"))), name
        assert not {"privileged", "network_mode", "pid", "cap_add"} & service.keys(), name


def test_each_service_that_stays_reports_its_health(services: dict[str, Service]) -> None:
    staying = {name: service for name, service in services.items() if service["restart"] != "no"}
    assert staying.keys() == {"neoadapt", "db"}
    assert all(service["healthcheck"] for service in staying.values())


def test_the_service_waits_for_the_owner_and_is_not_the_owner(services: dict[str, Service]) -> None:
    assert services["neoadapt"]["depends_on"] == {"migrate": {"condition": "service_completed_successfully"}}
    assert "//neoadapt@" in str(services["neoadapt"]["environment"])
    assert "//neoadapt_owner@" in str(services["migrate"]["environment"])
    assert "db_owner_password" not in str(services["neoadapt"]["secrets"])


def test_the_database_is_out_of_reach_and_its_password_in_no_variable(services: dict[str, Service]) -> None:
    assert "ports" not in services["db"]
    for service in services.values():
        for key, value in service["environment"].items():
            assert not re.search("(PASSWORD|SECRET|TOKEN)$", key), f"{key}: name a file instead"
            assert not re.search(r"//[^/@]*:[^/@]*@", value), f"{key}: a password stands in the URL"
