"""An entry whose answer was lost: since when QuickBooks is asked, and why nobody may retry."""

from collections.abc import Mapping
from typing import Any, Final

from fieldledger.sync.content import State

WHY_NO_RETRY: Final = (
    "There is no Retry until QuickBooks has answered: sent again before that, it could stand there"
    " twice."
)


def checking_of(detail: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the page of an entry in doubt says; nothing for any other entry."""
    if detail["state"] != State.CHECKING:
        return {}
    lost_at = None
    for event in reversed(detail["timeline"]):
        if event["state"] != State.CHECKING:
            break
        lost_at = event["at"]
    return {"lost_at": lost_at, "why_no_retry": WHY_NO_RETRY}
