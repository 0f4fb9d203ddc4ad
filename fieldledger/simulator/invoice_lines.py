"""What the lines of an invoice come to: quantity, rate and amount, and what QuickBooks fills in.

Sources: Onscreen Reference (Rate and Amount together, derived rates, description-only lines,
discounts, subtotals, tax lines); rounding to the cent is checked against recorded InvoiceRets, in
which a rate of 111.111 without a quantity stands beside an amount of 111.11.
"""

from decimal import Decimal
from typing import Final

from fieldledger.simulator.content import PRICES, as_printed
from fieldledger.simulator.formats import cents_of, money, price, rounded_cents
from fieldledger.simulator.names import is_blank, is_reference, refer
from fieldledger.simulator.problems import Failed, no_such_object, no_such_reference
from fieldledger.simulator.state import Fields, Record, State
from fieldledger.simulator.tax import is_taxable, tax_rate
from fieldledger.simulator.turn import Turn

WHERE: Final = "Invoice line"
MONEY: Final = frozenset({"Quantity", "Rate", "RatePercent", "Amount"})
NOT_FOR_SALE: Final = frozenset({"ItemGroup", "ItemSalesTaxGroup", "ItemPayment"})


def new_lines(turn: Turn, given: list[Fields]) -> list[Fields]:
    """Return the lines that an InvoiceAdd gives."""
    lines: list[Fields] = []
    for each in given:
        line: Fields = {"TxnLineID": turn.state.make_txn_id(turn.at)}
        _fill(turn, line, each, lines)
        lines.append(line)
    return lines


def changed_lines(turn: Turn, old: list[Fields], given: list[Fields]) -> list[Fields]:
    """Return the lines that an InvoiceMod leaves: those it names, in its order; the rest is gone.

    A TxnLineID of -1 is a new line. Source: Onscreen Reference, "TxnLineID".

    :raises Failed: 3120 for a TxnLineID that the invoice does not have.
    """
    by_id = {line["TxnLineID"]: line for line in old}
    lines: list[Fields] = []
    for each in given:
        line_id = each["TxnLineID"]
        if line_id == "-1":
            line: Fields = {"TxnLineID": turn.state.make_txn_id(turn.at)}
        elif line_id in by_id:
            line = dict(by_id.pop(line_id))
        else:
            raise no_such_object(line_id)
        _fill(turn, line, each, lines)
        lines.append(line)
    return lines


def subtotal(lines: list[Fields]) -> int:
    """Return in cents what the lines come to before tax."""
    return sum(
        line["Amount"]
        for line in lines
        if line.get("Amount") is not None and not line.get("IsSubtotal")
    )


def _fill(turn: Turn, line: Fields, given: Fields, above: list[Fields]) -> None:
    """Give a line what a request says of it and what follows from that."""
    item_before = line.get("ItemRef")
    for element, value in given.items():
        if element in MONEY or element in {"TxnLineID", "defMacro", "LinkToTxn"}:
            continue
        if is_reference(element, value):
            if is_blank(value):
                line.pop(element, None)
            else:
                line[element] = refer(turn, element, value, WHERE)
        elif value == "":
            line.pop(element, None)
        else:
            line[element] = value
    if "LinkToTxn" in given:  # Only sales orders can be linked, and this company has none.
        raise no_such_object(given["LinkToTxn"]["TxnID"])
    if "ItemRef" not in line:
        _check_text_only(line, given)
        return
    item = turn.state.records[line["ItemRef"]]
    if item.type in NOT_FOR_SALE:
        raise no_such_reference("Item", item.name, WHERE)
    if line["ItemRef"] != item_before:
        _take_from_item(turn.state, line, given, item)
    _price(turn, line, given, item, above)


def _check_text_only(line: Fields, given: Fields) -> None:
    if any(given.get(element) for element in MONEY):
        raise Failed(
            3180,
            "There was an error when saving a Invoice.  QuickBooks error message: An amount needs "
            "an item in the detail line.",
        )
    for element in (*MONEY, "SalesTaxCodeRef"):
        line.pop(element, None)


