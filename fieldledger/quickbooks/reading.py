"""Read what set-up and sending need to know from QuickBooks, page by page, and remember it.

A session's `reads` lists what is still to be read, as {"list": name, "iterator": id or "",
"left": records after this page}. The first document asks for everything at once; what does not
fit one page goes on with its iterator, one list at a time: an iterator lives within one session
only (Intuit's qbXML reference, "Iterators"). Pages that do not come are asked for smaller.
"""

import json
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from fieldledger.qbxml.objects import (
    AccountQuery,
    Body,
    ClassQuery,
    CompanyQuery,
    CustomerQuery,
    EmployeeQuery,
    HostQuery,
    ItemQuery,
    OtherNameQuery,
    PaymentMethodQuery,
    PreferencesQuery,
    SalesTaxCodeQuery,
    StandardTermsQuery,
    VendorQuery,
)
from fieldledger.qbxml.reading import Answer, Record
from fieldledger.qbxml.writing import Continue, Request, Start
from fieldledger.quickbooks.choices import note_gone
from fieldledger.quickbooks.company import OWNER_ID
from fieldledger.quickbooks.context import Context, SessionStops
from fieldledger.quickbooks.message_sets import Document
from fieldledger.quickbooks.models import (
    Connection,
    MessageSet,
    QuickBooksRecord,
    Session,
    StagedPage,
)
from fieldledger.sync import sizing
from fieldledger.sync.naming import fold

OWNER: Final = f"{{{OWNER_ID}}}"
RESTARTS_MAX: Final = 3  # Of one list in one session.
LOST_MAX: Final = 2  # Pages in a row that never came, before smaller ones are asked for.
List = QuickBooksRecord.List

_CUSTOMER_ELEMENTS: Final = (
    "ListID",
    "EditSequence",
    "Name",
    "FullName",
    "IsActive",
    "ParentRef",
    "Sublevel",
    "CompanyName",
    "FirstName",
    "LastName",
    "BillAddress",
    "ShipAddress",
    "Phone",
    "AltPhone",
    "Fax",
    "Email",
    "Cc",
    "Contact",
    "AltContact",
    "AdditionalContactRef",
    "Notes",
    "ExternalGUID",
)
_ACCOUNT_ELEMENTS: Final = (
    "ListID",
    "EditSequence",
    "Name",
    "FullName",
    "IsActive",
    "ParentRef",
    "Sublevel",
    "AccountType",
    "SpecialAccountType",
    "AccountNumber",
)
_NAME_ELEMENTS: Final = ("ListID", "EditSequence", "Name", "IsActive")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One thing to read: its query and the list it fills; pages are the connection's in size."""

    query: Callable[[], Body]
    list: List
    is_paged: bool = False


# ActiveStatus All everywhere: inactive records hold their names too (qbXML reference).
READINGS: Final[dict[str, Reading]] = {
    "accounts": Reading(
        query=lambda: AccountQuery(
            active_status="All",
            include_ret_element=_ACCOUNT_ELEMENTS,
        ),
        list=List.ACCOUNTS,
    ),
    "terms": Reading(query=lambda: StandardTermsQuery(active_status="All"), list=List.TERMS),
    "payment-methods": Reading(
        query=lambda: PaymentMethodQuery(active_status="All"), list=List.PAYMENT_METHODS
    ),
    # Without class tracking QuickBooks gives none, or refuses: then the list is left out.
    "classes": Reading(query=lambda: ClassQuery(active_status="All"), list=List.CLASSES),
    "tax-codes": Reading(query=lambda: SalesTaxCodeQuery(active_status="All"), list=List.TAX_CODES),
    "vendors": Reading(
        query=lambda: VendorQuery(active_status="All", include_ret_element=_NAME_ELEMENTS),
        list=List.ENTITIES,
    ),
    "employees": Reading(
        query=lambda: EmployeeQuery(active_status="All", include_ret_element=_NAME_ELEMENTS),
        list=List.ENTITIES,
    ),
    "other-names": Reading(
        query=lambda: OtherNameQuery(active_status="All", include_ret_element=_NAME_ELEMENTS),
        list=List.ENTITIES,
    ),
    "items": Reading(
        query=lambda: ItemQuery(active_status="All"),
        list=List.ITEMS,
        is_paged=True,
    ),
    "customers": Reading(
        query=lambda: CustomerQuery(active_status="All", include_ret_element=_CUSTOMER_ELEMENTS),
        list=List.ENTITIES,
        is_paged=True,
    ),
}
# What ours is matched against: without it, all of ours would be made a second time.
MATCHED: Final = frozenset({"customers", "items"})
COMPANY: Final = "company"


