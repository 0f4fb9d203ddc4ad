"""Beginning and ending a person's training business."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from fieldledger.accounts.models import Business, Membership, Role, User
from fieldledger.accounts.services import actor_of
from fieldledger.office.models import (
    Client,
    Credit,
    Invoice,
    Item,
    Payment,
    Refund,
    TaxRate,
)
from fieldledger.proving.models import TrainingPc
from fieldledger.proving.training import pc as office_pc
from fieldledger.quickbooks import services
from fieldledger.quickbooks.errors import NotPossible
from fieldledger.quickbooks.models import Connection, Stage

NAME: Final = "Training: {name}"
SET_UP_CALLS_MAX: Final = 10
SENT_AT_FIRST: Final = 5
# Sources of a PROTECT first: what points to others goes before them.
_IN_ORDER: Final[tuple[type[Any], ...]] = (Refund, Credit, Payment, Invoice, Item, Client, TaxRate)


def begin(
    user: User,
    *,
    name: str,
    time_zone: str,
    fill: Callable[[Business, datetime], None],
    now: datetime,
) -> TrainingPc:
    """Make a person's training business, filled by `fill`; what they had before is gone.

    Only which exercises they have mended is kept. The PC is taken, so that nobody disturbs
    `connect`, which leaves it.

    :raises Busy: if their PC is calling, or being set up.
    """
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)  # Two presses are one business.
        before = TrainingPc.objects.filter(business__learner=user).first()
        end(user, now=now)
        business = Business.objects.create(
            name=NAME.format(name=name), time_zone=time_zone, learner=user, created_at=now
        )
        Membership.objects.create(business=business, user=user, role=Role.OWNER, created_at=now)
        fill(business, now)
        return TrainingPc.objects.create(
            business=business,
            finished=before.finished if before else [],
            calling_until=now + office_pc.CALL_MAX,
        )


def connect(pc: TrainingPc, *, url: str, now: datetime) -> bool:
    """Go through the set-up as a person would, over HTTP; return whether it is complete.

    :raises Busy: if too many are calling.
    """
    try:
        with office_pc.room():
            return _connect(pc, url, now)
    except NotPossible:  # A call did not get through.
        return False
    finally:
        office_pc.leave(pc)


def _connect(pc: TrainingPc, url: str, now: datetime) -> bool:
    connection = services.connection_of(pc.business)
    learner = pc.business.learner
    assert learner is not None
    doing: dict[str, Any] = {"actor": actor_of(learner), "now": now}
    services.set_enabled(connection, enabled=True, **doing)
    services.go_next(connection, **doing)
    office_pc.call_taken(pc, url)
    services.go_next(connection, **doing)
    services.choose_import(connection, choice={"review": False}, **doing)
    services.save_settings(connection, changes={"resolve_client_conflicts": False}, **doing)
    services.go_next(connection, **doing)
    for _ in range(SET_UP_CALLS_MAX):
        office_pc.call_taken(pc, url)
        if Connection.objects.get(pk=connection.pk).stage == Stage.ONGOING:
            newest = Invoice.objects.filter(business=pc.business).order_by("-pk")
            some = list(newest.values_list("guid", flat=True)[:SENT_AT_FIRST])
            services.sync(connection, invoices=some, payments=(), **doing)
            office_pc.call_taken(pc, url)
            return True
    return False


def end(user: User, *, now: datetime) -> None:
    """Delete a person's training business with everything in it.

    :raises Busy: if its PC is calling, or being set up.
    """
    business = Business.objects.filter(learner=user).first()
    if business is None:
        return
    with transaction.atomic():
        for pc in TrainingPc.objects.filter(business=business):
            office_pc.take(pc, now=now)
        Connection.objects.filter(business=business).delete()
        for model in _IN_ORDER:
            model.objects.filter(business=business).delete()
        business.delete()
