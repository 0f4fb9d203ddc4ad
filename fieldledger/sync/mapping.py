"""From our records to QuickBooks' requests: the only place where both vocabularies meet.

A client becomes a customer, a service or product an item, an invoice and a payment an Invoice and
a ReceivePayment. A function here either returns what QuickBooks can take (qbxml.writing accepts it
as it is) or raises CannotBeSent. Texts that are too long for QuickBooks are shortened where a
person can see it, and `notes`, a list the caller may give, gets a sentence for each; numbers by
which a record is found again are never changed, they are refused.

A change sends the fields we own and no others. What is empty here is emptied there, except in a
record that QuickBooks had before it was linked to ours (Known.adopted).
"""

import datetime as dt
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Final

from fieldledger.qbxml import objects
from fieldledger.qbxml.objects import Ref
from fieldledger.sync.addressing import write_address
from fieldledger.sync.applying import applied_to
from fieldledger.sync.content import (
    Choices,
    ClientContent,
    CompanyFacts,
    InvoiceContent,
    ItemContent,
    Known,
    LineContent,
    PaymentContent,
)
from fieldledger.sync.discounts import discount_lines
from fieldledger.sync.extras import extras_of, is_extra
from fieldledger.sync.fields import (
    COMPANY_NAME_MAX,
    INVOICE_NUMBER_MAX,
    PERSON_NAME_MAX,
    REFERENCE_MAX,
    marker,
    note,
    write_email,
    write_figure,
    write_identifier,
    write_line,
    write_money,
    write_phone,
    write_text,
)
from fieldledger.sync.naming import (
    CUSTOMER_NAME_MAX,
    ITEM_NAME_MAX,
    CannotBeSent,
    fold,
    quickbooks_name,
    shorten,
)
from fieldledger.sync.taxing import is_taxed, tax_code, tax_item_of, with_own_lines

__all__ = [
    "CannotBeSent",
    "write_client",
    "write_invoice",
    "write_item",
    "write_payment",
]

_CENT: Final = Decimal("0.01")
_FIRST_DAY: Final = dt.date(1901, 1, 1)  # The earliest TxnDate QuickBooks takes (OSR).
# Wide enough that no product of a quantity and a price is rounded on its way.
_EXACT: Final = Context(prec=60, rounding=ROUND_HALF_UP)


def write_client(
    content: ClientContent,
    *,
    name: str,
    known: Known | None = None,
    notes: list[str] | None = None,
) -> objects.CustomerAdd | objects.CustomerMod:
    """Return the request that brings QuickBooks' customer up to `content`.

    `name` is the name it is to have there: the client's own, or a free one made from it.

    :raises CannotBeSent: if the name is blank.
    """
    clearing = known is not None and not known.adopted
    empty = "" if clearing else None
    given = quickbooks_name(name, limit=CUSTOMER_NAME_MAX)
    note(notes, "Name", given.changed)
    company = write_line(content.company_name, COMPANY_NAME_MAX, "Company", notes) or empty
    first = write_line(content.first_name, PERSON_NAME_MAX, "First name", notes) or empty
    last = write_line(content.last_name, PERSON_NAME_MAX, "Last name", notes) or empty
    billing = write_address(
        content.billing, name=content.name, clearing=clearing, what="Billing address", notes=notes
    )
    service = write_address(
        content.service, name=content.name, clearing=clearing, what="Service address", notes=notes
    )
    phone = write_phone(content.phone, notes) or empty
    email = write_email(content.email, notes) or empty
    remarks = write_text(content.notes, "Notes", notes) or empty
    if known is None:
        return objects.CustomerAdd(
            name=given.name,
            is_active=not content.archived,
            company_name=company,
            first_name=first,
            last_name=last,
            bill_address=billing,
            ship_address=service,
            phone=phone,
            email=email,
            notes=remarks,
            external_guid=marker(content.guid),
        )
    return objects.CustomerMod(
        list_id=known.quickbooks_id,
        edit_sequence=known.edit_sequence,
        name=given.name,
        is_active=not content.archived,
        company_name=company,
        first_name=first,
        last_name=last,
        bill_address=billing,
        ship_address=service,
        phone=phone,
        email=email,
        notes=remarks,
    )


