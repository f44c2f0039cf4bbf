"""``neoadapt evaluate``: JSON lines in, JSON lines out."""

import json
import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from api.cli.errors import RulingsUnreadableError
from api.service.evaluating import answer_lines, decision_point, rulings_of
from api.service.trials import catalogue
from api.strict_json import JsonRefusedError, loads
from engine.decide import Trial

LINE_REFUSED, PIPE_CLOSED = 1, 141
"""Exit statuses: a line was no case; the reader went away (as the shell counts it, 128 + SIGPIPE)."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A decision point with the rulings to evaluate it under."""

    trial: Trial
    point: str
    rulings: dict[str, str]


def prepare(trial: str, point: str, version: str | None, rulings: str, further: Sequence[Path]) -> Ready:
    """Find everything that is named, before any line is read.

    Raises:
        TrialUnknownError, VersionUnknownError, DecisionPointUnknownError, UnknownRulingError, BadOptionError,
        RulingsUnreadableError, TrialsFolderMissingError, ProtocolFaultsError: It is not there, or no good.
    """
    ready = Trial(catalogue(further).load(trial, version))
    decision_point(ready, point)
    return Ready(ready, point, _rulings(ready, rulings))


def _rulings(trial: Trial, named: str) -> dict[str, str]:
    if named in ("none", "reference"):
        return rulings_of(trial, named)
    try:
        signed = loads(Path(named).read_bytes())
    except OSError as error:
        raise RulingsUnreadableError(named=named, reason=error.strerror or str(error)) from None
    except JsonRefusedError as error:
        raise RulingsUnreadableError(named=named, reason=str(error)) from None
    if not isinstance(signed, dict):
        raise RulingsUnreadableError(named=named, reason="it is no JSON object")
    return rulings_of(trial, signed)


def answer(ready: Ready, lines: Iterable[bytes]) -> int:
    """Answer each line as it comes (a caller may wait for it before the next); give the exit status."""
    out, refused = sys.stdout.buffer, False
    try:
        for answered in answer_lines(ready.trial, ready.point, ready.rulings, lines):
            refused = refused or "error" in answered
            out.write(json.dumps(answered, ensure_ascii=False).encode() + b"\n")
            out.flush()
    except BrokenPipeError:
        # What is still in the buffer goes nowhere, or the interpreter would fail on it when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), out.fileno())
        return PIPE_CLOSED
    return LINE_REFUSED if refused else 0
