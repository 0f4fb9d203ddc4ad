"""Tips and fees on an invoice as QuickBooks takes them: lines of their own, below the discount.

QuickBooks has no tip or fee on an invoice; the item of a line says the account it posts to
(Onscreen Reference, ItemRef), so each kind goes with the item that the mapping names for it.
"""

from dataclasses import replace
from typing import Final

from fieldledger.sync.content import Choices, InvoiceContent, LineContent
from fieldledger.sync.naming import CannotBeSent

_EXTRAS: Final = frozenset({"tip", "fee"})


def is_extra(line: LineContent) -> bool:
    """Return whether a line is a tip or a fee."""
    return line.kind in _EXTRAS


def extras_of(content: InvoiceContent, choices: Choices) -> list[LineContent]:
    """Return the invoice's tips and fees, each with the item it goes under.

    :raises CannotBeSent: if no item is chosen for tips, or for fees.
    """
    items = {"tip": choices.tip_item, "fee": choices.fee_item}
    extras = [line for line in content.lines if is_extra(line)]
    for line in extras:
        if items[line.kind] is None:
            raise CannotBeSent(
                "lines",
                f"Invoice {content.number} has a {line.kind}, and no item is chosen for "
                f"{line.kind}s in the mapping.",
                f"no_{line.kind}_item",
            )
    return [replace(line, item_list_id=items[line.kind]) for line in extras]
