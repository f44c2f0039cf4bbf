"""What every part of a protocol file shares: frozen models, names, citations and the mark of a reading."""

from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, StrictInt, StringConstraints

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_+.-]*$", max_length=64)]
"""A stable key: no spaces or slashes, so that it can stand in a URL, a tag and a column."""

Words = Annotated[str, StringConstraints(min_length=1, max_length=2000, strip_whitespace=True)]
"""Our own words about the record; never a sentence of it."""

Scalar: TypeAlias = str | int
"""A member of a domain: the word of a category or an integer."""

Reading = Literal["explicit", "implied", "silent"]
"""How far the record itself says what a row encodes."""


class Frozen(BaseModel):
    """A value: immutable, and an unknown key is a fault."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Citation(Frozen):
    """Where the record says it (or where it would have to, when the reading is silent).

    Attributes:
        record: Registry record; the trial's own one when the file leaves it out.
        section: A section that the trial file declares for the record.
        sentence: 1-based number of the sentence or numbered item inside the section.
    """

    record: Name | None = None
    section: Name
    sentence: StrictInt = Field(ge=1)


class Cited(Frozen):
    """A row of a protocol file: what it says in our words, its sources, and how literal the reading is."""

    says: Words
    cites: tuple[Citation, ...] = Field(min_length=1)
    reading: Reading
