"""The decision core: a table of cited rules in, one answer per case out; unknown stays unknown.

A decision is a function of variables with known, finite domains. `compile_table` turns a decision point into
diagrams once; `evaluate` decides a case only when every feasible completion of its unknown facts and unsigned
rulings agrees.
"""

from engine.decision.answer import Answer, Outcome, Reason
from engine.decision.case import Fact, Known, Unknown, read_fact, read_facts, read_rulings
from engine.decision.compiling import CompiledTable, compile_table
from engine.decision.errors import (
    BadOptionError,
    BadStatusError,
    CaseError,
    DefinitionCycleError,
    FactUnknownToPointError,
    ForeignValueError,
    NameTwiceError,
    NotANumberError,
    PrecedenceCycleError,
    TableError,
    UnknownNameError,
    UnknownRulingError,
    ValueOutsideDomainError,
    WrongUnitError,
)
from engine.decision.evaluating import evaluate
from engine.decision.verifying import Clash, Findings, Shadowed, verify

__all__ = [
    "Answer",
    "BadOptionError",
    "BadStatusError",
    "CaseError",
    "Clash",
    "CompiledTable",
    "DefinitionCycleError",
    "Fact",
    "FactUnknownToPointError",
    "Findings",
    "ForeignValueError",
    "Known",
    "NameTwiceError",
    "NotANumberError",
    "Outcome",
    "PrecedenceCycleError",
    "Reason",
    "Shadowed",
    "TableError",
    "Unknown",
    "UnknownNameError",
    "UnknownRulingError",
    "ValueOutsideDomainError",
    "WrongUnitError",
    "compile_table",
    "evaluate",
    "read_fact",
    "read_facts",
    "read_rulings",
    "verify",
]
