"""What QuickBooks' status codes mean, and whose move is next.

A row says what a code means by itself; what it means for a record is for `sync` to judge. Texts
are QuickBooks' own language and edition, so codes are matched and texts are shown; 3170 and 3180
alone cover several causes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Actor(StrEnum):
    """Who has to do something before it can work."""

    SYSTEM = "system"  # This program, by its own rules.
    OFFICE = "office"  # Whoever keeps the record here.
    BOOKKEEPER = "bookkeeper"  # Whoever keeps the books in QuickBooks.
    QUICKBOOKS_ADMIN = "quickbooks_admin"  # Who may sign in to QuickBooks as Admin.
    QUICKBOOKS_PC = "quickbooks_pc"  # Whoever sits at the computer that QuickBooks runs on.
    US = "us"  # The makers: it is a fault of this program.
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class StatusMeaning:
    """What a status code means.

    `retry`: the same request may work later without anybody doing anything. `actor`: whose move
    it is otherwise, or if it goes on. `certain`: the meaning is written down by Intuit or was seen;
    otherwise it is what the field repeats.
    """

    code: int
    name: str
    meaning: str
    actor: Actor
    retry: bool
    certain: bool
    source: str


INTUIT: Final = "Intuit, qbXML status codes; consolibyte Status/Report"
REPEATED: Final = "repeated in the field; not found with Intuit"
RECOVERY: Final = "Intuit SDK sample QBInvoiceAdd, error recovery"
RANGES: Final = "Intuit, qbXML status codes: ranges"
OSR: Final = "Intuit Onscreen Reference"

_S, _O, _B = Actor.SYSTEM, Actor.OFFICE, Actor.BOOKKEEPER
_A, _PC, _US, _N = Actor.QUICKBOOKS_ADMIN, Actor.QUICKBOOKS_PC, Actor.US, Actor.NOBODY


def _row(
    code: int,
    name: str,
    meaning: str,
    actor: Actor,
    *,
    retry: bool = False,
    source: str = INTUIT,
) -> StatusMeaning:
    return StatusMeaning(code, name, meaning, actor, retry, source != REPEATED, source)


_ROWS: Final = (
    _row(0, "ok", "QuickBooks did it.", _N),
    _row(1, "nothing_matched", "The query was fine and nothing matched.", _N),
    # --- Warnings: the object may have been saved all the same ---
    _row(500, "some_not_found", "Some of the records asked for are not there.", _S),
    _row(501, "partly_ignored", "A value was ignored.", _N),
    _row(510, "partly_ignored", "A value was ignored.", _N),
    _row(530, "field_not_supported", "This QuickBooks does not have one of the fields.", _US),
    _row(531, "partly_ignored", "A value was ignored.", _N),
    _row(550, "partly_ignored", "A value was ignored.", _N),
    _row(560, "deprecated", "QuickBooks no longer wants one of the fields.", _US),
    _row(570, "link_not_made", "A linked transaction is closed or already used.", _B),
    _row(
        600,
        "no_stored_answer",
        "QuickBooks has no answer under this message set id: it never ran.",
        _S,
        retry=True,
        source=RECOVERY,
    ),
    # --- General ---
    _row(1000, "internal_error", "QuickBooks had an internal error.", _PC, retry=True),
    _row(
        1010,
        "not_available",
        "QuickBooks was not available.",
        _PC,
        retry=True,
        source=REPEATED,
    ),
    _row(1030, "request_not_supported", "This QuickBooks does not have the request.", _US),
    _row(1060, "request_id_too_long", "The requestID has more than 50 characters.", _US),
    # --- Values that QuickBooks could not read ---
    _row(3000, "id_invalid", "QuickBooks has no object with this id.", _S),
    _row(3010, "not_a_boolean", "A yes-or-no value is none.", _US),
    _row(3020, "not_a_date", "A date is none.", _US),
    _row(3030, "not_a_date_range", "A range of dates is none.", _US),
    _row(3031, "not_a_string_range", "A range of texts is none.", _US),
    _row(3035, "not_an_interval", "A length of time is none.", _US),
    _row(3040, "not_an_amount", "An amount is none.", _US),
    _row(3045, "not_a_price", "A price is none.", _US, source=REPEATED),
    _row(3050, "not_a_percentage", "A percentage is none.", _US, source=REPEATED),
    _row(3060, "not_a_quantity", "A quantity is none.", _US, source=REPEATED),
    _row(3065, "not_a_guid", "A GUID is none.", _US, source=REPEATED),
    _row(3070, "too_long", "A text is longer than its field in QuickBooks.", _O),
    _row(3080, "not_a_string", "A text cannot be read.", _US, source=REPEATED),
    _row(3085, "not_a_number", "A number cannot be read.", _US, source=REPEATED),
    _row(3090, "value_refused", "QuickBooks refuses the name, as it does one with a colon.", _O),
    # --- What the company file has against it ---
    _row(3100, "name_taken", "Another record has this name.", _O),
    _row(
        3110,
        "not_a_choice",
        "A value is not one of those to choose from.",
        _US,
        source="RealDealCPA, live notes",
    ),
    _row(3120, "not_found", "The record named by its id is not in the company file.", _S),
    _row(3130, "parent_invalid", "The parent record is not there.", _S, source=REPEATED),
    _row(
        3140,
        "reference_invalid",
        "A record that is referred to is not in its list.",
        _B,
        source=f"{INTUIT}; flowlink and quickbooks-sync tests",
    ),
    _row(3150, "element_missing", "A required value is missing.", _US),
    _row(3151, "elements_exclude", "Two values exclude each other.", _US, source=REPEATED),
    _row(
        3160,
        "in_use_not_deleted",
        "The record is in use and cannot be deleted.",
        _S,
        source="desktopaccountingapi, measured",
    ),
    _row(3161, "not_deleted", "The record cannot be deleted.", _B, source=REPEATED),
    _row(3162, "not_deleted", "The record cannot be deleted.", _B, source=REPEATED),
    _row(
        3170,
        "not_modified",
        "The record could not be changed; often somebody else was changing the list.",
        _S,
        retry=True,
    ),
    _row(3171, "books_closed", "The books are closed for that date.", _B),
    _row(3175, "in_use", "Somebody has the record open in QuickBooks.", _PC, retry=True),
    _row(3176, "related_in_use", "Somebody has a related record open.", _PC, retry=True),
    _row(3177, "linked_twice", "One transaction is linked twice.", _US, source=OSR),
    # Retry where the text speaks of a lock; otherwise a person has to read the text.
    _row(3180, "not_saved", "QuickBooks could not save it; its message has the reason.", _B),
    _row(3185, "not_voided", "The transaction cannot be voided.", _B, source=REPEATED),
    _row(
        3190,
        "not_cleared",
        "A value cannot be emptied in QuickBooks.",
        _US,
        source="flowlink tests",
    ),
    _row(
        3200,
        "out_of_date",
        "The record was changed in QuickBooks after it was last read.",
        _S,
        retry=True,
    ),
    _row(3205, "address_invalid", "The address is not valid.", _O, source=REPEATED),
    _row(3210, "value_invalid", "QuickBooks refuses a value; its message names the field.", _O),
    _row(3220, "not_authorised", "The QuickBooks user may not do this.", _A),
    _row(3230, "rolled_back", "It was undone with others.", _S, retry=True, source=REPEATED),
    _row(
        3231,
        "not_tried",
        "An earlier request failed, so this one was not tried.",
        _S,
        retry=True,
        source=f"{INTUIT}; quickbooks-sync tests",
    ),
    _row(3240, "created_anew", "The object was made anew.", _S, source=REPEATED),
    _row(3250, "feature_off", "The feature is off, or this edition does not have it.", _A),
    _row(3260, "no_permission", "The QuickBooks user lacks the permission.", _A),
    _row(3261, "no_personal_data", "The application may not read personal data.", _A),
    _row(3262, "no_payroll", "There is no payroll subscription.", _A),
    _row(3263, "read_only", "The application may read only.", _A),
    _row(3264, "no_merchant_service", "The merchant service is not set up.", _A),
    _row(3270, "account_missing", "An account that it has to be posted to is missing.", _B),
    _row(3280, "item_type_differs", "The item is of another type.", _B, source=REPEATED),
    _row(3290, "window_not_opened", "QuickBooks could not open a form.", _PC, source=REPEATED),
    _row(3300, "other", "QuickBooks could not do it.", _B, source=REPEATED),
    _row(3351, "ext_not_assigned", "The custom field is not for this kind of record.", _US),
    _row(3390, "list_full", "A list is full.", _B),
    _row(3500, "not_merged", "The records cannot be merged.", _B),
    # --- Error recovery ---
    _row(
        9001,
        "set_differs",
        "The message set under this id was another.",
        _US,
        source=RECOVERY,
    ),
    _row(9002, "answer_not_stored", "It ran, and its answer was not kept.", _S, source=RECOVERY),
    _row(9004, "set_id_too_long", "The message set id is too long.", _US, source=RECOVERY),
    _row(9005, "set_not_stored", "QuickBooks could not keep its answer.", _S, source=RECOVERY),
)

STATUSES: Final[Mapping[int, StatusMeaning]] = MappingProxyType({row.code: row for row in _ROWS})

# For codes without a row: up to and including the first number.
_RANGE_ROWS: Final = (
    (-1, "unknown", "QuickBooks answered with a code that is none.", _US, RANGES),
    (499, "notice", "QuickBooks did it, and remarks on something.", _N, RANGES),
    (999, "warning", "QuickBooks warns; it may have done it all the same.", _B, RANGES),
    (1999, "general_error", "QuickBooks could not do it.", _PC, RANGES),
    (2999, "not_supported", "QuickBooks does not support it.", _US, RANGES),
    (3099, "not_readable", "QuickBooks could not read a value.", _US, RANGES),
    (8999, "refused", "QuickBooks refuses it; its message has the reason.", _B, RANGES),
    (9099, "recovery_failed", "QuickBooks has no use for the message set id.", _S, RECOVERY),
    (9199, "macro_invalid", "A stand-in for a record is not valid.", _US, INTUIT),
)


def meaning_of(code: int) -> StatusMeaning:
    """Return what `code` means; for one that has no row, what its range says."""
    if code in STATUSES:
        return STATUSES[code]
    for last, name, meaning, actor, source in _RANGE_ROWS:
        if code <= last:
            return StatusMeaning(code, name, meaning, actor, False, False, source)
    return StatusMeaning(
        code, "unknown", "QuickBooks answered with an unknown code.", _US, False, False, RANGES
    )


def severity_of(code: int) -> str:
    """Return "Info", "Warn" or "Error", as the code's range has it.

    Source: Intuit, qbXML status codes.
    """
    if 0 <= code < 500:
        return "Info"
    return "Warn" if 500 <= code < 1000 else "Error"
