"""Taking clients and items away for good: only those that nothing here has ever used."""

from collections.abc import Sequence
from datetime import datetime

from fieldledger.accounts.models import Business
from fieldledger.accounts.services import audit_many
from fieldledger.office.models import Client, Credit, CreditLine, Invoice, InvoiceLine, Item
from fieldledger.office.services.records import BULK_MAX, atomically


@atomically
def remove_clients(
    *, business: Business, ids: Sequence[int], now: datetime, actor: str
) -> list[int]:
    """Delete clients without invoices and credit memos; return the primary keys of the gone.

    :raises ValueError: for more than BULK_MAX.
    """
    used = Invoice.objects.filter(client__in=ids).values_list("client_id", flat=True)
    credited = Credit.objects.filter(client__in=ids).values_list("client_id", flat=True)
    return _remove(Client, business, ids, {*used, *credited}, now=now, actor=actor)


@atomically
def remove_items(*, business: Business, ids: Sequence[int], now: datetime, actor: str) -> list[int]:
    """Delete items on no invoice or credit memo; return the primary keys of those that are gone.

    :raises ValueError: for more than BULK_MAX.
    """
    used = InvoiceLine.objects.filter(item__in=ids).values_list("item_id", flat=True)
    credited = CreditLine.objects.filter(item__in=ids).values_list("item_id", flat=True)
    return _remove(Item, business, ids, {*used, *credited}, now=now, actor=actor)


def _remove(
    model: type[Client] | type[Item],
    business: Business,
    ids: Sequence[int],
    used: set[int | None],
    *,
    now: datetime,
    actor: str,
) -> list[int]:
    if len(ids) > BULK_MAX:
        raise ValueError(f"at most {BULK_MAX} records a call, not {len(ids)}")
    rows = model._default_manager.select_for_update().filter(business=business, pk__in=ids)  # noqa: SLF001 - Django's documented API.
    found = [each for each in rows if each.pk not in used]
    model._default_manager.filter(pk__in=[each.pk for each in found]).delete()  # noqa: SLF001
    audit_many(
        business=business,
        actor=actor,
        action=f"delete {model.__name__.lower()}",
        subjects=[each.guid for each in found],
        now=now,
    )
    return [each.pk for each in found]
