"""What keeps a record of ours out of QuickBooks before it is even asked, in an office's words."""

from collections.abc import Mapping
from typing import Final

from fieldledger.qbxml.statuses import Actor
from fieldledger.sync.fields import INVOICE_NUMBER_MAX, REFERENCE_MAX
from fieldledger.sync.words_quickbooks import Words

_RETRY: Final = "Open the entry in the sync log and press Retry."
_MAPPING: Final = "Press Open mapping"
_NO_SUCH_ITEM: Final = (
    "If there is none to choose, make one in QuickBooks (Lists > Item List > Item > New, type "
    "Other Charge), then press Refresh the lists."
)

UNSENT_WORDS: Final[Mapping[str, Words]] = {
    "blank_name": Words(
        "No name",
        "{Name} has no name, and QuickBooks needs one.",
        Actor.OFFICE,
        ("Open the record and enter a name. It is then sent by itself.",),
    ),
    "number_missing": Words(
        "No number",
        "The invoice has no number.",
        Actor.OFFICE,
        ("Open the invoice and enter a number.", "Press Sync to QuickBooks again."),
    ),
    "number_too_long": Words(
        "Number too long",
        f"The number {{number}} is too long: QuickBooks takes at most {INVOICE_NUMBER_MAX} "
        f"characters in the number of an invoice, and {REFERENCE_MAX} in the reference of a "
        "payment.",
        Actor.OFFICE,
        ("Open the record and shorten the number.", "Press Sync to QuickBooks again."),
    ),
    "characters": Words(
        "Characters QuickBooks cannot hold",
        "The number {number} has characters that QuickBooks cannot hold.",
        Actor.OFFICE,
        ("Open the record and use plain letters and digits.", "Press Sync to QuickBooks again."),
    ),
    "figure_too_large": Words(
        "A figure QuickBooks cannot hold",
        "A quantity, price or amount of {name} is too large or has too many decimals.",
        Actor.OFFICE,
        ("Open the record and correct the figure.", "Press Sync to QuickBooks again."),
    ),
    "date_out_of_range": Words(
        "A date QuickBooks cannot hold",
        "The date of {name} is too far in the past.",
        Actor.OFFICE,
        ("Open the record and correct the date.", "Press Sync to QuickBooks again."),
    ),
    "no_lines": Words(
        "No lines",
        "The invoice has no lines, and QuickBooks takes none without.",
        Actor.OFFICE,
        ("Open the invoice and add a line.", "Press Sync to QuickBooks again."),
    ),
    "no_amount": Words(
        "No amount",
        "The payment is not over zero, and QuickBooks takes no such payment.",
        Actor.OFFICE,
        ("Open the payment and correct the amount.", "Press Sync to QuickBooks again."),
    ),
    "credit_applied_otherwise": Words(
        "A credit applied otherwise",
        "QuickBooks applies {there} of credit memo {number} to {name}, and here it is {here}. No"
        " program can take a credit off an invoice there.",
        Actor.BOOKKEEPER,
        (
            "In QuickBooks: open the invoice, choose Apply Credits, clear it there, and save.",
            f"{_RETRY} What goes to it here is then applied.",
        ),
    ),
    "credit_unknown": Words(
        "A credit that is not known",
        "QuickBooks applies {there} of a credit memo {number} to {name}. Since a backup of"
        " Fieldledger came back, nobody knows whether it is the credit memo {number} that is here.",
        Actor.OFFICE,
        (
            "Open that credit memo here and press Sync to QuickBooks: it is looked for there.",
            f"{_RETRY} What goes to the invoice here is compared again.",
            "If QuickBooks has another one of this number, give that another number there.",
        ),
    ),
    "credit_not_asked": Words(
        "Its credit memo is not there",
        "Credit memo {number} goes to {name}, and nobody has asked to send it to QuickBooks.",
        Actor.OFFICE,
        ("Open the invoice and press Sync to QuickBooks: its credit memos go along.",),
    ),
    "credit_not_shown": Words(
        "A credit that is not shown",
        "QuickBooks took {here} of credit memo {number} for {name}, and does not show that it is"
        " applied.",
        Actor.BOOKKEEPER,
        (
            "In QuickBooks: open the invoice and see what Apply Credits says.",
            f"{_RETRY} It is looked at once more, and applied if it is not there.",
        ),
    ),
    "closed_period": Words(
        "The books are closed",
        "{date} is on or before the closing date in QuickBooks, {closing_date}.",
        Actor.BOOKKEEPER,
        (
            "Open the invoice and choose: send it with another date, hold it, or let it go.",
            (
                "To open the period: in QuickBooks, Edit > Preferences > Accounting > Company "
                "Preferences > Set Date/Password. Then press Retry."
            ),
        ),
    ),
    "refused_before": Words(
        "Refused before a backup came back",
        "{name} had been refused before. It was looked for in the company file that came back, and "
        "is not there.",
        Actor.BOOKKEEPER,
        (
            "Open it in the sync log: its timeline says why it was refused.",
            "Press Retry to send it, if nobody has entered it in QuickBooks by hand.",
        ),
    ),
    "no_income_account": Words(
        "No income account chosen",
        "QuickBooks needs to know to which income account {name} posts.",
        Actor.BOOKKEEPER,
        (f"{_MAPPING} and choose an income account. It is then sent by itself.",),
    ),
    "no_fallback_item": Words(
        "A line without an item",
        "A line of {name} names no item, and QuickBooks takes no amount without one.",
        Actor.BOOKKEEPER,
        (
            "Open the invoice and choose an item for the line.",
            f"Or: {_MAPPING.lower()} and choose the item that such lines use. Then press Retry.",
        ),
    ),
    "tax_not_mapped": Words(
        "Tax rate not matched",
        "The tax rate {tax_rate} is not matched to a sales tax item in QuickBooks.",
        Actor.BOOKKEEPER,
        (f"{_MAPPING} and choose its sales tax item. Then press Retry.",),
    ),
    "no_zero_tax_item": Words(
        "No tax item of 0 % chosen",
        "The tax of {name} is to go as a line of its own. For that QuickBooks needs a tax item of "
        "0 %, or it would add a tax itself.",
        Actor.BOOKKEEPER,
        (f"{_MAPPING} and choose a tax item of 0 %. Then press Retry.",),
    ),
    "no_tax_line_item": Words(
        "No item for the tax chosen",
        "The tax of {name} is to go as a line of its own, and no item is chosen for that line.",
        Actor.BOOKKEEPER,
        (f"{_MAPPING} and choose an item for it. Then press Retry.",),
    ),
    "no_discount_item": Words(
        "No discount item chosen",
        "{Name} has a discount, and QuickBooks takes a discount only as a line with a discount "
        "item. None is chosen.",
        Actor.BOOKKEEPER,
        (
            f"{_MAPPING} and choose a discount item. Then press Retry.",
            (
                "If there is none to choose, make one in QuickBooks (Lists > Item List > Item > "
                "New, type Discount), then press Refresh the lists."
            ),
        ),
    ),
    "no_refund_account": Words(
        "No account for refunds chosen",
        "{Name} is paid from an account of QuickBooks, and none is chosen.",
        Actor.BOOKKEEPER,
        (f"{_MAPPING} and choose the account that refunds are paid from. Then press Retry.",),
    ),
    "no_receivable_account": Words(
        "Not just one receivable account",
        "{Name} has to name QuickBooks’ account of receivables, and there are none or several.",
        Actor.BOOKKEEPER,
        ("Enter the refund in QuickBooks as a check to the client. Then press Ignore here.",),
    ),
    "no_tip_item": Words(
        "No item for tips chosen",
        "{Name} has a tip, and QuickBooks takes it only as a line with an item. None that is "
        "there is chosen.",
        Actor.BOOKKEEPER,
        (f"{_MAPPING} and choose an item for tips. Then press Retry.", _NO_SUCH_ITEM),
    ),
    "no_fee_item": Words(
        "No item for fees chosen",
        "{Name} has a fee, and QuickBooks takes it only as a line with an item. None that is "
        "there is chosen.",
        Actor.BOOKKEEPER,
        (f"{_MAPPING} and choose an item for fees. Then press Retry.", _NO_SUCH_ITEM),
    ),
    "no_rounding_item": Words(
        "No item for rounding chosen",
        "A line is to balance the totals of {name}, and no item is chosen for that line.",
        Actor.BOOKKEEPER,
        (f"{_MAPPING} and choose an item for it. Then press Retry.",),
    ),
    "sales_tax_off": Words(
        "Sales tax is off in QuickBooks",
        "{Name} has sales tax, and sales tax is switched off in QuickBooks.",
        Actor.QUICKBOOKS_ADMIN,
        (
            "In QuickBooks: Edit > Preferences > Sales Tax > Company Preferences > Yes.",
            "Or take the tax off the invoice here.",
            _RETRY,
        ),
    ),
    "tax_codes_unknown": Words(
        "Sales tax codes not read yet",
        "QuickBooks' sales tax codes have not been read, so it is not known how to mark a line as "
        "taxable or not.",
        Actor.SYSTEM,
        (
            "Nothing to do: they are read with the next session.",
            (
                "If it stays this way, look in QuickBooks under Lists > Sales Tax Code List: "
                "it needs a taxable and a non-taxable code."
            ),
        ),
    ),
    "client_not_in_quickbooks": Words(
        "Its client is not in QuickBooks",
        "The client of {name} is not in QuickBooks yet.",
        Actor.SYSTEM,
        ("Nothing to do: it follows as soon as the client is there.",),
    ),
    "item_not_in_quickbooks": Words(
        "An item is not in QuickBooks",
        "An item of {name} is not in QuickBooks yet.",
        Actor.SYSTEM,
        ("Nothing to do: it follows as soon as the item is there.",),
    ),
    "invoice_not_in_quickbooks": Words(
        "Its invoice is not in QuickBooks",
        "The invoice that {name} pays is not in QuickBooks yet.",
        Actor.SYSTEM,
        ("Nothing to do: it follows as soon as the invoice is there.",),
    ),
}