def all_reads() -> list[dict[str, Any]]:
    """Return the reads that remember a company anew."""
    return [{"list": name, "iterator": "", "left": 0} for name in READINGS]


def company_document(context: Context) -> Document:
    """Return the document that asks which company file this is."""
    nonce = context.new_nonce()
    bodies: tuple[Body, ...] = (HostQuery(), CompanyQuery(owner_id=(OWNER,)), PreferencesQuery())
    requests = [
        Request(request_id=f"company:{number}:{nonce}", body=body)
        for number, body in enumerate(bodies)
    ]
    return Document(
        purpose=MessageSet.Purpose.READ,
        requests=requests,
        content=[{"r": each.request_id, "list": COMPANY} for each in requests],
    )


def next_document(session: Session, context: Context) -> Document | None:
    """Return the next reading, or None when nothing is left to read."""
    reads = [each for each in session.reads if not each.get("skip")]
    if not reads:
        return None
    begun = [each for each in reads if each["iterator"]]
    alone = [each for each in reads if each.get("alone")]
    # One list at a time once pages follow each other; else all that have not begun, together.
    now = begun[:1] or alone[:1] or reads
    nonce = context.new_nonce()
    requests, content = [], []
    for each in now:
        reading = READINGS[each["list"]]
        iterator = None
        body: Any = reading.query()
        if reading.is_paged:
            body = replace(body, max_returned=session.connection.page_size)
            iterator = Continue(each["iterator"]) if each["iterator"] else Start()
        request_id = f"{each['list']}:{nonce}"
        requests.append(Request(request_id=request_id, body=body, iterator=iterator))
        content.append({"r": request_id, "list": each["list"]})
    return Document(purpose=MessageSet.Purpose.READ, requests=requests, content=content)


def refused_whole(session: Session, content: Sequence[dict[str, Any]]) -> str:
    """Note that QuickBooks refused a whole reading: ask one by one, leave out what fails alone.

    Returns the list that is left out, "" if none.

    :raises SessionStops: if nothing can be done without the list.
    """
    names = {each["list"] for each in content}
    for each in session.reads:
        if each["list"] in names:
            if len(names) == 1:
                _leave_out(session.connection, each)
                return str(each["list"])
            each["alone"] = True
            each["iterator"] = ""
    return ""


def _leave_out(connection: Connection, read: dict[str, Any], said: str = "") -> None:
    """Go on without a list; what is known of it from an earlier reading stays.

    :raises SessionStops: for a list never read that is matched against: everything would be
        made in QuickBooks a second time.
    """
    if read["list"] in MATCHED and connection.lists_read_at is None:
        raise SessionStops(
            f"QuickBooks did not give its list of {read['list']}; nothing is sent without it."
            + (f" QuickBooks says: {said}" if said else "")
        )
    read["skip"] = True


def take(connection: Connection, session: Session, name: str, answer: Answer | None) -> None:
    """Keep one page of a list and note what is left of it; None if it was not answered.

    A list's pages are used together once the last of them is there.

    :raises SessionStops: if the list cannot be read whole; the next session reads all anew.
    """
    read = next((each for each in session.reads if each["list"] == name), None)
    if read is None:
        return
    is_first = not read["iterator"]
    if is_first:
        # Of a walk that broke off, in this session or an earlier one.
        StagedPage.objects.filter(connection=connection, reading=name).delete()
    if answer is None or (
        answer.status.severity == "Error" and (read["iterator"] or name in MATCHED)
    ):
        # Its iterator died, or the answer was another's: from the start, for half a list would
        # pass for all that QuickBooks has.
        _begin_anew(connection, read, answer)
        return
    if answer.status.severity == "Error":
        _leave_out(connection, read, answer.status.message)
        return
    connection.pages_lost = 0
    goes_on = bool(answer.iterator_remaining)
    if goes_on and not answer.iterator_id:
        # There is more, and no way to ask for it.
        _begin_anew(connection, read, answer)
        return
    if goes_on or not is_first:
        _stage(connection, session, name, answer.records)
    if goes_on:
        read.update(iterator=answer.iterator_id, left=answer.iterator_remaining, alone=True)
        return
    if is_first:
        remember(connection, _rows_of(READINGS[name].list, answer.records), run=session.pk)
    else:
        _use_staged(connection, session, name)
    session.reads = [each for each in session.reads if each is not read]


