"""Is this the right company file, and one we can write to? What QuickBooks says of itself.

The Web Connector's first sendRequestXML brings QuickBooks' answers about the host, the company
and its preferences (Intuit QBWC Programmer's Guide ch. 2). The company answer carries the marks
that the Web Connector stamped into the file from our set-up file: FileID and AppLock (ch. 8).
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final
from uuid import UUID

from fieldledger.qbxml.reading import Answer, Record
from fieldledger.quickbooks.context import SessionStops
from fieldledger.quickbooks.models import Connection
from fieldledger.sync.content import CompanyFacts

# One for all installations: it names the product. FileID names the connection. (Guide ch. 4.)
OWNER_ID: Final = UUID("7d0f5c1e-3f0b-4f6c-9c9b-1f1b6a0d5e42")

# QuickBooks 2022 calls itself 32, 2024 calls itself 34 (answers recorded from both sides of it).
MAJOR_VERSION_MIN: Final = 32
YEAR_OF_MAJOR_0: Final = 1990
QBXML_OF_2022: Final = 15  # The highest qbXML of QuickBooks 2022 (Intuit's version table).


class CompanyRefused(SessionStops):
    """Nothing may be written to this company file."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(slots=True, kw_only=True)
class Company:
    """What the answers said; None where they did not."""

    product: str = ""
    major: int | None = None
    country: str = ""
    name: str = ""
    file_id: UUID | None = None
    computer: str = ""
    is_sample: bool = False
    closing_date: date | None = None
    has_preferences: bool = False
    facts: dict[str, Any] = field(default_factory=dict)
    about: dict[str, str] = field(default_factory=dict)  # By which a person recognises it.

    @property
    def is_told(self) -> bool:
        """Whether QuickBooks said which file this is."""
        return self.file_id is not None


def read_company(answers: tuple[Answer, ...]) -> Company:
    """Return what host, company and preferences answers say, in any order, any of them missing."""
    company = Company()
    for answer in answers:
        for record in answer.records:
            match record.type:
                case "HostRet":
                    _read_host(company, record)
                case "CompanyRet":
                    _read_company(company, record)
                case "PreferencesRet":
                    _read_preferences(company, record)
    return company


def _read_host(company: Company, host: Record) -> None:
    company.product = (host.text("ProductName") or "").strip()
    major = (host.text("MajorVersion") or "").strip()
    company.major = int(major) if major.isascii() and major.isdigit() else None
    company.country = (host.text("Country") or "").strip().upper()


_ABOUT: Final = {
    "legal_name": ("LegalCompanyName",),
    "address": ("Address/Addr1", "Address/Addr2", "Address/City", "Address/State"),
    "phone": ("Phone",),
    "email": ("Email",),
}


def _read_company(company: Company, record: Record) -> None:
    company.name = (record.text("CompanyName") or record.text("LegalCompanyName") or "").strip()
    company.is_sample = bool(record.flag("IsSampleCompany"))
    company.about = {
        key: text
        for key, paths in _ABOUT.items()
        if (text := ", ".join(filter(None, map(record.text, paths))).strip())
    }
    for mark in record.children("DataExtRet"):
        if _uuid(mark.text("OwnerID")) != OWNER_ID:
            continue
        value = (mark.text("DataExtValue") or "").strip()
        match mark.text("DataExtName"):
            case "FileID":
                company.file_id = _uuid(value)
            case "AppLock":
                # "LOCKED:<machine>:<ticks>" (Intuit QBWC Programmer's Guide ch. 8).
                company.computer = value.split(":")[1] if value.count(":") >= 2 else ""


def _read_preferences(company: Company, record: Record) -> None:
    company.has_preferences = True
    company.closing_date = record.date("AccountingPreferences/ClosingDate")
    taxes = record.children("SalesTaxPreferences")
    facts: dict[str, Any] = {
        # Sales tax is on where these preferences are there at all (qbXML 13.0 reference).
        "sales_tax_on": bool(taxes),
        "multi_currency": bool(record.flag("MultiCurrencyPreferences/IsMultiCurrencyOn")),
        "uses_account_numbers": bool(record.flag("AccountingPreferences/IsUsingAccountNumbers")),
        "uses_classes": bool(record.flag("AccountingPreferences/IsUsingClassTracking")),
    }
    if taxes:
        facts["taxable_code"] = taxes[0].text("DefaultTaxableSalesTaxCodeRef/ListID")
        facts["non_taxable_code"] = taxes[0].text("DefaultNonTaxableSalesTaxCodeRef/ListID")
    company.facts = facts


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID((text or "").strip())
    except ValueError:
        return None


def require_fit(
    company: Company, connection: Connection, *, country: str, qbxml: tuple[int, int]
) -> None:
    """Let the session go on only with this connection's file, in a QuickBooks we know.

    `country` and `qbxml` are what the Web Connector said, used where the host answer is missing.

    :raises CompanyRefused: otherwise.
    """
    found = company.product or "a QuickBooks that does not say its name"
    where = company.country or country.upper()
    if where and where != "US":
        raise CompanyRefused(
            "wrong_country",
            f"This is the {where} edition of QuickBooks ({found}). Fieldledger works with the US"
            " edition only. Nothing was sent.",
        )
    if company.major is not None and company.major < MAJOR_VERSION_MIN:
        raise CompanyRefused(
            "too_old",
            f"This is {found}, of {YEAR_OF_MAJOR_0 + company.major}. Fieldledger needs QuickBooks"
            " Desktop 2022 or later. Nothing was sent.",
        )
    if company.major is None and qbxml < (QBXML_OF_2022, 0):
        raise CompanyRefused(
            "too_old",
            f"This QuickBooks ({found}) is older than 2022. Fieldledger needs QuickBooks Desktop"
            " 2022 or later. Nothing was sent.",
        )
    marks = {connection.file_id, connection.accepted_mark}
    if company.file_id is None or company.file_id not in marks:
        raise CompanyRefused("wrong_file", _wrong_file(company, connection))


def _wrong_file(company: Company, connection: Connection) -> str:
    opened = company.name or "The company file that is open"
    linked = connection.company_name
    mark = "another mark" if company.file_id else "no mark of the setup file"
    wanted = f'This connection belongs to "{linked}"' if linked else f"It has {mark}"
    return (
        f'"{opened}" is not the company file of this connection. {wanted}. Nothing was sent.'
        " Open the right company file in QuickBooks, then press Update Selected again."
    )


def facts_of(connection: Connection) -> CompanyFacts:
    """Return what is known of the company file, for the rules."""
    facts = connection.facts
    return CompanyFacts(
        sales_tax_on=bool(facts.get("sales_tax_on")),
        taxable_code=facts.get("taxable_code"),
        non_taxable_code=facts.get("non_taxable_code"),
        closing_date=connection.closing_date,
        multi_currency=bool(facts.get("multi_currency")),
        uses_account_numbers=bool(facts.get("uses_account_numbers")),
        uses_classes=bool(facts.get("uses_classes")),
    )
