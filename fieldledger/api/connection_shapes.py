"""The JSON about computers, company files and absences, as the OpenAPI document describes it."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SkipValidation

from fieldledger.api.shapes import Body, Time


class ComputerOut(BaseModel):
    """A computer whose Web Connector has called."""

    model_config = ConfigDict(title="Computer")

    name: str | None = Field(description="As the company file's AppLock gives it, if it does.")
    address: str
    company_file: str | None
    first_seen_at: Time
    last_seen_at: Time
    may_sync: bool = Field(description="It holds the lease.")
    refused: bool
    refused_by_a_person: bool


class ComputersOut(BaseModel):
    """The computers, the one that called last first."""

    model_config = ConfigDict(title="Computers")

    results: list[ComputerOut]
    lease_seconds: int = Field(description="A lease ends after so long a silence of its computer.")
    expected: str | None = Field(
        description="The computer that takes over with its next call; `*` is whichever comes."
    )


class DifferenceOut(BaseModel):
    """A record that is otherwise in QuickBooks."""

    model_config = ConfigDict(title="Difference")

    entry: str
    kind: str
    title: str
    what: str = Field(description="`changed` or `gone`.")
    changed_at: str | None = Field(description="In QuickBooks' own words.")


class ComparisonOut(BaseModel):
    """What changed while nothing was sent."""

    model_config = ConfigDict(title="Comparison")

    state: str | None = Field(description="`reading`, `to_decide`, or null without a comparison.")
    since: str | None
    read: int
    total: int
    here: int = Field(description="Records that changed here and wait.")
    changed: int = Field(description="Records that changed in QuickBooks.")
    both: int = Field(description="Among these, the ones that changed here, too.")
    gone: int = Field(description="Records that are gone from QuickBooks.")
    differences: list[DifferenceOut] = Field(description="The first 500.")


class DecisionIn(Body):
    """What a person has decided."""

    model_config = ConfigDict(
        json_schema_extra={"additionalProperties": False, "required": ["decision"]}
    )

    decision: Annotated[str, SkipValidation] = Field(
        "",
        description="`relink` the refused company file; `keep_file` of two copies; `put_copy_aside`"
        " of a file that was followed; `hand_over` to a computer or `refuse` it; `expect` a new"
        " computer, or `expect_none`; `compare` both sides before going on; `hold_both`, what"
        " changed on both sides; `dismiss` the notice.",
    )
    computer: Annotated[str, SkipValidation] = Field("", description="Its name.")
    path: Annotated[str, SkipValidation] = Field("", description="Of the file that is right.")