def _begin_anew(connection: Connection, read: dict[str, Any], answer: Answer | None) -> None:
    read.update(iterator="", alone=True, restarts=read.get("restarts", 0) + 1)
    if read["restarts"] <= RESTARTS_MAX:
        return
    said = answer.status.message if answer is not None else ""
    if answer is not None and read["list"] in MATCHED and connection.lists_read_at is not None:
        _leave_out(connection, read, said)
        return
    raise SessionStops(
        f"QuickBooks did not give its list of {read['list']} whole. It is read again next time."
        + (f" QuickBooks says: {said}" if said else "")
    )


def _stage(connection: Connection, session: Session, name: str, records: Sequence[Record]) -> None:
    """Keep a page until its list is whole."""
    text = json.dumps(_rows_of(READINGS[name].list, records), separators=(",", ":"))
    StagedPage.objects.create(
        connection=connection,
        run=session.pk,
        reading=name,
        body=zlib.compress(text.encode(), 1),
    )


def _use_staged(connection: Connection, session: Session, name: str) -> None:
    """Use the pages of a list that has come whole, one after the other."""
    pages = StagedPage.objects.filter(connection=connection, reading=name, run=session.pk)
    for key in list(pages.order_by("pk").values_list("pk", flat=True)):
        body = StagedPage.objects.values_list("body", flat=True).get(pk=key)
        remember(connection, json.loads(zlib.decompress(bytes(body))), run=session.pk)
    pages.delete()


