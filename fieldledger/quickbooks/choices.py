"""What the office chose on the mapping page, filled up with what can only mean one thing."""

from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from fieldledger.office.models import TaxRate
from fieldledger.quickbooks.models import Connection, QuickBooksRecord
from fieldledger.sync import suggestions
from fieldledger.sync.content import Choices
from fieldledger.sync.naming import fold

List = QuickBooksRecord.List


def choices_of(connection: Connection, *, for_transactions: bool = True) -> Choices:
    """Return the mapping for the rules; that of clients and items alone asks the database nothing.

    Terms and tax rates nobody mapped go to the ones of equal name (and percent): a tax rate made
    after the set-up needs no visit to the mapping page.
    """
    mapping = connection.mapping
    if not for_transactions:
        return Choices(income_account=mapping.get("income_account") or None)
    tax_items = {key: each.list_id for key, each in suggested_tax_items(connection).items()}
    tax_items |= {UUID(key): value for key, value in mapping.get("tax_items", {}).items() if value}
    terms = {
        fold(name): list_id
        for name, list_id in QuickBooksRecord.objects.filter(
            connection=connection, list=List.TERMS, is_active=True
        ).values_list("name", "list_id")
    }
    terms |= {fold(key): value for key, value in mapping.get("terms", {}).items() if value}
    return Choices(
        income_account=mapping.get("income_account") or None,
        fallback_item=mapping.get("fallback_item") or None,
        tax_items=tax_items,
        payment_methods={k: v for k, v in mapping.get("payment_methods", {}).items() if v},
        deposit_accounts={k: v for k, v in mapping.get("deposit_accounts", {}).items() if v},
        terms=terms,
        sales_tax_mode=mapping.get("sales_tax_mode") or "quickbooks",
    )


def suggested_tax_items(connection: Connection) -> dict[UUID, suggestions.Suggestion]:
    """Return for each tax rate of ours the tax item of equal name and percent."""
    items = [
        suggestions.TaxItem(
            list_id=each.list_id,
            name=each.name,
            percent=_percent(each.details.get("percent")),
            active=each.is_active,
        )
        for each in QuickBooksRecord.objects.filter(
            connection=connection, list=List.ITEMS, type="ItemSalesTaxRet"
        )
    ]
    rates = [
        suggestions.OurTaxRate(guid=each.guid, name=each.name, percent=each.percent)
        for each in TaxRate.objects.filter(business_id=connection.business_id)
    ]
    return suggestions.suggest_tax_items(rates, items) if items and rates else {}


def suggest_mapping(connection: Connection) -> dict[str, Any]:
    """Return the mapping with every empty place filled where the lists leave one sensible answer.

    What a person chose stays.
    """
    mapping: dict[str, Any] = {
        "income_account": "",
        "fallback_item": "",
        "sales_tax_mode": "quickbooks",
        "tax_items": {},
        "payment_methods": {},
        "deposit_accounts": {},
        "terms": {},
        **connection.mapping,
    }
    if not mapping["income_account"]:
        accounts = [
            suggestions.Account(
                list_id=each.list_id,
                full_name=each.full_name,
                type=each.details.get("type", ""),
                active=each.is_active,
            )
            for each in QuickBooksRecord.objects.filter(
                connection=connection, list=List.ACCOUNTS
            ).order_by("pk")
        ]
        suggested = suggestions.suggest_income_account(accounts)
        mapping["income_account"] = suggested.list_id if suggested else ""
    methods = suggestions.suggest_payment_methods(
        suggestions.Method(
            list_id=each.list_id,
            name=each.name,
            type=each.details.get("type", ""),
            active=each.is_active,
        )
        for each in QuickBooksRecord.objects.filter(
            connection=connection, list=List.PAYMENT_METHODS
        ).order_by("pk")
    )
    mapping["payment_methods"] = {word: each.list_id for word, each in methods.items()} | mapping[
        "payment_methods"
    ]
    mapping["tax_items"] = {
        str(key): each.list_id for key, each in suggested_tax_items(connection).items()
    } | mapping["tax_items"]
    return mapping


def _percent(text: str | None) -> Decimal | None:
    try:
        return Decimal(text or "")
    except InvalidOperation:
        return None