def write_item(
    content: ItemContent,
    *,
    name: str,
    choices: Choices,
    facts: CompanyFacts,
    known: Known | None = None,
    notes: list[str] | None = None,
) -> (
    objects.ItemServiceAdd
    | objects.ItemNonInventoryAdd
    | objects.ItemServiceMod
    | objects.ItemNonInventoryMod
    | objects.ItemInventoryMod
):
    """Return the request that brings QuickBooks' item up to `content`.

    A new item becomes a service or a non-inventory item, as chosen for its kind, with one side
    (for sale), and posts to its own income account or to the one of all. A change follows the item
    as it is there: its type and its sides cannot change (OSR, ItemServiceMod), and its accounts are
    left alone, for the bookkeeper may have moved them.

    :raises CannotBeSent: if the name is blank, no income account is chosen, the price does not
        fit, or the item is of a type that is not ours to change (code "item_left_alone").
    """
    given = quickbooks_name(name, limit=ITEM_NAME_MAX)
    note(notes, "Name", given.changed)
    description = write_text(content.description, "Description", notes)
    price = write_figure(content.price, "price", f"Item “{content.name}”")
    code = tax_code(content.taxable, facts)
    if content.cost:
        note(notes, "Cost", ["It is kept here alone; QuickBooks is told what the item sells for."])
    if known is not None:
        _note_kind(content, known, choices, notes)
        return _item_mod(content, known, name=given.name, text=description, price=price, code=code)
    account = choices.item_accounts.get(content.guid) or choices.income_account
    if account is None:
        raise CannotBeSent(
            "income_account",
            f"QuickBooks needs to know to which income account “{content.name}” posts, and none "
            "is chosen in the mapping.",
            "no_income_account",
        )
    side = objects.SalesOrPurchase(
        desc=description or None, price=price, account_ref=Ref(list_id=account)
    )
    is_service = choices.item_types.get(content.kind, "ItemService") == "ItemService"
    add = objects.ItemServiceAdd if is_service else objects.ItemNonInventoryAdd
    return add(
        name=given.name,
        is_active=not content.archived,
        sales_tax_code_ref=code,
        sales_or_purchase=side,
        external_guid=marker(content.guid),
    )


_TYPES: Final = {"ItemServiceRet": "a service item", "ItemNonInventoryRet": "a product"}


def _note_kind(
    content: ItemContent, known: Known, choices: Choices, notes: list[str] | None
) -> None:
    """Say that an item whose kind was changed here stays what it is in QuickBooks."""
    wanted = f"{choices.item_types.get(content.kind, 'ItemService')}Ret"
    if known.type in _TYPES and known.type != wanted and not known.adopted:
        stays = (
            f"In QuickBooks it stays {_TYPES[known.type]}: an item’s type cannot be changed there."
        )
        note(notes, "Kind", [stays])


def _item_mod(
    content: ItemContent,
    known: Known,
    *,
    name: str,
    text: str,
    price: Decimal,
    code: Ref | None,
) -> objects.ItemServiceMod | objects.ItemNonInventoryMod | objects.ItemInventoryMod:
    desc = text or (None if known.adopted else "")
    figure = None if known.adopted and price == 0 else price
    if known.type == "ItemInventoryRet":
        return objects.ItemInventoryMod(
            list_id=known.quickbooks_id,
            edit_sequence=known.edit_sequence,
            name=name,
            is_active=not content.archived,
            sales_tax_code_ref=code,
            sales_desc=desc,
            sales_price=figure,
        )
    if known.type == "ItemServiceRet":
        mod: type[objects.ItemServiceMod | objects.ItemNonInventoryMod] = objects.ItemServiceMod
    elif known.type == "ItemNonInventoryRet":
        mod = objects.ItemNonInventoryMod
    else:
        raise CannotBeSent(
            "kind",
            f"In QuickBooks “{content.name}” is of a type that is not changed from here.",
            "item_left_alone",
        )
    if known.two_sided:
        return mod(
            list_id=known.quickbooks_id,
            edit_sequence=known.edit_sequence,
            name=name,
            is_active=not content.archived,
            sales_tax_code_ref=code,
            sales_and_purchase_mod=objects.SalesAndPurchaseMod(sales_desc=desc, sales_price=figure),
        )
    return mod(
        list_id=known.quickbooks_id,
        edit_sequence=known.edit_sequence,
        name=name,
        is_active=not content.archived,
        sales_tax_code_ref=code,
        sales_or_purchase_mod=objects.SalesOrPurchaseMod(desc=desc, price=figure),
    )


