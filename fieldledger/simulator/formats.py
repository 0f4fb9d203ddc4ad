"""How QuickBooks stores text and prints numbers, money and times."""

from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

CENT = Decimal("0.01")
FIFTH_DECIMAL = Decimal("0.00001")


def stored_text(text: str) -> str:
    """Return `text` as QuickBooks keeps it: Windows' code page 1252, "?" for the rest.

    Source: the readme of the Ruby library qbxml; consolibyte's Cast.php.
    """
    if text.isascii():
        return text
    return text.encode("cp1252", "replace").decode("cp1252")


def is_kept(text: str) -> bool:
    """Whether Windows' code page 1252 has every character of a text."""
    return text.isascii() or stored_text(text) == text


def cents_of(text: str) -> int:
    """Return an amount of the wire, which has no or two decimals, in cents."""
    whole, _, fraction = text.partition(".")
    if not fraction:
        return int(whole) * 100
    sign = -1 if whole.startswith("-") else 1
    return int(whole) * 100 + sign * int(fraction)


def money(cents: int) -> str:
    """Return cents as QuickBooks prints an amount: "-3.50"."""
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def rounded_cents(amount: Decimal) -> int:
    """Return an amount in dollars as cents, half a cent going up."""
    return int(amount.quantize(CENT, ROUND_HALF_UP).scaleb(2))


def price(text: str) -> str:
    """Return a price or percentage as QuickBooks prints it: two to five decimals."""
    whole, _, fraction = f"{Decimal(text).quantize(FIFTH_DECIMAL, ROUND_HALF_UP):f}".partition(".")
    return f"{whole}.{fraction.rstrip('0').ljust(2, '0')}"


def quantity(text: str) -> str:
    """Return a quantity as QuickBooks prints it: no decimals that say nothing."""
    plain = f"{Decimal(text).quantize(FIFTH_DECIMAL, ROUND_HALF_UP):f}"
    return plain.rstrip("0").rstrip(".")


def utc_offset(at: int, zone: ZoneInfo) -> str:
    """Return the UTC offset in force at an epoch second: "-08:00"."""
    return datetime.fromtimestamp(at, zone).isoformat()[19:]


def printed_time(at: int, zone: ZoneInfo, offset: str) -> str:
    """Return an epoch second as QuickBooks prints it: the right wall clock, today's offset.

    QuickBooks prints one offset, the one in force at the time of the query, behind every time, so
    that half of all times are an hour off as instants. Source: 716 recorded objects, in which the
    EditSequence read as an epoch second is exactly an hour away in those with the wrong offset;
    jsgoupil/quickbooks-sync, DATETIMETYPE.cs, which drops the offset for this reason.
    """
    return datetime.fromtimestamp(at, zone).isoformat()[:19] + offset


def second_of(text: str, zone: ZoneInfo, *, last: bool = False) -> int:
    """Return the epoch second of a DATETIMETYPE; without an offset it is the PC's local time.

    A date alone means its first second or, when `last`, its final one. Source: Intuit's Onscreen
    Reference, FromModifiedDate and ToModifiedDate.
    """
    if len(text) == len("2026-05-03"):
        text += "T23:59:59" if last else "T00:00:00"
    elif len(text) == len("2026-05-03T10"):
        text += ":00:00"
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    return int(moment.astimezone(UTC).timestamp())
