"""What outlives the process: all that was stored. What does not pass: a protocol that was altered."""

from collections.abc import Callable
from pathlib import Path
from shutil import rmtree

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.errors import TrialsFolderMissingError
from api.settings import Settings
from engine.protocol.errors import ProtocolFaultsError
from tests.api.serving import FLAGSHIP, LONG_AGO, Api, Course, serving
from tests.toy import FILES, edited, write_toy

READS = ("", "/next", "/history", "/decisions")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    write_toy(tmp_path / "trials")
    return Settings.of({}, data_dir=tmp_path / "data", trials=(tmp_path / "trials",))


def moved(course: Course, api: Api) -> Course:
    return Course(api, course.trial, course.key, course.version)


def test_a_restart_keeps_everything(settings: Settings) -> None:
    everything = ("subjects", "rulings", "audit/entries", "audit/checkpoint", "versions")
    with serving(settings) as api:
        api.rule()
        course = api.subject().at_c2()
        course.observe(ctdna_c1="positive", pam_c1="mutated", response_c2="SD")
        course.ask("after_c2")
        key, token = "the-key", api.token("investigator")
        said = {"verdict": "confirm"}
        verdict = f"{course.path}/decisions/after_c2-1/verdict"
        first = api.call(None, "POST", verdict, said, token=token, key=key, version=course.version)
        assert first.status_code == 201, first.text
        before = [api.get("auditor", f"{FLAGSHIP}/{what}") for what in everything]
        reads = [api.get("auditor", course.path + what) for what in READS]
    with serving(settings) as api:
        assert [api.get("auditor", f"{FLAGSHIP}/{what}") for what in everything] == before
        assert [api.get("auditor", course.path + what) for what in READS] == reads
        again = api.call(None, "POST", verdict, said, token=token, key=key, version=course.version)
        assert (again.content, again.headers["Idempotency-Replayed"]) == (first.content, "true")
        later = moved(course, api)
        later.version = first.json()["version"]
        assert later.cycle(3, "EveroHT")["state"]["cycle"] == 3


def toy_subject(settings: Settings) -> Course:
    with serving(settings) as api:
        course = api.subject("TOY-1").allocated("adaptive")
        course.cycle(1, "Light")
        return course


CHANGES: dict[str, Callable[[], dict[str, str]]] = {
    "a rule": lambda: edited("decisions/after_c1.yaml", "when: {scan: PD}", "when: {scan: [PD, SD]}"),
    "a word": lambda: edited("regimens.yaml", "Light treatment", "Mild treatment"),
    "a space": lambda: {**FILES, "protocol.yaml": FILES["protocol.yaml"] + " \n"},
    "a note": lambda: {**FILES, "CHANGES.md": FILES["CHANGES.md"] + "\nOne more.\n"},
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_subject_of_files_that_were_changed_is_refused(
    settings: Settings, tmp_path: Path, change: str
) -> None:
    course = toy_subject(settings)
    write_toy(tmp_path / "trials", CHANGES[change]())
    with serving(settings) as api:
        now = moved(course, api)
        before = api.get("auditor", "TOY-1/audit/checkpoint")
        answers = [api.call("auditor", "GET", course.path + what) for what in READS]
        answers += [
            now.send("cycles", {"number": 2, "regimen": "Light", "effective_at": LONG_AGO}),
            now.send("advance"),
            now.send("exits", {"exit": "death", "reason": "x", "effective_at": LONG_AGO}),
        ]
        for answer in answers:
            said = answer.json()
            assert (answer.status_code, said["type"]) == (409, "urn:neoadapt:problem:protocol-changed")
            assert said["version"] == "v1"
            assert said["pinned"] != said["found"]
        assert api.get("auditor", "TOY-1/audit/checkpoint") == before
        assert api.call("auditor", "GET", f"{FLAGSHIP}/rulings").status_code == 200, "other trials go on"


def test_files_put_back_are_good_again(settings: Settings, tmp_path: Path) -> None:
    course = toy_subject(settings)
    write_toy(tmp_path / "trials", CHANGES["a word"]())
    with serving(settings) as api:
        assert api.call("auditor", "GET", course.path).status_code == 409
    write_toy(tmp_path / "trials")
    with serving(settings) as api:
        assert moved(course, api).did("advance")["decisions"]


def test_files_changed_while_the_service_runs_change_nothing_in_it(
    settings: Settings, tmp_path: Path
) -> None:
    with serving(settings) as api:
        course = api.subject("TOY-1").allocated("adaptive")
        write_toy(tmp_path / "trials", CHANGES["a rule"]())
        course.cycle(1, "Light")
        course.observe(marker="negative", scan="SD")
        assert course.did("advance")["decisions"][-1]["answer"]["assign"] == "Heavy"


def test_a_new_version_is_for_new_subjects(settings: Settings, tmp_path: Path) -> None:
    course = toy_subject(settings)
    write_toy(tmp_path / "trials", CHANGES["a rule"](), version="v2")
    with serving(settings) as api:
        old, new = moved(course, api), api.subject("TOY-1").allocated("adaptive")
        new.cycle(1, "Light")
        for one, version, outcome in ((old, "v1", "propose"), (new, "v2", "refer")):
            one.observe(marker="negative", scan="SD")
            answer = one.did("advance")["decisions"][-1]["answer"]
            assert (answer["version"], answer["outcome"]) == (version, outcome)
            assert one.read()["protocol"]["version"] == version
        assert [one["version"] for one in api.get("edc", "TOY-1/versions")] == ["v1", "v2"]


def test_a_subject_whose_version_is_gone_is_not_put_on_another(settings: Settings, tmp_path: Path) -> None:
    course = toy_subject(settings)
    write_toy(tmp_path / "trials", version="v2")
    rmtree(tmp_path / "trials" / "TOY-1" / "v1")
    with serving(settings) as api:
        answer = api.call("auditor", "GET", course.path)
        assert answer.status_code == 404
        said = answer.json()
        assert (said["type"], said["version"]) == ("urn:neoadapt:problem:version-unknown", "v1")


def test_the_service_does_not_start_on_a_trial_with_faults(settings: Settings, tmp_path: Path) -> None:
    write_toy(tmp_path / "trials", edited("regimens.yaml", "id: Heavy", "id: Hefty"))
    with pytest.raises(ProtocolFaultsError, match="Heavy"), TestClient(create_app(settings)):
        pytest.fail("it started")


def test_the_service_does_not_start_without_a_folder_of_trials_that_was_named(tmp_path: Path) -> None:
    settings = Settings.of({}, data_dir=tmp_path / "data", trials=(tmp_path / "nowhere",))
    with pytest.raises(TrialsFolderMissingError), TestClient(create_app(settings)):
        pytest.fail("it started")