def write_invoice(
    content: InvoiceContent,
    *,
    choices: Choices,
    facts: CompanyFacts,
    known: Known | None = None,
    notes: list[str] | None = None,
) -> objects.InvoiceAdd | objects.InvoiceMod:
    """Return the request that brings QuickBooks' invoice up to `content`.

    Whether there is tax is said three times, for QuickBooks fills in a default of its own
    wherever nothing is said: for the invoice, for its customer, and on every line (OSR,
    ItemSalesTaxRef). A change gives each line the id it has there, in order, so that QuickBooks
    keeps it; lines left out are removed.

    :raises CannotBeSent: with one of the codes of words.OWN_WORDS.
    """
    number = _check_invoice(content, facts)
    taxed = is_taxed(content, choices, facts)
    billing = None
    if content.customer_billing is not None:
        billing = write_address(
            content.customer_billing,
            name=content.customer_name,
            clearing=known is not None,
            what="Billing address",
            notes=notes,
        )
    terms = choices.terms.get(fold(content.terms)) if content.terms else None
    if content.terms and terms is None and notes is not None:
        notes.append(f"Terms: QuickBooks has no “{content.terms}”; only the due date is sent.")
    lines = tuple(
        _line(line, choices, facts, taxed=taxed, notes=notes)
        for line in content.lines
        if not is_extra(line)
        and (line.item_list_id or line.item_name or line.description.strip() or line.amount)
    )
    extras = tuple(
        _line(line, choices, facts, taxed=taxed, notes=notes)
        for line in extras_of(content, choices)
    )
    if not (lines or extras):
        raise CannotBeSent("lines", f"{_called(content)} has no lines.", "no_lines")
    add = objects.InvoiceAdd(
        customer_ref=Ref(list_id=content.customer_list_id),
        class_ref=_ref(choices.transaction_class if facts.uses_classes else None),
        txn_date=content.date,
        ref_number=number,
        bill_address=billing,
        terms_ref=_ref(terms),
        due_date=content.due_date,
        item_sales_tax_ref=tax_item_of(content, choices) if taxed else None,
        memo=write_text(content.memo, "Memo", notes),
        is_to_be_printed=False,
        customer_sales_tax_code_ref=tax_code(taxed, facts),
        external_guid=marker(content.guid),
        invoice_line_add=(
            *lines,
            *discount_lines(content, choices=choices, facts=facts, taxed=taxed),
            *extras,
        ),
    )
    add = with_own_lines(add, content, choices=choices, facts=facts)
    return add if known is None else _invoice_mod(add, known)


def write_payment(
    content: PaymentContent,
    *,
    choices: Choices,
    facts: CompanyFacts | None = None,
    known: Known | None = None,
    notes: list[str] | None = None,
) -> objects.ReceivePaymentAdd | objects.ReceivePaymentMod:
    """Return the request that brings QuickBooks' payment up to `content`.

    Its account is chosen once: a change leaves it alone, for the money may be deposited by then.

    :raises CannotBeSent: with one of the codes of words.OWN_WORDS.
    """
    subject = f"the payment for invoice {content.invoice_number}"
    purpose = f"Invoice {content.invoice_number}".strip()
    if content.is_deposit:
        subject, purpose = f"the deposit of {content.date}", "Deposit"
    amount = write_money(content.amount, "amount", _capital(subject))
    _check_payment(content, facts or CompanyFacts(), subject)
    reference = write_identifier(content.reference, REFERENCE_MAX, "reference")
    memo = write_text(purpose, "Memo", notes)
    method = _ref(choices.payment_methods.get(content.method))
    customer = Ref(list_id=content.customer_list_id)
    applied = applied_to(content, amount, known)
    if known is None:
        return objects.ReceivePaymentAdd(
            customer_ref=customer,
            txn_date=content.date,
            ref_number=reference,
            total_amount=amount,
            payment_method_ref=method,
            memo=memo,
            deposit_to_account_ref=_ref(choices.deposit_accounts.get(content.method)),
            external_guid=marker(content.guid),
            is_auto_apply=None if applied else False,
            applied_to_txn_add=applied,
        )
    return objects.ReceivePaymentMod(
        txn_id=known.quickbooks_id,
        edit_sequence=known.edit_sequence,
        customer_ref=customer,
        txn_date=content.date,
        ref_number=reference,
        total_amount=amount,
        payment_method_ref=method,
        memo=memo,
        applied_to_txn_mod=applied,
    )


def _invoice_mod(add: objects.InvoiceAdd, known: Known) -> objects.InvoiceMod:
    return objects.InvoiceMod(
        txn_id=known.quickbooks_id,
        edit_sequence=known.edit_sequence,
        customer_ref=add.customer_ref,
        txn_date=add.txn_date,
        ref_number=add.ref_number,
        bill_address=add.bill_address,
        terms_ref=add.terms_ref,
        due_date=add.due_date,
        item_sales_tax_ref=add.item_sales_tax_ref,
        memo=add.memo,
        is_to_be_printed=add.is_to_be_printed,
        customer_sales_tax_code_ref=add.customer_sales_tax_code_ref,
        invoice_line_mod=tuple(
            _line_mod(line, known.line_ids[at] if at < len(known.line_ids) else objects.NEW_LINE)
            for at, line in enumerate(add.invoice_line_add)
        ),
    )