def _take_from_item(state: State, line: Fields, given: Fields, item: Record) -> None:
    """Fill in what the item says where the request does not."""
    if "Desc" not in given:
        description = item_description(item)
        if description:
            line["Desc"] = description
    if "SalesTaxCodeRef" not in given:
        preferences = state.preferences
        code = item.fields.get("SalesTaxCodeRef") if preferences.sales_tax else None
        code = code or preferences.nontaxable_code
        if code:
            line["SalesTaxCodeRef"] = code
    for element in MONEY:
        line.pop(element, None)


def item_description(item: Record) -> str:
    """Return what an item says on an invoice."""
    fields = item.fields
    for side, element in (("SalesOrPurchase", "Desc"), ("SalesAndPurchase", "SalesDesc")):
        if side in fields:
            return str(fields[side].get(element, ""))
    return str(fields.get("SalesDesc") or fields.get("ItemDesc") or "")


def item_price(item: Record) -> str:
    """Return the price of an item, as text."""
    fields = item.fields
    for side, element in (("SalesOrPurchase", "Price"), ("SalesAndPurchase", "SalesPrice")):
        if side in fields:
            return str(fields[side].get(element, "0.00"))
    return str(fields.get("SalesPrice", "0.00"))


def _price(turn: Turn, line: Fields, given: Fields, item: Record, above: list[Fields]) -> None:
    if item.type == "ItemSubtotal":
        line["Amount"] = _since_last_subtotal(above)
        line["IsSubtotal"] = True
        return
    if item.type == "ItemDiscount":
        _price_discount(line, given, item, above)
        return
    amount = given.get("Amount")
    if "Quantity" in given:
        _set_or_drop(line, "Quantity", given["Quantity"])
    count = Decimal(line.get("Quantity", "1"))
    if amount:
        if given.get("Rate"):
            turn.warn(550, "The Rate was ignored because an Amount was given too.")
        line["Amount"] = cents_of(amount)
        if count:
            line["Rate"] = price(str(Decimal(line["Amount"]) / 100 / count))
        return
    if item.type == "ItemSalesTax" and not given.get("Rate"):
        line["Amount"] = _tax_above(turn.state, item, above)
        return
    if given.get("Rate"):
        line["Rate"] = price(given["Rate"])
    elif "Rate" not in line:
        line["Rate"] = price(item_price(item))
    if "Amount" not in line or "Quantity" in given or "Rate" in given:
        line["Amount"] = rounded_cents(count * Decimal(line["Rate"]))


def _set_or_drop(line: Fields, element: str, text: str) -> None:
    if text == "":
        line.pop(element, None)
    else:
        line[element] = price(text) if element in PRICES else as_printed(element, text)


def _price_discount(line: Fields, given: Fields, item: Record, above: list[Fields]) -> None:
    if given.get("Quantity"):
        raise Failed(3180, "A discount line cannot have a quantity.")
    percent = given.get("RatePercent") or item.fields.get("DiscountRatePercent")
    if given.get("Amount"):
        line["Amount"] = -abs(cents_of(given["Amount"]))
    elif percent and not given.get("Rate"):
        last = above[-1].get("Amount") if above else None
        line["RatePercent"] = price(str(-abs(Decimal(percent))))
        line["Amount"] = rounded_cents(-abs(Decimal(percent)) * Decimal(last or 0) / 10_000)
    else:
        flat = Decimal(given.get("Rate") or item.fields.get("DiscountRate", "0"))
        line["Rate"] = price(str(-abs(flat)))
        line["Amount"] = rounded_cents(-abs(flat))


def _since_last_subtotal(above: list[Fields]) -> int:
    total = 0
    for line in reversed(above):
        if line.get("IsSubtotal"):
            break
        total += line.get("Amount") or 0
    return total


def _tax_above(state: State, item: Record, above: list[Fields]) -> int:
    taxable = sum(
        line.get("Amount") or 0
        for line in above
        if not line.get("IsSubtotal") and is_taxable(state, line.get("SalesTaxCodeRef"))
    )
    return rounded_cents(Decimal(taxable) * tax_rate(state, item.id) / 10_000)


def line_view(line: Fields) -> Fields:
    """Return a line with its amounts as text."""
    view = {key: value for key, value in line.items() if key != "IsSubtotal"}
    if view.get("Amount") is not None:
        view["Amount"] = money(view["Amount"])
    return view
