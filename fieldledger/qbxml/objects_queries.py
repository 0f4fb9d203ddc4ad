"""What QuickBooks can be asked for, as plain values; `objects` has the rules for names and fields.

In every query ids, full names (or numbers) and filters exclude each other. `max_returned` is the
size of a page where the query is iterated, and otherwise the most that comes.

Source: qbXML 13.0 schema.
"""

import datetime as dt
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True, kw_only=True)
class NameFilter:
    match_criterion: str  # "StartsWith", "Contains", "EndsWith".
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NameRangeFilter:
    from_name: str | None = None
    to_name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModifiedDateRangeFilter:
    from_modified_date: dt.datetime | None = None
    to_modified_date: dt.datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TxnDateRangeFilter:
    from_txn_date: dt.date | None = None
    to_txn_date: dt.date | None = None
    date_macro: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityFilter:
    list_id: tuple[str, ...] = ()
    full_name: tuple[str, ...] = ()
    list_id_with_children: str | None = None
    full_name_with_children: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RefNumberFilter:
    match_criterion: str
    ref_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletedDateRangeFilter:
    from_deleted_date: dt.datetime | None = None
    to_deleted_date: dt.datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _ListQuery:
    """Asks for a list; inactive records are left out unless `active_status` is "All".

    A datetime without a time zone is the wall clock of the computer QuickBooks runs on, and
    `from_modified_date` is inclusive. Source: OSR.
    """

    list_id: tuple[str, ...] = ()
    full_name: tuple[str, ...] = ()
    max_returned: int | None = None
    active_status: str | None = None  # "ActiveOnly", "InactiveOnly", "All".
    from_modified_date: dt.datetime | None = None
    to_modified_date: dt.datetime | None = None
    name_filter: NameFilter | None = None
    name_range_filter: NameRangeFilter | None = None
    include_ret_element: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _OwnedListQuery(_ListQuery):
    """A list whose records may have custom fields, which only `owner_id` brings."""

    owner_id: tuple[str, ...] = ()  # "0" for the users' fields, "{…}" for a program's own.


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerQuery(_OwnedListQuery):
    """Sub-customers come too, with a Sublevel above 0. Source: qbXML 13.0 schema."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityQuery(_ListQuery):
    """Customers, vendors, employees and other names: everything that holds a name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorQuery(_OwnedListQuery): ...


@dataclass(frozen=True, slots=True, kw_only=True)
class EmployeeQuery(_OwnedListQuery): ...


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherNameQuery(_OwnedListQuery): ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemQuery(_OwnedListQuery):
    """Items of every type, one type after the other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemServiceQuery(_OwnedListQuery): ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemNonInventoryQuery(_OwnedListQuery): ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemInventoryQuery(_OwnedListQuery): ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemSalesTaxQuery(_OwnedListQuery): ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemSalesTaxGroupQuery(_OwnedListQuery): ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountQuery(_OwnedListQuery):
    account_type: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StandardTermsQuery(_ListQuery): ...


@dataclass(frozen=True, slots=True, kw_only=True)
class DateDrivenTermsQuery(_ListQuery): ...


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsQuery(_ListQuery):
    """Terms of both kinds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentMethodQuery(_ListQuery):
    payment_method_type: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SalesTaxCodeQuery(_ListQuery): ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassQuery(_ListQuery): ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _TxnQuery:
    """Asks for transactions; their lines come only with `include_line_items`."""

    txn_id: tuple[str, ...] = ()
    ref_number: tuple[str, ...] = ()
    ref_number_case_sensitive: tuple[str, ...] = ()
    max_returned: int | None = None
    modified_date_range_filter: ModifiedDateRangeFilter | None = None
    txn_date_range_filter: TxnDateRangeFilter | None = None
    entity_filter: EntityFilter | None = None
    ref_number_filter: RefNumberFilter | None = None
    include_line_items: bool | None = None
    include_ret_element: tuple[str, ...] = ()
    owner_id: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceQuery(_TxnQuery):
    paid_status: str | None = None  # "All", "PaidOnly", "NotPaidOnly".
    include_linked_txns: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditMemoQuery(_TxnQuery):
    include_linked_txns: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckQuery(_TxnQuery):
    include_linked_txns: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivePaymentQuery(_TxnQuery): ...


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositQuery:
    """Asks for what was taken to the bank; its lines come only with `include_line_items`."""

    txn_id: tuple[str, ...] = ()
    max_returned: int | None = None
    modified_date_range_filter: ModifiedDateRangeFilter | None = None
    txn_date_range_filter: TxnDateRangeFilter | None = None
    entity_filter: EntityFilter | None = None
    include_line_items: bool | None = None
    include_ret_element: tuple[str, ...] = ()
    owner_id: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivePaymentToDepositQuery:
    include_ret_element: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HostQuery:
    include_ret_element: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyQuery:
    include_ret_element: tuple[str, ...] = ()
    owner_id: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyActivityQuery:
    """When the company file was last restored from a backup, and last condensed."""

    include_ret_element: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PreferencesQuery:
    include_ret_element: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ListDeletedQuery:
    """What was deleted within about the last 90 days. Source: OSR."""

    list_del_type: tuple[str, ...]
    deleted_date_range_filter: DeletedDateRangeFilter | None = None
    include_ret_element: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TxnDeletedQuery:
    txn_del_type: tuple[str, ...]
    deleted_date_range_filter: DeletedDateRangeFilter | None = None
    include_ret_element: tuple[str, ...] = ()


Query: TypeAlias = (
    CustomerQuery
    | EntityQuery
    | VendorQuery
    | EmployeeQuery
    | OtherNameQuery
    | ItemQuery
    | ItemServiceQuery
    | ItemNonInventoryQuery
    | ItemInventoryQuery
    | ItemSalesTaxQuery
    | ItemSalesTaxGroupQuery
    | AccountQuery
    | StandardTermsQuery
    | DateDrivenTermsQuery
    | TermsQuery
    | PaymentMethodQuery
    | SalesTaxCodeQuery
    | ClassQuery
    | CheckQuery
    | CreditMemoQuery
    | InvoiceQuery
    | ReceivePaymentQuery
    | DepositQuery
    | ReceivePaymentToDepositQuery
    | HostQuery
    | CompanyQuery
    | CompanyActivityQuery
    | PreferencesQuery
    | ListDeletedQuery
    | TxnDeletedQuery
)
