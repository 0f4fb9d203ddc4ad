"""A QuickBooks that knows fewer questions than we ask: reading and checking do without them."""

from datetime import UTC, datetime
from typing import Any

import pytest

from fieldledger.accounts.models import Business
from fieldledger.office import services as office
from tests.support.office_pc import OfficePc

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 5, 4, 16, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "unknown",
    [
        ("CompanyActivityQueryRq",),
        ("EmployeeQueryRq", "OtherNameQueryRq", "VendorQueryRq"),
        ("CompanyActivityQueryRq", "EmployeeQueryRq", "StandardTermsQueryRq"),
    ],
)
def test_a_question_it_does_not_know_stops_nothing(
    pc: OfficePc,
    business: Business,
    monkeypatch: pytest.MonkeyPatch,
    unknown: tuple[str, ...],
) -> None:
    real = pc.company.answer

    def answer(xml: str, **more: Any) -> str:
        for each in unknown:
            xml = xml.replace(each, each.replace("QueryRq", "InquiryRq"))
        return real(xml, **more)

    monkeypatch.setattr(pc.company, "answer", answer)
    office.create_client(business=business, values={"name": "Anna Smith"}, now=NOW)
    pc.set_up()
    office.create_client(business=business, values={"name": "Ben Jones"}, now=NOW)
    assert pc.run().outcome == "done"
    assert pc.states() == {"synced": 2}
    assert not pc.connection.last_error
