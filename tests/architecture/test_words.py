"""No file of the project names a machine, a package host or work that was put off."""

import re
import subprocess
from pathlib import Path

import pytest

# Written so that no pattern matches this file.
FORBIDDEN = {
    "a path of one machine": re.compile(
        r"(?<![\w.-])/(?:work|farm)/|/tmp/[b]rief|/opt/(?:wheels|[p]ypi)|\.\./shared\b"
    ),
    "a package host": re.compile(r"\b(?:pypi\.org|pythonhosted\.org|npmjs\.(?:org|com))"),
    "work put off": re.compile(r"\b(?:TO[D]O|FIX[M]E|X[X]X|NotImplemented[E]rror)\b"),
}


def words(text: str) -> list[str]:
    """Say what stands in the text that must not, with the line it stands on."""
    return [
        f"line {number}: {what}"
        for number, line in enumerate(text.splitlines(), 1)
        for what, pattern in FORBIDDEN.items()
        if pattern.search(line)
    ]


@pytest.fixture(scope="module")
def files(root: Path) -> list[Path]:
    """List what is in the repository or about to be; the folder may belong to another user than git's."""
    listing = ["git", "-c", "safe.directory=*", "ls-files", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, cwd=root, capture_output=True, text=True, check=True).stdout.splitlines()
    return [root / name for name in names if (root / name).is_file()]


def test_no_file_holds_a_forbidden_word(root: Path, files: list[Path]) -> None:
    assert root / "pyproject.toml" in files
    found = [
        f"{path.relative_to(root)} {word}"
        for path in files
        for word in words(path.read_text(errors="ignore"))
    ]
    assert not found, f"say it in another way, or do the work now: {'; '.join(found)}"


@pytest.mark.parametrize(
    "planted",
    [f"see /{'work'}/notes", f"https://{'pypi'}.org/simple", f"# {'FIX'}ME later"],
)
def test_a_planted_word_is_seen(planted: str) -> None:
    assert words(f"first line\n{planted}\n")[0].startswith("line 2: ")
