"""Which elements each request and record of qbXML holds, as QuickBooks Desktop (US) takes them.

The order is enforced: QuickBooks refuses a whole document for one element out of place
(0x80040400). What is not in the table is not to be sent, even where Intuit's schema allows it:
some of its elements belong to other editions. Card details, tax numbers and the private side of
employees are left out on purpose; we neither ask for them nor send them.

Sources: qbXML 13.0 schema, and the marks of editions and versions that come with it.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

from fieldledger.qbxml.schema_checks import CHECK_RECORDS, CHECK_REQUESTS
from fieldledger.qbxml.schema_company import COMPANY_RECORDS, COMPANY_REQUESTS
from fieldledger.qbxml.schema_credits import CREDIT_RECORDS, CREDIT_REQUESTS
from fieldledger.qbxml.schema_deposits import DEPOSIT_RECORDS, DEPOSIT_REQUESTS
from fieldledger.qbxml.schema_items import ITEM_RECORDS, ITEM_REQUESTS
from fieldledger.qbxml.schema_lists import LIST_RECORDS, LIST_REQUESTS
from fieldledger.qbxml.schema_names import NAME_RECORDS, NAME_REQUESTS
from fieldledger.qbxml.schema_parts import (
    ID_LENGTH_MAX,
    Branch,
    Kind,
    Leaf,
    OneOf,
    Part,
)
from fieldledger.qbxml.schema_transactions import TRANSACTION_RECORDS, TRANSACTION_REQUESTS

__all__ = [
    "ID_LENGTH_MAX",
    "RECORDS",
    "REQUESTS",
    "REQUEST_ATTRIBUTES",
    "REQUEST_ID_LENGTH_MAX",
    "Branch",
    "Kind",
    "Leaf",
    "OneOf",
    "Part",
    "elements_of",
    "leaf_at",
    "length_max",
]

REQUEST_ID_LENGTH_MAX: Final = 50  # Characters; longer is status 1060. Source: Intuit status codes.

_REQUESTS: Final = (
    *COMPANY_REQUESTS,
    *NAME_REQUESTS,
    *LIST_REQUESTS,
    *ITEM_REQUESTS,
    *TRANSACTION_REQUESTS,
    *CREDIT_REQUESTS,
    *CHECK_REQUESTS,
    *DEPOSIT_REQUESTS,
)
_RECORDS: Final = (
    *COMPANY_RECORDS,
    *NAME_RECORDS,
    *LIST_RECORDS,
    *ITEM_RECORDS,
    *TRANSACTION_RECORDS,
    *CREDIT_RECORDS,
    *CHECK_RECORDS,
    *DEPOSIT_RECORDS,
)

# By the name of the request's element: "CustomerAddRq".
REQUESTS: Final[Mapping[str, Branch]] = MappingProxyType({each.name: each for each in _REQUESTS})

# By the name of the record's element: "CustomerRet". The answers that hold fields of their own
# instead of a record stand here under the answer's name: "TxnDelRs".
RECORDS: Final[Mapping[str, Branch]] = MappingProxyType({each.name: each for each in _RECORDS})

# Queries whose answers QuickBooks gives in pages, and those it counts without giving them.
_ITERATED: Final = frozenset(
    {"CustomerQueryRq", "EntityQueryRq", "VendorQueryRq"}
    | {each.name for each in ITEM_REQUESTS if each.name.endswith("QueryRq")}
    | {"CheckQueryRq", "CreditMemoQueryRq", "DepositQueryRq", "InvoiceQueryRq"}
    | {"ReceivePaymentQueryRq"}
)
_NOT_COUNTED: Final = frozenset(
    {
        "CompanyActivityQueryRq",
        "CompanyQueryRq",
        "HostQueryRq",
        "PreferencesQueryRq",
    }
)
_WITH_MACRO: Final = (
    "CheckAdd",
    "CreditMemoAdd",
    "CreditMemoLineAdd",
    "ExpenseLineAdd",
    "InvoiceAdd",
    "InvoiceLineAdd",
    "ReceivePaymentAdd",
)


def _attributes(request: str) -> frozenset[str]:
    if request in _ITERATED:
        return frozenset({"requestID", "metaData", "iterator", "iteratorID"})
    if request.endswith("QueryRq") and request not in _NOT_COUNTED:
        return frozenset({"requestID", "metaData"})
    return frozenset({"requestID"})


# By the element's name: the attributes that a request, or an element in it, may bear.
REQUEST_ATTRIBUTES: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {name: _attributes(name) for name in REQUESTS}
    | {name: frozenset({"defMacro"}) for name in _WITH_MACRO}
)


def elements_of(parts: tuple[Part, ...]) -> Iterator[Leaf | Branch]:
    """Return the elements among `parts` in the order of the table, those of choices included."""
    for part in parts:
        if isinstance(part, OneOf):
            for branch in part.branches:
                yield from elements_of(branch)
        else:
            yield part


@cache
def leaf_at(record: str, path: str) -> Leaf:
    """Return the leaf at `path` in what `record` holds: ("CustomerAdd", "BillAddress/City").

    `record` is the record of a request ("CustomerAdd", "TxnVoidRq") or of an answer.

    :raises KeyError: if the table has no such record or no such leaf in it.
    """
    found: Leaf | Branch = _record(record)
    for name in path.split("/"):
        inside = found.parts if isinstance(found, Branch) else ()
        matches = [each for each in elements_of(inside) if each.name == name]
        if not matches:
            raise KeyError(f"{record}/{path}")
        found = matches[0]
    if isinstance(found, Branch):
        raise KeyError(f"{record}/{path}")
    return found


def length_max(record: str, path: str) -> int | None:
    """Return how many characters fit, None where there is no limit of QuickBooks' to go by.

    length_max("CustomerAdd", "Name") == 41.

    :raises KeyError: if the table has no such record or no such leaf in it.
    """
    return leaf_at(record, path).length


def _record(name: str) -> Branch:
    if name in RECORDS:
        return RECORDS[name]
    if name in REQUESTS:
        return REQUESTS[name]
    for part in REQUESTS[f"{name}Rq"].parts:
        if isinstance(part, Branch) and part.name == name:
            return part
    raise KeyError(name)
