"""The JSON of the addresses under /quickbooks, as the OpenAPI document describes it."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, SkipValidation

from fieldledger.api.shapes import Body, Flag, StateName, Time, WaitingFor

_REQUIRING = {"additionalProperties": False}
Choice = Annotated[str, SkipValidation]
Ids = Annotated[list[str], SkipValidation]
Mapped = Annotated[dict[str, str | None], SkipValidation]


class Progress(BaseModel):
    """How far the sync is."""

    done: int
    total: int
    eta_seconds: int | None


class Attention(BaseModel):
    """What a person must confirm; `resume` is the yes."""

    code: str
    message: str


class ImportChoice(BaseModel):
    """What is imported once, and how clients and items are matched."""

    clients: bool
    items: bool
    client_matching: str
    resolve_client_conflicts: bool
    resolve_item_conflicts: bool
    review: bool
    jobs: str
    inactive: str


class ConnectionOut(BaseModel):
    """The link to QuickBooks."""

    model_config = ConfigDict(title="Connection", extra="allow")

    feature_enabled: bool
    stage: str = Field(
        description="`off`, `install`, `authorize`, `import`, `initial_sync` or `ongoing`."
    )
    connected: bool = Field(description="One session has exchanged a request and an answer.")
    company_file: str | None
    last_contact_at: Time | None
    seconds_since_contact: int | None
    paused: bool
    counts: dict[str, int] = Field(description="Entries of all kinds in each state.")
    import_used: bool
    progress: Progress
    attention: Attention | None = None


class FeatureIn(Body):
    """The Feature Center's switch."""

    model_config = ConfigDict(json_schema_extra={**_REQUIRING, "required": ["enabled"]})

    enabled: Flag = False


class PasswordOut(BaseModel):
    """What is typed into the Web Connector; shown this once."""

    username: str
    password: str


class ImportChoiceIn(Body):
    """What to import once, and how to match; only what is named changes."""

    clients: Flag = False
    items: Flag = False
    client_matching: Choice = Field(
        "name_and_contact", description="`name_and_contact` or `name_or_contact`."
    )
    resolve_client_conflicts: Flag = True
    resolve_item_conflicts: Flag = True
    review: Flag = Field(True, description="A person approves the plan before anything is written.")
    jobs: Choice = Field("skip", description="`skip` or `clients`.")
    inactive: Choice = Field("skip", description="`skip` or `archived`.")


class SettingsIn(Body):
    """Settings that can always be changed; only what is named changes."""

    resolve_client_conflicts: Flag = True
    resolve_item_conflicts: Flag = True
    rename_here: Flag = Field(False, description="A differentiator changes our own name too.")
    fence: Choice = Field(
        "auto",
        description=(
            "How a late copy of a lost document is stopped: `seal` (by its id), `link` (by an"
            " inactive record of ours in QuickBooks) or `auto` (the seal where it is seen to hold)."
        ),
    )
    drift_watch: Flag = Field(
        True, description="What was sent is compared with QuickBooks once a night, by reading."
    )


class SettingsOut(BaseModel):
    """The settings."""

    model_config = ConfigDict(title="Settings", extra="allow")

    resolve_client_conflicts: bool
    resolve_item_conflicts: bool
    rename_here: bool
    fence: str
    drift_watch: bool


class MappingIn(Body):
    """Which of QuickBooks' accounts, items and lists ours go to; only what is named changes."""

    income_account: Annotated[str | None, SkipValidation] = None
    fallback_item: Annotated[str | None, SkipValidation] = None
    sales_tax_mode: Choice = Field(
        "quickbooks", description="`quickbooks`, `tax_line` or `rounding_line`."
    )
    zero_tax_item: Annotated[str | None, SkipValidation] = None
    tax_line_item: Annotated[str | None, SkipValidation] = None
    rounding_item: Annotated[str | None, SkipValidation] = None
    discount_item: Annotated[str | None, SkipValidation] = Field(
        None, description="The item of discounts: from `/quickbooks/lists/discounts`."
    )
    refund_account: Annotated[str | None, SkipValidation] = Field(
        None, description="The bank account of refunds: from `/quickbooks/lists/accounts`."
    )
    tip_item: Annotated[str | None, SkipValidation] = Field(
        None, description="The item of tips: from `/quickbooks/lists/items`."
    )
    fee_item: Annotated[str | None, SkipValidation] = Field(
        None, description="The item of fees: from `/quickbooks/lists/items`."
    )
    tax_items: Mapped = Field({}, description="Tax rate's id: ListID of a sales tax item.")
    payment_methods: Mapped = Field({}, description="Our word for the method: ListID.")
    deposit_accounts: Mapped = Field({}, description="Our word for the method: ListID.")
    terms: Mapped = Field({}, description="The name of terms: ListID.")
    item_accounts: Mapped = Field({}, description="An item's id: ListID of its income account.")
    item_types: Mapped = Field(
        {}, description="`service` and `product`: `ItemService` or `ItemNonInventory`."
    )
    transaction_class: Annotated[str | None, SkipValidation] = None


