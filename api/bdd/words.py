"""Between a clinician's words and the keys of a trial: both directions, from the trial's own files."""

import re
from collections.abc import Iterable, Mapping
from itertools import accumulate
from typing import Any, get_args

from engine.protocol.trial import TrialProtocol
from engine.protocol.variables import Status, Variable

NOT_REPORTED = "not reported"
"""The word of a fact of which nothing was said."""
THEN = ", then "
"""Joins several reports of one fact, in their order."""
_STATUSES = {status.replace("_", " "): status for status in get_args(Status)}
_QUANTITY = re.compile(r"(?P<number>-?\d+(?:\.\d+)?) ?(?P<unit>\S+)?")


class WordUnknownError(AssertionError):
    """A step uses a word that the trial does not have."""

    def __init__(self, kind: str, word: str, known: Iterable[str]) -> None:
        super().__init__(f"the trial has no {kind} '{word}' (it has: {'; '.join(known)})")


def plain(text: str) -> str:
    """Reduce a word to what is compared: no article, no capitals, spaces for underscores."""
    return text.strip().casefold().replace("_", " ").removeprefix("the ")


def codes(text: str | None) -> list[str]:
    """Read codes joined by commas or ``and``; ``nothing`` and no text are none."""
    parts = [] if text in (None, "nothing") else re.split(r", | and ", str(text))
    return [part.strip().replace(" ", "_") for part in parts]


class Words:
    """The words of one trial version.

    Args:
        protocol: Where the labels stand.
    """

    def __init__(self, protocol: TrialProtocol) -> None:
        self.protocol = protocol
        self._labels = {key: variable.label for key, variable in protocol.variables.items()}

    def variable(self, word: str) -> str:
        """The key of a variable, by its label or its key."""
        return _find("variable", word, self._labels)

    def arm(self, word: str) -> str:
        """The id of an arm."""
        return _find("arm", word, {arm.id: arm.label for arm in self.protocol.arms})

    def point(self, word: str) -> str:
        """The decision point of this name, or the one that stands after so many cycles: ``after cycle 2``."""
        known = {table.decision_point: table.question for table in self.protocol.decisions}
        after = {
            plain(f"after cycle {end}"): element.decided_by
            for arm in self.protocol.arms
            for end, element in zip(
                accumulate(e.cycles for e in arm.elements), arm.elements[1:], strict=False
            )
        }
        return after.get(plain(word)) or _find("decision point", word, known)

    def happening(self, word: str) -> tuple[str, str]:
        """``milestone`` or ``exit``, and its id."""
        milestones = {m.id: m.label for m in self.protocol.milestones}
        exits = {e.id: e.label for e in self.protocol.exits}
        found = _find("milestone or exit", word, milestones | exits)
        return ("milestone" if found in milestones else "exit"), found

    def override_reason(self, word: str) -> str:
        """The code of a reason to override; a word that is none is passed on, to be refused."""
        known = {reason.code: reason.label for reason in self.protocol.override_reasons}
        return next((code for code in known if plain(word) in (plain(code), plain(known[code]))), word)

    def reports(self, variable: str, said: str) -> list[dict[str, Any]]:
        """What is reported of a variable: each a value, with its unit, or a status, with its reason.

        ``not reported`` is no report; ``positive, then negative`` are two; ``not evaluable: low input`` is a
        status with its reason.
        """
        if said == NOT_REPORTED:
            return []
        return [self._report(self.protocol.variables[variable], one) for one in said.split(THEN)]

    def _report(self, variable: Variable, said: str) -> dict[str, Any]:
        word, _, reason = said.partition(": ")
        if word in _STATUSES:
            return {"status": _STATUSES[word], **({"reason": reason} if reason else {})}
        if variable.values is not None:
            own = (*variable.values, variable.not_evaluable or "")
            return {"value": next((value for value in own if plain(str(value)) == plain(said)), said)}
        match = _QUANTITY.fullmatch(said)
        if match is None:
            return {"value": said}
        number = match["number"]
        value = float(number) if "." in number else int(number)
        return {"value": value, **({"unit": match["unit"]} if match["unit"] else {})}

    def called(self, key: str) -> str:
        """What a clinician calls a variable; an ambiguity goes by its id."""
        return self._labels.get(key, key)

    def sets(self, sets: Iterable[Iterable[str]]) -> str:
        """Say sets of facts and rulings: ``A and B, or C``."""
        return ", or ".join(" and ".join(self.called(key) for key in one) for one in sets)

    def outcome(self, answer: Mapping[str, Any]) -> str:
        """Say an outcome, as it is decided or as a candidate.

        ``propose X``, ``choose X or Y``, ``refer: code``, ``hold for A and B, or C`` by what it needs, and
        ``hold: code`` where nothing that is unknown could settle it.
        """
        match answer["outcome"]:
            case "propose":
                return f"propose {answer['assign']}"
            case "choose":
                return f"choose {' or '.join(answer['options'])}"
            case kind if answer.get("needs"):
                return f"{kind} for {self.sets(answer['needs'])}"
            case kind:
                told = answer.get("reasons", [{"code": answer.get("reason")}])
                return f"{kind}: {', '.join(reason['code'].replace('_', ' ') for reason in told)}"


def _find(kind: str, word: str, labels: Mapping[str, str]) -> str:
    """Find a key by itself or by its label."""
    for key, label in labels.items():
        if plain(word) in (plain(key), plain(label)):
            return key
    raise WordUnknownError(kind, word, (f"{key} ({label})" for key, label in labels.items()))
