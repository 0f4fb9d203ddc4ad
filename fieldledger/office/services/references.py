"""Finding the records that others name: one statement a kind, whatever their number."""

from collections.abc import Iterable
from typing import Generic, TypeVar
from uuid import UUID

from fieldledger.accounts.models import Business
from fieldledger.office.fields import guid
from fieldledger.office.models import Client, Invoice, Item, Record, TaxRate

Named = TypeVar("Named", Client, Item, TaxRate, Invoice)


class References(Generic[Named]):
    """The records of one kind and one business that `values` name.

    A value is the API's id, or a record itself; one of another business is never found.
    """

    def __init__(
        self,
        model: type[Named],
        business: Business,
        values: Iterable[object],
        *,
        locked: bool = False,
    ) -> None:
        wanted = {each for each in map(_guid, values) if each}
        rows = model._default_manager.filter(business=business, guid__in=wanted)  # noqa: SLF001 - Django's documented API.
        if locked:
            # In one order, so that two writers never wait for each other.
            rows = rows.order_by("pk").select_for_update(no_key=True)
        found = {each.guid: each for each in rows} if wanted else {}
        self._found: dict[UUID, Named] = found

    def find(self, value: object) -> Named | None:
        """Return the record that `value` names, or None."""
        wanted = _guid(value)
        return self._found.get(wanted) if wanted else None


def _guid(value: object) -> UUID | None:
    return value.guid if isinstance(value, Record | TaxRate) else guid(value)
