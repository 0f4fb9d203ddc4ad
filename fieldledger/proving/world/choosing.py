"""What the people in the office choose on the mapping page meanwhile."""

import random
from collections.abc import Callable
from typing import Any, Final

from fieldledger.quickbooks import choices, services
from fieldledger.quickbooks.models import (
    RANK,
    Connection,
    QuickBooksRecord,
    Session,
    Stage,
    SyncEntry,
)
from fieldledger.sync.content import Kind, State

SECOND_BANK: Final = "Second bank"  # An account that people add in QuickBooks meanwhile.


class Choices:
    """The choices of one business; `by` says when they are made, and by whom."""

    def __init__(
        self,
        connection: Callable[[], Connection],
        by: Callable[[], dict[str, Any]],
        chance: random.Random,
    ) -> None:
        self._connection = connection
        self._by = by
        self._chance = chance
        self.mapped_in = 0  # The last session before the account of checks was chosen.

    def are_extras_mapped(self, *, is_any_good: bool = False) -> bool:
        """Choose the items of tips and fees if the lists are read and nobody has; say if it is.

        An item of ours is chosen only where there are no others, and `is_any_good`.
        """
        connection = self._connection()
        chosen = [connection.mapping.get(each) for each in ("tip_item", "fee_item")]
        if all(each and not choices.is_gone(connection, each) for each in chosen):
            return True
        if connection.stage != Stage.ONGOING:
            return False
        ours = SyncEntry.objects.filter(connection=connection).values("quickbooks_id")
        there = QuickBooksRecord.objects.filter(
            connection=connection, type="ItemServiceRet", is_active=True
        ).order_by("list_id")
        items = list(there.exclude(list_id__in=ours).values_list("list_id", flat=True)[:2])
        if is_any_good and len(items) < 2:
            items = list(there.values_list("list_id", flat=True)[:2])
        if len(items) < 2:
            return False
        changes = dict(zip(("tip_item", "fee_item"), items, strict=True))
        services.save_mapping(connection, changes=changes, **self._by())
        return True

    def is_paying_account_chosen(self) -> bool:
        """Choose the account of refunds if the lists are read and nobody has; say if it is."""
        connection = self._connection()
        if connection.mapping.get("refund_account"):
            return True
        if connection.stage != Stage.ONGOING:
            return False
        account = QuickBooksRecord.objects.filter(connection=connection, name="Checking").first()
        if account is None:
            return False
        changes = {"refund_account": account.list_id}
        services.save_mapping(connection, changes=changes, **self._by())
        return True

    def choose_account(self) -> None:
        """Have checks go to the account that people added, once the lists tell of it."""
        connection = self._connection()
        if connection.stage != Stage.ONGOING or _account_of_checks(connection):
            return
        found = QuickBooksRecord.objects.filter(connection=connection, name=SECOND_BANK).first()
        if found is not None:
            chosen = {"check": found.list_id}
            changes = {"deposit_accounts": chosen}
            services.save_mapping(connection, changes=changes, **self._by())
            last = Session.objects.order_by("-pk").first()
            self.mapped_in = last.pk if last is not None else 0
        elif not connection.reading_wanted and self._chance.random() < 0.3:
            services.refresh_lists(connection, **self._by())

    def choose_another_account(self) -> None:
        """Choose none for checks where QuickBooks refuses the one that is chosen."""
        connection = self._connection()
        chosen = _account_of_checks(connection)
        refused = SyncEntry.objects.filter(
            connection=connection, rank=RANK[Kind.PAYMENT], state=State.FAILED, code="3140"
        )
        if not chosen or not refused.exists():
            return
        known = QuickBooksRecord.objects.filter(connection=connection, list_id=chosen)
        if known.exists():
            services.refresh_lists(connection, **self._by())
            return
        changes = {"deposit_accounts": {"check": None}}
        services.save_mapping(connection, changes=changes, **self._by())


def _account_of_checks(connection: Connection) -> str:
    return str(connection.mapping.get("deposit_accounts", {}).get("check") or "")