def pages_left(connection: Connection, session: Session) -> int:
    """Return how many documents the session's lists still take, about."""
    unread = [each["left"] for each in session.reads if not each.get("skip")]
    return sum(1 + each // connection.page_size for each in unread)


def page_lost(connection: Connection, message_set: MessageSet, *, too_large: bool) -> None:
    """Ask for half as many records a page when a page was too large, or never came twice.

    About 500 records are 300 kB of the elements asked for, and some companies' are a hundred times
    that. The caller saves the connection.
    """
    if message_set.purpose != MessageSet.Purpose.READ:
        return
    readings = [READINGS.get(row["list"]) for row in message_set.content]
    if not any(each is not None and each.is_paged for each in readings):
        return
    connection.pages_lost += 1
    if too_large or connection.pages_lost >= LOST_MAX:
        connection.pages_lost = 0
        connection.page_size = sizing.next_size(
            connection.page_size,
            sent=connection.page_size,
            turnaround_s=None,
            size_max=sizing.PAGE_MAX,
            size_min=sizing.PAGE_MIN,
        )


def keep_one_iterator(session: Session) -> None:
    """Let only the first begun iterator go on; the others begin anew when it has ended."""
    begun = [each for each in session.reads if each["iterator"]]
    for each in begun[1:]:
        each["iterator"] = ""


_COLUMNS: Final = (
    "type",
    "name",
    "full_name",
    "name_folded",
    "is_active",
    "sublevel",
    "edit_sequence",
    "external_guid",
    "details",
    "run",
)


def _rows_of(into: List, records: Sequence[Record]) -> list[dict[str, Any]]:
    """Return what is remembered of list records, by column."""
    rows = []
    for record in records:
        list_id = record.text("ListID")
        if not list_id:
            continue
        name = record.text("Name") or ""
        full_name = record.text("FullName") or name
        rows.append(
            {
                "list": into,
                "list_id": list_id,
                "type": record.type,
                "name": name,
                "full_name": full_name,
                "name_folded": fold(full_name)[:209],
                "is_active": record.flag("IsActive") is not False,
                "sublevel": int(record.text("Sublevel") or 0),
                "edit_sequence": record.text("EditSequence") or "",
                "external_guid": (record.text("ExternalGUID") or "").casefold(),
                "details": details_of(record),
            }
        )
    return rows


def remember(connection: Connection, rows: Sequence[dict[str, Any]], *, run: int) -> None:
    """Insert or renew what QuickBooks said of list records, in one statement a page."""
    by_id = {
        each["list_id"]: QuickBooksRecord(connection=connection, run=run, **each) for each in rows
    }
    QuickBooksRecord.objects.bulk_create(
        by_id.values(),
        update_conflicts=True,
        unique_fields=["connection", "list", "list_id"],
        update_fields=_COLUMNS,
        batch_size=500,
    )


def details_of(record: Record) -> dict[str, Any]:
    """Return the elements of a list record that set-up, mapping and matching use."""
    match record.type:
        case "CustomerRet":
            return _customer_details(record)
        case "AccountRet":
            paths = {"type": "AccountType", "special": "SpecialAccountType"}
        case "ItemSalesTaxRet":
            paths = {"percent": "TaxRate"}
        case "PaymentMethodRet":
            paths = {"type": "PaymentMethodType"}
        case "StandardTermsRet":
            paths = {"days": "StdDueDays"}
        case "SalesTaxCodeRet":
            paths = {"taxable": "IsTaxable"}
        case "ItemServiceRet" | "ItemNonInventoryRet" | "ItemOtherChargeRet":
            return _item_details(record)
        case "ItemInventoryRet" | "ItemInventoryAssemblyRet":
            paths = {
                "description": "SalesDesc",
                "price": "SalesPrice",
                "cost": "PurchaseCost",
                "account": "IncomeAccountRef/ListID",
                **_TAX_CODE,
            }
        case "ItemDiscountRet":
            paths = {"account": "AccountRef/ListID"}
        case _:
            return {}
    return {key: record.text(path) or "" for key, path in paths.items()}


_TAX_CODE: Final = {
    "tax_code": "SalesTaxCodeRef/ListID",
    "tax_code_name": "SalesTaxCodeRef/FullName",
}


def _customer_details(record: Record) -> dict[str, Any]:
    paths = {
        "company_name": "CompanyName",
        "first_name": "FirstName",
        "last_name": "LastName",
        "phone": "Phone",
        "alt_phone": "AltPhone",
        "email": "Email",
        "notes": "Notes",
        "contact": "Contact",
        "alt_contact": "AltContact",
        "cc": "Cc",
        "fax": "Fax",
    }
    details: dict[str, Any] = {
        key: value for key, path in paths.items() if (value := record.text(path))
    }
    ways = [
        (each.text("ContactName") or "", each.text("ContactValue") or "")
        for each in record.children("AdditionalContactRef")
    ]
    if ways:
        details["ways"] = ways
    for key, element in (("billing", "BillAddress"), ("service", "ShipAddress")):
        lines = [record.text(f"{element}/Addr{number}") for number in range(1, 6)]
        address = {
            "lines": [line for line in lines if line],
            "city": record.text(f"{element}/City") or "",
            "state": record.text(f"{element}/State") or "",
            "postal_code": record.text(f"{element}/PostalCode") or "",
            "country": record.text(f"{element}/Country") or "",
        }
        if any(address.values()):
            details[key] = address
    return details


def _item_details(record: Record) -> dict[str, Any]:
    one_sided = {
        "description": "SalesOrPurchase/Desc",
        "price": "SalesOrPurchase/Price",
        "account": "SalesOrPurchase/AccountRef/ListID",
    }
    two_sided = {
        "description": "SalesAndPurchase/SalesDesc",
        "price": "SalesAndPurchase/SalesPrice",
        "cost": "SalesAndPurchase/PurchaseCost",
        "account": "SalesAndPurchase/IncomeAccountRef/ListID",
    }
    is_two_sided = bool(record.children("SalesAndPurchase"))
    paths = two_sided if is_two_sided else one_sided
    details: dict[str, Any] = {key: record.text(path) or "" for key, path in paths.items()}
    details["two_sided"] = is_two_sided
    details |= {key: record.text(path) or "" for key, path in _TAX_CODE.items()}
    return details


def finish(connection: Connection, session: Session, context: Context) -> None:
    """Note that everything has been read; forget what this reading no longer met."""
    skipped = {READINGS[each["list"]].list for each in session.reads if each.get("skip")}
    QuickBooksRecord.objects.filter(connection=connection, run__lt=session.pk).exclude(
        list__in=skipped
    ).delete()
    StagedPage.objects.filter(connection=connection).delete()
    session.reads = []
    connection.reading_wanted = False
    connection.lists_read_at = context.now
    note_gone(connection)