def _line_mod(line: objects.InvoiceLineAdd, line_id: str) -> objects.InvoiceLineMod:
    # What a line has in QuickBooks and we do not name stays. So a line without an item, or with an
    # amount and no quantity, takes the place of the old one: an item cannot be taken off a line.
    if line.item_ref is None or line.quantity is None:
        line_id = objects.NEW_LINE
    return objects.InvoiceLineMod(
        txn_line_id=line_id,
        item_ref=line.item_ref,
        desc=line.desc,
        quantity=line.quantity,
        rate=line.rate,
        amount=line.amount,
        sales_tax_code_ref=line.sales_tax_code_ref,
    )


def _line(
    line: LineContent,
    choices: Choices,
    facts: CompanyFacts,
    *,
    taxed: bool,
    notes: list[str] | None,
) -> objects.InvoiceLineAdd:
    """Return a line: an item with quantity and rate, or a mere text.

    QuickBooks multiplies and rounds by itself, so no amount is sent, except where it would come to
    another one than ours: then quantity and amount are, and QuickBooks derives the rate (OSR).
    """
    text = write_text(line.description, "Line", notes)
    if line.item_name and not line.item_list_id:
        raise CannotBeSent(
            "lines",
            f"The item “{line.item_name}” is not in QuickBooks yet.",
            "item_not_in_quickbooks",
        )
    if not line.item_list_id and not line.amount:
        return objects.InvoiceLineAdd(desc=text)
    item = line.item_list_id or choices.fallback_item
    if item is None:
        raise CannotBeSent(
            "lines",
            f"The line “{_start(line.description)}” names no item. QuickBooks takes no amount "
            "without one: choose an item for it, or one for all such lines in the mapping.",
            "no_fallback_item",
        )
    subject = f"The line “{_start(line.description or line.item_name)}”"
    quantity = write_figure(line.quantity, "quantity", subject)
    rate = write_figure(line.unit_price, "unit_price", subject)
    amount = write_money(line.amount, "amount", subject)
    exact = _EXACT.multiply(quantity, rate).quantize(_CENT, context=_EXACT) == amount
    return objects.InvoiceLineAdd(
        item_ref=Ref(list_id=item),
        desc=text,
        quantity=quantity if exact or quantity else None,
        rate=rate if exact else None,
        amount=None if exact else amount,
        sales_tax_code_ref=tax_code(taxed and line.taxable, facts),
    )


def _check_invoice(content: InvoiceContent, facts: CompanyFacts) -> str:
    """Return the invoice's number, or raise what is wrong with the invoice as a whole."""
    number = write_identifier(content.number, INVOICE_NUMBER_MAX, "number")
    if not number:
        raise CannotBeSent("number", f"The {content.noun} has no number.", "number_missing")
    if content.voided:
        raise CannotBeSent("voided", f"{_called(content)} is void.", "voided")
    if not content.customer_list_id:
        raise CannotBeSent(
            "client",
            f"The client of {content.noun} {number} is not in QuickBooks yet.",
            "client_not_in_quickbooks",
        )
    check_date(content.date, facts, f"{content.noun} {number}")
    if content.due_date is not None:
        check_date(content.due_date, CompanyFacts(), f"invoice {number}")
    return number


def _check_payment(content: PaymentContent, facts: CompanyFacts, subject: str) -> None:
    if content.voided:
        raise CannotBeSent("voided", f"{_capital(subject)} is void.", "voided")
    named = content.is_deposit or content.invoice_txn_id
    if not named or not content.customer_list_id:
        raise CannotBeSent(
            "invoice",
            f"Invoice {content.invoice_number}, which the payment is for, is not in QuickBooks "
            "yet.",
            "invoice_not_in_quickbooks",
        )
    if content.amount <= 0:
        raise CannotBeSent("amount", f"{_capital(subject)} is not over zero.", "no_amount")
    check_date(content.date, facts, subject)


def check_date(date: dt.date, facts: CompanyFacts, subject: str) -> None:
    """Refuse a date that QuickBooks does not take, or in books that are closed."""
    if date < _FIRST_DAY:
        raise CannotBeSent(
            "date",
            f"The date of {subject} is {date}; QuickBooks takes none before 1901.",
            "date_out_of_range",
        )
    if facts.closing_date is not None and date <= facts.closing_date:
        raise CannotBeSent(
            "date",
            f"The date of {subject}, {date}, is on or before the closing date in QuickBooks, "
            f"{facts.closing_date}.",
            "closed_period",
        )


def _ref(list_id: str | None) -> Ref | None:
    return Ref(list_id=list_id) if list_id else None


def _called(content: InvoiceContent) -> str:
    return _capital(f"{content.noun} {content.number}")


def _start(text: str) -> str:
    return shorten(" ".join(text.split()), 40)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
