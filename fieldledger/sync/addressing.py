"""Addresses: two street lines of ours, five printed lines of QuickBooks'.

QuickBooks prints an address as a block of at most five lines: Addr1 to Addr5, then one for city,
state and postal code, then one for the country. Filling more than five is an error (OSR,
BillAddress). What stands in the block is all that is printed as "Bill To", so the name goes first.
"""

from collections.abc import Sequence
from textwrap import wrap
from typing import Final

from fieldledger.qbxml import objects
from fieldledger.sync.content import Address
from fieldledger.sync.fields import note, write_line
from fieldledger.sync.naming import fold, quickbooks_text, shorten

LINE_MAX: Final = 41  # Characters, Addr1 to Addr5: this and the next from the qbXML 13.0 schema.
CITY_MAX: Final = 31
STATE_MAX: Final = 21
POSTAL_CODE_MAX: Final = 13
COUNTRY_MAX: Final = 31
BLOCK_LINES_MAX: Final = 5

CLEARED: Final = objects.Address(
    addr1="", addr2="", addr3="", addr4="", addr5="", city="", state="", postal_code="", country=""
)
_EMPTY: Final = Address()


def write_address(
    address: Address,
    *,
    name: str,
    clearing: bool,
    what: str,
    notes: list[str] | None = None,
) -> objects.Address | None:
    """Return the address for QuickBooks; None says nothing about it.

    `name` becomes the first line if there is room and the address does not begin with it.
    `clearing` (in a change) also empties there what is empty here. A street longer than a line
    goes on in the next one; only what does not fit the block is shortened, with a sentence in
    `notes` that begins with `what` ("Billing address").
    """
    if address == _EMPTY:
        return CLEARED if clearing else None
    city = write_line(address.city, CITY_MAX, f"{what}, city", notes)
    state = write_line(address.state, STATE_MAX, f"{what}, state", notes)
    postal_code = write_line(address.postal_code, POSTAL_CODE_MAX, f"{what}, postal code", notes)
    country = write_line(address.country, COUNTRY_MAX, f"{what}, country", notes)
    streets = [*_street(address.line1, what, notes), *_street(address.line2, what, notes)]
    if not (streets or city or state or postal_code or country):
        return CLEARED if clearing else None
    room = BLOCK_LINES_MAX - bool(city or state or postal_code) - bool(country)
    first = write_line(name, LINE_MAX, what, None)
    if first and len(streets) < room and not (streets and fold(streets[0]) == fold(first)):
        streets.insert(0, first)
    if len(streets) > room:
        streets[room - 1 :] = [shorten(" ".join(streets[room - 1 :]), LINE_MAX)]
        if notes is not None:
            notes.append(f"{what}: too long for the five lines QuickBooks prints; shortened.")
    empty = "" if clearing else None
    lines: list[str | None] = [*streets, *[empty] * (5 - len(streets))]
    return objects.Address(
        addr1=lines[0],
        addr2=lines[1],
        addr3=lines[2],
        addr4=lines[3],
        addr5=lines[4],
        city=city or empty,
        state=state or empty,
        postal_code=postal_code or empty,
        country=country or empty,
    )


def read_address(
    lines: Sequence[str],
    *,
    city: str = "",
    state: str = "",
    postal_code: str = "",
    country: str = "",
    names: Sequence[str] = (),
) -> Address:
    """Return an address of QuickBooks' as ours: the other direction of write_address.

    `lines` are Addr1 to Addr5. First lines that are among `names` (the customer's, its
    company's, its contact's) are left out, and so are empty ones.
    """
    streets = [text for line in lines if (text := " ".join(line.split()))]
    known = {fold(name) for name in names}
    # QuickBooks itself puts a company and its contact in two lines.
    while streets and fold(streets[0]) in known:
        streets = streets[1:]
    return Address(
        line1=streets[0] if streets else "",
        line2=", ".join(streets[1:]),
        city=city.strip(),
        state=state.strip(),
        postal_code=postal_code.strip(),
        country=country.strip(),
    )


def _street(text: str, what: str, notes: list[str] | None) -> list[str]:
    if not text:
        return []
    if len(text) <= LINE_MAX and text.isascii() and text.isprintable():
        stripped = text.strip()
        return [stripped] if stripped else []
    held = quickbooks_text(text, one_line=True)
    note(notes, f"{what}, street", held.changed)
    return wrap(held.text, LINE_MAX, break_on_hyphens=False)
