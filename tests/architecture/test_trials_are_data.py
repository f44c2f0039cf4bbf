"""No fact, ruling, rule or regimen of a shipped trial stands in Python."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from engine.protocol.catalogue import Catalogue
from engine.protocol.trial import TrialProtocol

COMMON = {"death", "found", "lost", "pathology", "refer", "surgery"}
"""Names that are also words of the field."""


def _names(protocol: TrialProtocol) -> set[str]:
    rules = {rule.id for table in protocol.tables.values() for rule in table.rules}
    options = {option for ambiguity in protocol.ambiguities.values() for option in ambiguity.domain}
    named = {*protocol.variables, *protocol.ambiguities, *protocol.tables, *protocol.regimen}
    return (named | rules | options) - COMMON


def _strings(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value


def test_no_name_of_a_shipped_trial_stands_in_the_code(root: Path) -> None:
    catalogue = Catalogue()
    names = set[str]().union(*(_names(catalogue.load(trial)) for trial in catalogue.trials()))
    word = re.compile(rf"(?<![\w.-])({'|'.join(map(re.escape, sorted(names)))})(?![\w-])")
    found = [
        f"{path.relative_to(root)}:{line} '{match[1]}'"
        for folder in ("engine", "api")
        for path in sorted((root / folder).rglob("*.py"))
        for line, text in _strings(path)
        if (match := word.search(text))
    ]
    assert names
    assert not found, f"move it to the trial's files, or to an example file: {'; '.join(found)}"
