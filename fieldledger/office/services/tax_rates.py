"""Making tax rates. They never change, as invoices stand on them: another percentage is another."""

from datetime import datetime
from decimal import Decimal
from typing import Final

from fieldledger.accounts.models import Business
from fieldledger.accounts.services import THE_SYSTEM, audit
from fieldledger.office.fields import Reader, Values, number, text
from fieldledger.office.models import TaxRate
from fieldledger.office.refusals import Refused
from fieldledger.office.services.records import atomically, read_drafts, refuse_taken

TAX_RATE_READERS: Final[dict[str, Reader]] = {
    "name": text("The name", 100, required=True),
    "percent": number("The percentage", places=5, least=Decimal(0), most=Decimal(100)),
}


@atomically
def create_tax_rate(
    *, business: Business, values: Values, now: datetime, actor: str = THE_SYSTEM
) -> TaxRate:
    """Make a tax rate.

    :raises Refused: if something is wrong with `values`.
    """
    drafts = read_drafts(TAX_RATE_READERS, [values], required=["name", "percent"])
    refuse_taken(
        drafts,
        "name",
        model=TaxRate,
        business=business,
        sentence="Another tax rate is already called {}.",
        column="name_folded",
        key=str.casefold,
    )
    (draft,) = drafts
    if draft.errors:
        raise Refused(draft.errors)
    rate = TaxRate(business=business, created_at=now, **draft.values)
    rate.name_folded = rate.name.casefold()
    rate.save()
    audit(business=business, actor=actor, action="make tax rate", subject=str(rate.guid), now=now)
    return rate