class MappingOut(BaseModel):
    """The mapping, suggestions included where nobody chose."""

    model_config = ConfigDict(title="Mapping", extra="allow")

    income_account: str | None
    sales_tax_mode: str
    tax_items: dict[str, str | None]
    payment_methods: dict[str, str | None]
    deposit_accounts: dict[str, str | None]
    terms: dict[str, str | None]
    item_accounts: dict[str, str]
    item_types: dict[str, str]
    transaction_class: str | None


class PlanRowOut(BaseModel):
    """What the initial sync will do with one record, or with a pair."""

    model_config = ConfigDict(title="Plan row", extra="allow")

    id: str
    kind: str
    ours: dict[str, Any] | None
    theirs: dict[str, Any] | None
    near: dict[str, Any] | None = Field(
        None, description="What `ours` may be although no rule says so; never linked by itself."
    )
    decision: str
    decided_by: str | None = Field(None, description="Null: by the rules.")
    reason: str | None


class PlanPage(BaseModel):
    """A page of the plan."""

    model_config = ConfigDict(extra="allow")

    results: list[PlanRowOut]
    next_cursor: str | None


class PlanRowPatch(Body):
    """Another decision; with it a name, or a record in QuickBooks."""

    model_config = ConfigDict(json_schema_extra={**_REQUIRING, "required": ["decision"]})

    decision: Choice = Field(
        "",
        description="`link`, `create_in_quickbooks`, `create_here`, `rename`, `skip` or `ask`.",
    )
    theirs: Annotated[str | None, SkipValidation] = Field(None, description="A quickbooks_id.")
    name: Annotated[str | None, SkipValidation] = None


class ListPage(BaseModel):
    """A page of a list read from QuickBooks."""

    model_config = ConfigDict(extra="allow")

    results: list[dict[str, Any]]
    next_cursor: str | None


class SyncIn(Body):
    """What to send; an invoice takes its payments along, a credit memo its refunds."""

    invoices: Ids = Field([])
    payments: Ids = Field([])
    credit_memos: Ids = Field([])


class SyncResultOut(BaseModel):
    """What became of one: `queued`, `already_pending` or `refused` with the reason."""

    model_config = ConfigDict(title="Sync result")

    kind: str
    id: str
    result: str
    reason: str | None
    entry: str | None


class SyncOut(BaseModel):
    """The results; the payments that an invoice took along are among them."""

    results: list[SyncResultOut]


class EntryOut(BaseModel):
    """A row of the sync log."""

    model_config = ConfigDict(title="Entry", extra="allow")

    id: str
    kind: str
    record: str
    state: StateName
    message: str | None
    action: str = Field(
        description=(
            "What goes to QuickBooks for it, or went last: `add`, `change`, `delete`, `link`,"
            " `look_up`, `nothing` or `void`."
        )
    )
    asked_by: str | None = Field(description="Who asked for that; null: Fieldledger by itself.")


class EntryDetail(EntryOut):
    """A row of the sync log with all that happened to it."""

    model_config = ConfigDict(title="Entry with its timeline", extra="allow")

    waiting_for: list[WaitingFor]
    timeline: list[dict[str, Any]] = Field(
        description="`at`, `state`, `by` (null: Fieldledger itself) and `message` of each step."
    )
    sides: list[dict[str, Any]] = Field(
        description="Fields of which Fieldledger, what was sent and QuickBooks do not say the same."
    )


class EntryPage(BaseModel):
    """A page of the sync log, newest first."""

    results: list[EntryOut]
    next_cursor: str | None


class EntriesBulkIn(Body):
    """One action for many rows of the sync log."""

    model_config = ConfigDict(json_schema_extra={**_REQUIRING, "required": ["ids", "action"]})

    ids: Ids = Field([])
    action: Choice = Field("", description="`retry`, `ignore`, `hold`, `release` or `accept`.")


class ActResultOut(BaseModel):
    """What became of one row: `done`, or `refused` with the reason."""

    model_config = ConfigDict(title="Action result")

    id: str
    result: str
    reason: str | None


class EntriesBulkOut(BaseModel):
    """The results, in the order of the ids sent."""

    results: list[ActResultOut]


class RelinkIn(Body):
    """Which record in QuickBooks it is from now on."""

    model_config = ConfigDict(json_schema_extra={**_REQUIRING, "required": ["quickbooks_id"]})

    quickbooks_id: Choice = Field("", description="ListID or TxnID.")


class RenameIn(Body):
    """The name that a client or an item is to have in QuickBooks, for one that is taken there."""

    model_config = ConfigDict(json_schema_extra={**_REQUIRING, "required": ["name"]})

    name: Choice = Field("", description="At most 41 characters, an item's at most 31.")
    here_too: Flag = Field(False, description="Change our own name too.")


class MergeIn(Body):
    """The client that stays of two that are the same."""

    model_config = ConfigDict(json_schema_extra={**_REQUIRING, "required": ["into"]})

    into: Choice = Field("", description="The id of a client.")
