"""The signing key: made once, for one user only, and never shown."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from api.store.errors import KeyFileError
from api.store.keys import LogKey
from engine.ledger import NoteError, sign_note, verify_note


def test_a_key_is_made_once_for_this_user_only(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "data"
    key = LogKey.read_or_create(folder)
    assert LogKey.read_or_create(folder) == key
    assert stat.S_IMODE((folder / "log.key").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert LogKey.read_or_create(tmp_path / "b") != key


def test_processes_that_start_together_have_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        keys = list(threads.map(lambda _: LogKey.read_or_create(tmp_path), range(32)))
    assert len({key.seed for key in keys}) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["log.key"]


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o620, 0o601])
def test_a_key_that_others_reach_is_refused_with_the_way_out(tmp_path: Path, mode: int) -> None:
    LogKey.read_or_create(tmp_path)
    (tmp_path / "log.key").chmod(mode)
    with pytest.raises(KeyFileError, match="chmod 600"):
        LogKey.read_or_create(tmp_path)


@pytest.mark.parametrize("content", [b"", b"00" * 31, b"00" * 33, b"zz" * 32, b"\xff\xfe"])
def test_a_file_that_holds_no_key_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "log.key"
    path.touch(0o600)
    path.write_bytes(content)
    with pytest.raises(KeyFileError, match="backup"):
        LogKey.read_or_create(tmp_path)


def test_a_data_directory_that_cannot_be_used_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(KeyFileError, match="data directory"):
        LogKey.read_or_create(tmp_path / "file" / "data")


def test_each_trial_has_its_own_origin_and_public_key() -> None:
    key = LogKey(bytes(range(32)))
    note = sign_note("a text\n", key.signer("NCT00000001"))
    assert verify_note(note, key.vkey("NCT00000001")) == "a text\n"
    assert key.vkey("NCT00000001").startswith("neoadapt/NCT00000001+")
    with pytest.raises(NoteError):
        verify_note(note, key.vkey("NCT00000002"))


def test_the_secret_is_not_shown() -> None:
    key = LogKey(bytes(range(32)))
    assert key.seed.hex() not in repr(key)
    assert repr(key.seed) not in repr(key)
