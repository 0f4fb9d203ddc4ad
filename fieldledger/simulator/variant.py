"""How the simulated QuickBooks behaves where nobody knows how the real one does.

Each field is a question without a published answer; a simulation runs all of its values, so that
what passes does not rest on a guess.
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One possible QuickBooks."""

    # Which message sets' answers are remembered. Intuit says that they are, not how many.
    store_keeps: Literal["all", "last", "none"] = "all"
    stores_query_sets: bool = True
    # The status of an id without a stored answer: Intuit's sample InvoiceAdd.cs handles both.
    not_stored_status: Literal[600, 9002] = 600
    # What a stored answer holds for a record that was written.
    stored_answers: Literal["ret", "recovery"] = "ret"
    guid_unique: bool = False
    # EditSequence is the epoch second of the change; two changes in one second share one or not.
    edit_sequence_per_change: bool = False
    # Whether a Mod that leaves a record as it was counts as a change.
    unchanged_mod_bumps: bool = True
    # Whether an empty element in a Mod clears the field.
    empty_clears: bool = True
    # Whether an address in a Mod replaces the old one or only the lines that it names.
    address_replaces: bool = False
    inactive_reference_status: Literal[3140, 3180] = 3140
    # What becomes of a character that Windows-1252 has not: "?", or its request is refused, or
    # its document.
    outside_windows_1252: Literal["question_mark", "refused", "refused_whole"] = "question_mark"
    # Whether an invoice without a number gets the next one.
    numbers_invoices: bool = True
    # Whether voiding or deleting a paid invoice frees its payments, or is refused.
    frees_payments: bool = True
    # What a second SetCredit of one credit memo on one invoice does: its amount is added to what
    # was applied, or takes its place. And whether applying a credit gives the invoice a new
    # EditSequence, for it makes no more than a link (Onscreen Reference on SetCredit).
    set_credit_adds: bool = True
    set_credit_bumps: bool = True
    # Whether the Web Connector still calls closeConnection after a fault, or after giving up on
    # QuickBooks.
    closes_after_fault: bool = False
    closes_after_connection_error: bool = True
