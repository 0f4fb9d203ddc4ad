"""I3.8: the page of the probe: for a sample company only, told in plain words, report to take."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from fieldledger.quickbooks import probes
from tests.support.office_pc import OfficePc
from tests.website.pages.conftest import Office


def page_of(office: Office, name: str = "probe") -> str:
    response = office.browser.get(reverse(name))
    assert response.status_code == 200
    content = re.sub(r"<[^>]*>", " ", response.content.decode())
    return " ".join(content.split())


@pytest.fixture
def pc(office: Office) -> OfficePc:
    pc = OfficePc(office.business)
    pc.set_up()
    passed = 0

    def clock() -> datetime:
        nonlocal passed
        passed += 1
        return datetime.now(tz=UTC) + timedelta(seconds=passed)

    assert pc.connector is not None
    pc.connector.clock = clock
    return pc


def test_a_company_that_is_no_sample_is_refused_in_words_and_has_no_button(
    office: Office, pc: OfficePc
) -> None:
    assert "This is not a sample company" in page_of(office)
    assert reverse("start_probe") not in office.browser.get(reverse("probe")).content.decode()

    office.browser.post(reverse("start_probe"))

    assert "is not one of Intuit’s sample companies" in page_of(office)
    assert pc.connection.probe_wanted is False


def test_the_probe_is_started_followed_and_its_report_taken_from_the_page(
    office: Office, pc: OfficePc
) -> None:
    pc.company.state.is_sample = True
    for _ in range(3):
        pc.run()
    connection = pc.connection
    connection.reading_wanted = True
    connection.save()
    pc.run()
    assert "Probe this sample company" in page_of(office, "connection")

    office.browser.post(reverse("start_probe"))
    assert "Waits for the Web Connector" in page_of(office)
    for name in ("connection", "quickbooks"):
        assert "The probe runs" in page_of(office, name)
    pc.run()
    assert "QuickBooks is done; the rest is asked of the Web Connector" in page_of(
        office, "probe_part"
    )
    for _ in range(3):
        pc.run()

    shown = page_of(office)
    assert "The probe is complete" in shown
    assert "The company is as it was before" in shown
    assert "QuickBooks still knew all 10 sets" in shown
    report = office.browser.get(reverse("probe_report"))
    assert report.headers["Content-Disposition"].endswith('"fieldledger-probe.json"')
    newest = probes.newest_probe(pc.connection)
    assert newest is not None
    assert json.loads(report.content) == probes.report_of(newest)


def test_a_probe_is_stopped_from_the_page(office: Office, pc: OfficePc) -> None:
    pc.company.state.is_sample = True
    connection = pc.connection
    connection.is_sample = True
    connection.save()
    office.browser.post(reverse("start_probe"))

    office.browser.post(reverse("stop_probe"))

    assert "The probe was stopped" in page_of(office)


def test_only_people_with_the_right_to_connect_see_it(technician: Office, pc: OfficePc) -> None:
    for name in ("probe", "probe_part", "probe_report"):
        assert technician.browser.get(reverse(name)).status_code == 403
    for name in ("start_probe", "stop_probe"):
        assert technician.browser.post(reverse(name)).status_code == 403
