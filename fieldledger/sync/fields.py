"""One field at a time: our text or figure as one element of qbXML holds it.

Texts that people read are shortened where that shows, with a sentence in `notes`; a number by
which a record is found again, an e-mail address and a figure go as they are or not at all.
"""

import re
from collections.abc import Sequence
from decimal import Context, Decimal
from typing import Final
from uuid import UUID

from fieldledger.sync.naming import CannotBeSent, holds, quickbooks_text

# Characters; tests hold them equal to the table in qbxml.schema.
COMPANY_NAME_MAX: Final = 41
PERSON_NAME_MAX: Final = 25
PHONE_MAX: Final = 21
EMAIL_MAX: Final = 1023
TEXT_MAX: Final = 4095  # Notes, memo, descriptions.
INVOICE_NUMBER_MAX: Final = 11
REFERENCE_MAX: Final = 20

_CENT: Final = Decimal("0.01")
_FIFTH: Final = Decimal("0.00001")
_AMOUNT_LIMIT: Final = Decimal(10) ** 13  # AMTTYPE: 13 digits before the point.
_FIGURE_LIMIT: Final = Decimal(10) ** 10  # PRICETYPE and QUANTYPE: 10.
_WIDE: Final = Context(prec=60)
_EXTENSION: Final = re.compile(r"\s*(?:extension|ext\.?|x)\s*", re.IGNORECASE)


def write_line(text: str, limit: int, what: str, notes: list[str] | None) -> str:
    """Return `text` as one line QuickBooks can hold; a change is noted as "what: sentence"."""
    if not text:
        return ""
    if len(text) <= limit and text.isascii() and text.isprintable():
        return text.strip()
    held = quickbooks_text(text, limit=limit, one_line=True)
    note(notes, what, held.changed)
    return held.text


def write_text(text: str, what: str, notes: list[str] | None) -> str:
    """Return a text of several lines: notes, a memo, a description."""
    if text.isascii() and text.isprintable() and len(text) <= TEXT_MAX:
        return text.strip()
    held = quickbooks_text(text, limit=TEXT_MAX)
    note(notes, what, held.changed)
    return held.text


def write_phone(text: str, notes: list[str] | None) -> str:
    if len(text) > PHONE_MAX:
        text = _EXTENSION.sub("x", text)
    return write_line(text, PHONE_MAX, "Phone", notes)


def write_email(text: str, notes: list[str] | None) -> str:
    """Return the address whole or not at all: half an address reaches somebody else."""
    address = text.strip()
    if len(address) <= EMAIL_MAX and holds(address):
        return address
    if notes is not None:
        notes.append("E-mail: QuickBooks cannot hold this address; it was left out.")
    return ""


def write_identifier(text: str, limit: int, field: str) -> str:
    """Return a number by which the record is found again: as it is, or not at all."""
    number = text.strip()
    if len(number) > limit:
        raise CannotBeSent(
            field,
            f"The {field} “{number}” is too long: QuickBooks takes at most {limit} characters.",
            "number_too_long",
        )
    if not holds(number):
        raise CannotBeSent(
            field, f"The {field} “{number}” has characters QuickBooks cannot hold.", "characters"
        )
    return number


def write_figure(value: Decimal, field: str, subject: str) -> Decimal:
    """Return a price or quantity: at most 10 digits and 5 decimals."""
    return _checked(value, _FIFTH, _FIGURE_LIMIT, field, subject)


def write_money(value: Decimal, field: str, subject: str) -> Decimal:
    return _checked(value, _CENT, _AMOUNT_LIMIT, field, subject)


def marker(guid: UUID) -> str:
    """Return the ExternalGUID: nobody can change it in QuickBooks, so it proves what is ours."""
    return f"{{{str(guid).upper()}}}"


def note(notes: list[str] | None, what: str, changed: Sequence[str]) -> None:
    """Add a sentence to `notes` for each thing changed in the field that is called `what`."""
    if changed and notes is not None:
        notes.extend(f"{what}: {sentence}" for sentence in changed)


def _checked(value: Decimal, step: Decimal, limit: Decimal, field: str, subject: str) -> Decimal:
    """Return `value`, or raise if it is no multiple of `step` or too large; nothing is rounded."""
    if value.is_finite() and abs(value) < limit and value.quantize(step, context=_WIDE) == value:
        return value
    raise CannotBeSent(
        field,
        f"{subject} has a {field.replace('_', ' ')} that QuickBooks cannot hold: {value}.",
        "figure_too_large",
    )
