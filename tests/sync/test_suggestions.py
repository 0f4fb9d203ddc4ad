"""What the mapping page proposes."""

from decimal import Decimal
from uuid import UUID

import pytest

from fieldledger.sync.suggestions import (
    Account,
    Method,
    OurTaxRate,
    TaxItem,
    Terms,
    suggest_income_account,
    suggest_payment_methods,
    suggest_tax_items,
    suggest_terms,
)

SPRINGFIELD = UUID("7a1f8e0c-0000-4000-8000-000000000001")


def account(list_id: str, name: str, kind: str = "Income", active: bool = True) -> Account:
    return Account(list_id=list_id, full_name=name, type=kind, active=active)


def test_the_account_with_a_usual_name_is_suggested() -> None:
    accounts = [
        account("1", "Checking", "Bank"),
        account("2", "Reimbursed Expenses"),
        account("3", "Sales"),
        account("4", "Services"),
    ]
    suggestion = suggest_income_account(accounts)

    assert suggestion is not None
    assert suggestion.list_id == "4"
    assert suggestion.reason == "Sales usually go to an account named “Services”."


@pytest.mark.parametrize(
    ("accounts", "list_id"),
    [
        ([account("1", "Checking", "Bank")], None),
        ([account("1", "Sales", active=False)], None),
        ([], None),
        ([account("1", "Uncategorized Income")], "1"),
        ([account("1", "Interest Income"), account("2", "Lawns"), account("3", "Trees")], "2"),
        ([account("1", "Crews:North"), account("2", "Trees")], "2"),
        ([account("1", "Interest Income"), account("2", "Other Income")], "1"),
    ],
)
def test_some_income_account_is_suggested_if_there_is_one(
    accounts: list[Account], list_id: str | None
) -> None:
    suggestion = suggest_income_account(accounts)

    assert (suggestion.list_id if suggestion else None) == list_id


def test_a_tax_item_needs_the_same_name_and_percent() -> None:
    rate = OurTaxRate(guid=SPRINGFIELD, name="Springfield", percent=Decimal("8.25"))
    same = TaxItem(list_id="1", name="SPRINGFIELD ", percent=Decimal("8.25000"))
    other_percent = TaxItem(list_id="2", name="Springfield", percent=Decimal("8.5"))
    other_name = TaxItem(list_id="3", name="Shelbyville", percent=Decimal("8.25"))

    assert suggest_tax_items([rate], [other_percent, other_name]) == {}
    assert suggest_tax_items([rate], [other_percent, same])[SPRINGFIELD].list_id == "1"
    assert suggest_tax_items([rate], [same, same]) == {}


def test_payment_methods_are_suggested_by_name_then_by_type() -> None:
    methods = [
        Method(list_id="1", name="Cash", type="Cash"),
        Method(list_id="2", name="Cheque", type="Check"),
        Method(list_id="3", name="Visa", type="Visa"),
        Method(list_id="4", name="Square", type="OtherCreditCard"),
        Method(list_id="5", name="E-Check", type="ECheck"),
    ]
    suggested = suggest_payment_methods(methods)

    assert {word: each.list_id for word, each in suggested.items()} == {
        "cash": "1",
        "check": "2",
        "credit_card": "4",
        "ach": "5",
    }


def test_no_card_is_suggested_where_only_brands_are_known() -> None:
    brands = [Method(list_id="3", name="Visa", type="Visa")]

    assert "credit_card" not in suggest_payment_methods(brands)


def test_terms_are_suggested_by_name() -> None:
    terms = [Terms(list_id="1", name="Net 30"), Terms(list_id="2", name="Net 15", active=False)]

    suggested = suggest_terms(["NET 30", "Net 15", "Due on receipt"], terms)

    assert {name: each.list_id for name, each in suggested.items()} == {"net 30": "1"}
