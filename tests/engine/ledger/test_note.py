from base64 import b64decode, b64encode
from dataclasses import FrozenInstanceError, fields
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import EngineError
from engine.ledger import Checkpoint, NoteError, Signer, Verifier, sign_note, verify_note

# The example of the Go package that the specification grew from.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
SAYING = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
)
SIGNATURE = (
    "\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpR"
    "Zb6KE6RyyBwJnAM=\n"
)
SIGNER = Signer("audit.example/log", bytes(range(32)))
WITNESS = Signer("witness.example", bytes(range(1, 33)))
CHECKPOINT = Checkpoint("audit.example/log", 20852163, sha256(b"root").digest())
NOTE = sign_note(CHECKPOINT.text(), SIGNER)


def test_the_published_example_verifies() -> None:
    assert verify_note(f"{SAYING}\n{SIGNATURE}", PETER) == SAYING
    assert Verifier.parse(PETER).vkey == PETER


def test_the_example_of_the_checkpoint_specification_reads() -> None:
    text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    head = Checkpoint.parse(text)
    assert (head.origin, head.size) == ("example.com/behind-the-sofa", 20852163)
    assert head.text() == text


def test_a_signer_s_public_half_is_written_as_the_specification_says() -> None:
    # RFC 8032 section 7.1, test 1.
    seed = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"
    public = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
    signer = Signer("example.com/log", bytes.fromhex(seed))
    key = b"\x01" + public
    key_id = sha256(b"example.com/log\n" + key).hexdigest()[:8]
    assert signer.vkey == f"example.com/log+{key_id}+{b64encode(key).decode()}"
    assert signer.verifier == Verifier.parse(signer.vkey)
    assert seed not in repr(signer)
    assert repr(bytes.fromhex(seed)) not in repr(signer)


note_texts = st.text(st.characters(exclude_categories=["Cc", "Cs"], include_characters="\n")).map(
    "{}\n".format
)


@given(note_texts)
def test_any_text_comes_back_from_its_note(text: str) -> None:
    assert verify_note(sign_note(text, SIGNER), SIGNER.vkey) == text


def test_no_changed_byte_is_accepted() -> None:
    raw = NOTE.encode()
    for at in range(len(raw)):
        for bit in (0x01, 0x04, 0x20, 0x40, 0x80):
            damaged = raw[:at] + bytes([raw[at] ^ bit]) + raw[at + 1 :]
            with pytest.raises(NoteError):
                verify_note(damaged.decode(errors="surrogateescape"), SIGNER.vkey)


def test_no_shortened_or_lengthened_note_is_accepted() -> None:
    for at in range(len(NOTE)):
        for damaged in (NOTE[:at] + NOTE[at + 1 :], NOTE[:at], NOTE[:at] + "A" + NOTE[at:], NOTE + NOTE[at]):
            with pytest.raises(NoteError):
                verify_note(damaged, SIGNER.vkey)


def signature_line(note: str) -> str:
    return note.rpartition("\n\n")[2]


def test_signatures_of_other_keys_are_passed_over() -> None:
    text = CHECKPOINT.text()
    own, other = signature_line(NOTE), signature_line(sign_note(text, WITNESS))
    for note in (f"{text}\n{own}{other}", f"{text}\n{other}{own}", f"{text}\n" + other * 15 + own):
        assert verify_note(note, SIGNER.vkey) == text
        assert verify_note(note, WITNESS.vkey) == text
    with pytest.raises(NoteError, match=r"no signature by audit\.example/log"):
        verify_note(f"{text}\n{other}", SIGNER.vkey)


def test_the_same_name_with_another_key_is_another_key() -> None:
    namesake = Signer(SIGNER.name, WITNESS.seed)
    with pytest.raises(NoteError, match="no signature by"):
        verify_note(NOTE, namesake.vkey)


