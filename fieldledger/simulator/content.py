"""What Adds and Mods of lists say, turned into a record's own content.

In an Add an empty element is as good as none. In a Mod an absent element keeps what is there, and
an empty one clears it or is refused with 3190. Sources: Onscreen Reference; a recorded 3190,
"Cannot clear the element in the IncomeAccountRef field."
"""

from fieldledger.simulator.formats import cents_of, money, price, quantity
from fieldledger.simulator.names import is_blank, is_reference, refer, refer_to_parent
from fieldledger.simulator.problems import Failed, cannot_clear
from fieldledger.simulator.state import Fields, Record
from fieldledger.simulator.turn import Turn

PRICES = frozenset(
    [
        "Price",
        "PricePercent",
        "SalesPrice",
        "PurchaseCost",
        "DiscountRate",
        "DiscountRatePercent",
        "TaxRate",
        "DiscountPct",
        "AverageCost",
    ]
)
AMOUNTS = frozenset({"CreditLimit", "TotalValue"})
QUANTITIES = frozenset({"QuantityOnHand", "ReorderPoint", "Max", "Quantity"})
NOT_CONTENT = frozenset({"ListID", "EditSequence", "defMacro", "ParentRef", "Name"})
# A Mod's aggregates that are called otherwise in the record itself.
RENAMED = {"SalesOrPurchaseMod": "SalesOrPurchase", "SalesAndPurchaseMod": "SalesAndPurchase"}
ADDRESS_LINES_MAX = 5  # Onscreen Reference: the printed block has five lines.


def content_of(turn: Turn, given: Fields, where: str) -> Fields:
    """Return the content that an Add gives, without its name and parent."""
    content: Fields = {}
    for element, value in given.items():
        if element in NOT_CONTENT or value in ("", {}):
            continue
        if is_reference(element, value):
            if not is_blank(value):
                content[element] = refer(turn, element, value, where)
        elif isinstance(value, dict):
            content[element] = content_of(turn, value, where)
        elif isinstance(value, str):
            content[element] = as_printed(element, value)
        else:
            content[element] = value
    check_addresses(content)
    return content


def as_printed(element: str, text: str) -> str:
    """Return a number as QuickBooks prints it back; other text as it is."""
    if element in PRICES:
        return price(text)
    if element in AMOUNTS:
        return money(cents_of(text))
    return quantity(text) if element in QUANTITIES else text


def changed_content(
    turn: Turn, old: Fields, given: Fields, where: str, *, kept: frozenset[str]
) -> Fields:
    """Return `old` as a Mod changes it; the elements in `kept` can't be cleared.

    :raises Failed: 3190 if one of those is given empty.
    """
    content = dict(old)
    for element, value in given.items():
        if element in NOT_CONTENT or element.startswith("Apply"):
            continue
        name = RENAMED.get(element, element)
        empty = is_blank(value) if is_reference(element, value) else value == ""
        if empty:
            _clear(turn, content, name, kept)
        elif is_reference(element, value):
            content[name] = refer(turn, element, value, where)
        elif isinstance(value, dict):
            replaces = name.endswith("Address") and turn.state.variant.address_replaces
            before = {} if replaces else dict(content.get(name) or {})
            content[name] = changed_content(turn, before, value, where, kept=kept)
        elif isinstance(value, str):
            _replace_alternative(content, name)
            content[name] = as_printed(name, value)
        else:
            content[name] = value
    check_addresses(content)
    return content


def _clear(turn: Turn, content: Fields, name: str, kept: frozenset[str]) -> None:
    if name in kept:
        raise cannot_clear(name)
    if turn.state.variant.empty_clears:
        content.pop(name, None)


def _replace_alternative(content: Fields, name: str) -> None:
    for either, other in (("Price", "PricePercent"), ("DiscountRate", "DiscountRatePercent")):
        if name in (either, other):
            content.pop(other if name == either else either, None)


def check_addresses(content: Fields) -> None:
    """Refuse an address that does not fit the printed block.

    :raises Failed: 3205 for more than five lines. Source: Onscreen Reference, "BillAddress".
    """
    for name in ("BillAddress", "ShipAddress", "OtherNameAddress", "VendorAddress"):
        address = content.get(name)
        if address and len(address_block(address)) > ADDRESS_LINES_MAX:
            raise Failed(3205, f"The address in the {name} field has more than five lines.")


def address_block(address: Fields) -> list[str]:
    """Return an address as it is printed: its lines, then "Bayshore, CA 94326"."""
    lines = [address[name] for name in ADDRESS_LINES if address.get(name)]
    place = " ".join(filter(None, (address.get("State"), address.get("PostalCode"))))
    last = ", ".join(filter(None, (address.get("City"), place)))
    return [*lines, last] if last else lines


ADDRESS_LINES = ("Addr1", "Addr2", "Addr3", "Addr4", "Addr5")


def parent_of(turn: Turn, given: Fields, kind: str, record: Record | None = None) -> str | None:
    """Return the ListID of the parent that a request names, or of the one that stays."""
    reference = given.get("ParentRef")
    if reference is None:
        return record.parent if record else None
    if is_blank(reference):
        return None
    parent = refer_to_parent(turn, reference, (kind,))
    above: str | None = parent
    while above is not None:
        if record is not None and above == record.id:
            raise Failed(3130, "A record cannot be its own parent.")
        above = turn.state.records[above].parent
    return parent
