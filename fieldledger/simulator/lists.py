"""Adds and Mods of customers, other names, accounts, terms, payment methods and the like."""

from collections.abc import Callable
from dataclasses import dataclass

from fieldledger.simulator.content import changed_content, content_of, parent_of
from fieldledger.simulator.names import checked_name
from fieldledger.simulator.problems import Failed, cannot_clear
from fieldledger.simulator.state import Fields, Record
from fieldledger.simulator.turn import Answered, Rule, Turn


@dataclass(frozen=True, slots=True)
class ListRules:
    """What holds for one type of list record.

    `complete` checks the content and fills in what QuickBooks adds; it is given the old content in
    a Mod, None in an Add. `kept` names elements that a Mod cannot clear.
    """

    kind: str
    complete: Callable[[Turn, Fields, Fields | None], None]
    kept: frozenset[str] = frozenset()


def add_rule(rules: ListRules) -> Rule:
    """Return the rule of a type's Add."""

    def add(turn: Turn, asked: Fields) -> Answered:
        given = asked[f"{rules.kind}Add"]
        parent = parent_of(turn, given, rules.kind)
        name = checked_name(turn, rules.kind, given["Name"], parent)
        fields = content_of(turn, given, rules.kind)
        fields["Name"] = name
        fields.setdefault("IsActive", "true")
        if parent:
            fields["ParentRef"] = parent
        rules.complete(turn, fields, None)
        record = turn.create_record(rules.kind, turn.state.make_list_id(turn.at), fields)
        return Answered(record=record)

    return add


def mod_rule(rules: ListRules) -> Rule:
    """Return the rule of a type's Mod."""

    def modify(turn: Turn, asked: Fields) -> Answered:
        given = asked[f"{rules.kind}Mod"]
        record = turn.record_to_change(given, rules.kind)
        if given.get("Name") == "":
            raise cannot_clear("Name")
        parent = parent_of(turn, given, rules.kind, record)
        name = checked_name(turn, rules.kind, given.get("Name", record.name), parent, record.id)
        fields = changed_content(turn, record.fields, given, rules.kind, kept=rules.kept)
        fields["Name"] = name
        fields.setdefault("IsActive", "true")
        fields.pop("ParentRef", None)
        if parent:
            fields["ParentRef"] = parent
        rules.complete(turn, fields, record.fields)
        return Answered(record=turn.change_record(record, fields))

    return modify


def complete_customer(turn: Turn, fields: Fields, old: Fields | None) -> None:
    """Give a new customer the defaults that QuickBooks gives.

    Source: recorded CustomerAddRs (JobStatus, the company's tax code and tax item).
    """
    if "OpenBalance" in fields:
        raise Failed(3180, "This company takes no opening balances: enter the open invoices.")
    if old is not None:
        return
    preferences = turn.state.preferences
    fields.setdefault("JobStatus", "None")
    fields.setdefault("PreferredDeliveryMethod", "None")
    if preferences.sales_tax:
        fields.setdefault("SalesTaxCodeRef", preferences.taxable_code)
        fields.setdefault("ItemSalesTaxRef", preferences.default_tax_item)


def complete_nothing(_turn: Turn, _fields: Fields, _old: Fields | None) -> None:
    """Leave the content as it is: these lists have no rules of their own."""


def complete_terms(_turn: Turn, fields: Fields, old: Fields | None) -> None:
    """Give new terms the numbers that QuickBooks shows."""
    if old is None:
        fields.setdefault("StdDueDays", "0")
        fields.setdefault("StdDiscountDays", "0")
        fields.setdefault("DiscountPct", "0.00")


def account_of_type(state_record: Record | None, types: frozenset[str]) -> bool:
    """Whether a record is an account of one of these types."""
    return state_record is not None and state_record.fields.get("AccountType") in types


CUSTOMER = ListRules("Customer", complete_customer, frozenset({"IsActive"}))
OTHER_NAME = ListRules("OtherName", complete_nothing, frozenset({"IsActive"}))
VENDOR = ListRules("Vendor", complete_nothing, frozenset({"IsActive"}))
ACCOUNT = ListRules("Account", complete_nothing)
CLASS = ListRules("Class", complete_nothing)
DATE_DRIVEN_TERMS = ListRules("DateDrivenTerms", complete_nothing)
STANDARD_TERMS = ListRules("StandardTerms", complete_terms)
PAYMENT_METHOD = ListRules("PaymentMethod", complete_nothing)