def test_a_wrong_signature_beside_a_right_one_is_refused() -> None:
    wrong = signature_line(sign_note("another text\n", SIGNER))
    for note in (NOTE + wrong, NOTE.replace("\n\n", f"\n\n{wrong}")):
        with pytest.raises(NoteError, match="does not fit the text"):
            verify_note(note, SIGNER.vkey)


def test_the_text_ends_at_the_last_empty_line() -> None:
    inner = sign_note("inner\n", SIGNER)
    assert verify_note(sign_note(inner, WITNESS), WITNESS.vkey) == inner
    with pytest.raises(NoteError):
        verify_note(sign_note(inner, WITNESS), SIGNER.vkey)


LINE = signature_line(NOTE)
VALUE = LINE.split()[2]


@pytest.mark.parametrize(
    "line",
    [
        "",
        "\n",
        LINE.replace("\u2014", "-"),
        LINE.replace("\u2014 ", "\u2014"),
        LINE.replace("\u2014 ", "\u2014  "),
        LINE.removesuffix("\n"),
        LINE.replace("\n", " \n"),
        LINE.replace("\n", " more\n"),
        LINE + "free text\n",
        LINE + "\u2014 witness.example no,base64\n",
        LINE + "\u2014 witness.example AAAAAA==\n",
        LINE + "\u2014 wit+ness AAAAAAAA\n",
        LINE.replace(VALUE, "\u0410" + VALUE[1:]),
        LINE.replace(VALUE, VALUE.rstrip("=")),
        LINE.replace(VALUE, VALUE + "===="),
        LINE.replace(VALUE, VALUE[:20] + "\t" + VALUE[20:]),
        LINE.replace(VALUE, VALUE[:-2] + chr(ord(VALUE[-2]) + 1) + "="),
    ],
)
def test_a_signature_line_has_one_form(line: str) -> None:
    with pytest.raises(NoteError):
        verify_note(f"{CHECKPOINT.text()}\n{line}", SIGNER.vkey)


def test_a_signature_of_another_length_is_refused() -> None:
    for value in (b64decode(VALUE)[:-1], b64decode(VALUE) + b"\x00", b64decode(VALUE)[:5]):
        note = NOTE.replace(VALUE, b64encode(value).decode())
        with pytest.raises(NoteError, match="does not fit the text"):
            verify_note(note, SIGNER.vkey)


def test_a_note_without_a_text_is_refused() -> None:
    note = sign_note("\n", SIGNER)
    assert verify_note(note, SIGNER.vkey) == "\n"
    with pytest.raises(NoteError, match="must have a text"):
        verify_note(note.removeprefix("\n\n"), SIGNER.vkey)


def test_a_note_of_endless_length_is_refused() -> None:
    room = 1_000_000 - len(sign_note("\n", SIGNER))
    text = "a" * room + "\n"
    assert verify_note(sign_note(text, SIGNER), SIGNER.vkey) == text
    with pytest.raises(NoteError, match="too long"):
        verify_note(sign_note("a" + text, SIGNER), SIGNER.vkey)


@pytest.mark.parametrize("value", [SIGNER, SIGNER.verifier, CHECKPOINT])
def test_keys_and_checkpoints_are_frozen(value: Signer | Verifier | Checkpoint) -> None:
    for field in fields(value):
        with pytest.raises(FrozenInstanceError):
            setattr(value, field.name, None)


@pytest.mark.parametrize("text", ["", "no newline", "tab\t\n", "carriage\r\n", "nul\x00\n", "\ud800\n"])
def test_a_text_that_no_note_may_hold_is_not_signed(text: str) -> None:
    with pytest.raises(NoteError):
        sign_note(text, SIGNER)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u00a0b", "a\nb", "a\x01b", "\ud800"])
def test_a_key_name_has_neither_space_nor_plus(name: str) -> None:
    with pytest.raises(NoteError, match="no key name"):
        Signer(name, bytes(32))


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_key_has_32_bytes(size: int) -> None:
    with pytest.raises(NoteError, match="seed has 32 bytes"):
        Signer("name", bytes(size))
    with pytest.raises(NoteError, match="key has 32 bytes"):
        Verifier("name", bytes(size))


def vkey_of(key: bytes) -> str:
    key_id = sha256(b"name\n" + key).hexdigest()[:8]
    return f"name+{key_id}+{b64encode(key).decode()}"


@pytest.mark.parametrize(
    "vkey",
    [
        "",
        "PeterNeumann",
        PETER + "A",
        PETER + "\n",
        " " + PETER,
        PETER.replace("c74f20a3", "C74F20A3"),
        PETER.replace("c74f20a3", "c74f20a4"),
        PETER.replace("Peter", "Paul"),
        PETER.replace("ARpc", "ARpd"),
        vkey_of(b"\x02" + bytes(32)),
        vkey_of(b"\x01" + bytes(32)).replace("+AQAA", "+AgAA"),
        vkey_of(b"\x01" + bytes(31)),
        vkey_of(b"\x01"),
    ],
)
def test_a_malformed_key_is_refused(vkey: str) -> None:
    with pytest.raises(NoteError) as caught:
        Verifier.parse(vkey)
    assert isinstance(caught.value, EngineError)
    assert caught.value.reason


def test_a_key_that_is_no_point_verifies_nothing() -> None:
    verifier = Verifier(SIGNER.name, b"\xff" * 32)
    note = NOTE.replace(VALUE, b64encode(verifier.key_id + b64decode(VALUE)[4:]).decode())
    with pytest.raises(NoteError, match="does not fit"):
        verifier.open(note)


origins = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1)


@given(origins, st.integers(0, 2**63 - 1), st.binary(min_size=32, max_size=32))
def test_a_checkpoint_reads_back(origin: str, size: int, root: bytes) -> None:
    head = Checkpoint(origin, size, root)
    assert Checkpoint.parse(head.text()) == head


ORIGIN, SIZE, ROOT = CHECKPOINT.text().splitlines()


@pytest.mark.parametrize(
    "text",
    [
        "",
        f"{ORIGIN}\n{SIZE}\n{ROOT}",
        f"{ORIGIN}\n{SIZE}\n{ROOT}\nextension\n",
        f"{ORIGIN}\n{SIZE}\n{ROOT}\n\n",
        f"\n{SIZE}\n{ROOT}\n",
        f"{ORIGIN}\x07\n{SIZE}\n{ROOT}\n",
        f"{ORIGIN}\n0{SIZE}\n{ROOT}\n",
        f"{ORIGIN}\n+{SIZE}\n{ROOT}\n",
        f"{ORIGIN}\n-1\n{ROOT}\n",
        f"{ORIGIN}\n {SIZE}\n{ROOT}\n",
        f"{ORIGIN}\n\u0661\n{ROOT}\n",
        f"{ORIGIN}\n{2**63}\n{ROOT}\n",
        f"{ORIGIN}\n{'9' * 5000}\n{ROOT}\n",
        f"{ORIGIN}\n{SIZE}\n{ROOT[:-4]}\n",
        f"{ORIGIN}\n{SIZE}\n{ROOT[:-1]}\n",
        f"{ORIGIN}\n{SIZE}\n{ROOT[:-2]}{chr(ord(ROOT[-2]) + 1)}=\n",
    ],
)
def test_a_checkpoint_has_one_form(text: str) -> None:
    with pytest.raises(NoteError):
        Checkpoint.parse(text)


@pytest.mark.parametrize(
    ("origin", "size", "root"),
    [
        ("", 1, bytes(32)),
        ("a\nb", 1, bytes(32)),
        ("a", -1, bytes(32)),
        ("a", 2**63, bytes(32)),
        ("a", 1, b""),
    ],
)
def test_what_no_text_could_carry_is_no_checkpoint(origin: str, size: int, root: bytes) -> None:
    with pytest.raises(NoteError):
        Checkpoint(origin, size, root)
