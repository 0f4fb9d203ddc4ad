from datetime import datetime, timedelta

import pytest

from fieldledger.accounts.models import AuditEvent, Business
from fieldledger.office.changes import Change, subscribe, unsubscribe
from fieldledger.office.models import Client
from fieldledger.office.services import Refused, create_client, create_clients, update_client


def test_a_client_keeps_what_was_said_of_it(business: Business, now: datetime) -> None:
    values = {
        "name": "  Müller & Söhne ",
        "email": "office@mueller.example",
        "billing_line1": "18 Kettle Cove Lane",
        "notes": "Ring twice.\nDog.",
        "external_id": "crm-17",
    }

    client = create_client(business=business, values=values, now=now)

    saved = Client.objects.get()
    assert saved == client
    assert (saved.name, saved.billing_line1, saved.revision) == (
        "Müller & Söhne",
        "18 Kettle Cove Lane",
        1,
    )
    assert (saved.created_at, saved.updated_at) == (now, now)


def test_two_clients_may_share_a_name(business: Business, now: datetime) -> None:
    many = [{"name": "John Smith"}, {"name": "John Smith"}]

    assert all(
        isinstance(each, Client) for each in create_clients(business=business, many=many, now=now)
    )


@pytest.mark.parametrize(
    ("values", "field", "sentence"),
    [
        ({}, "name", "The name is missing."),
        ({"name": "x" * 256}, "name", "The name has 256 characters; at most 255 fit."),
        ({"name": "Ann", "email": "ann"}, "email", "The e-mail address must be one e-mail"),
        ({"name": "Ann", "phone": "5" * 41}, "phone", "The phone number has 41 characters"),
        ({"name": "Ann", "service_city": "\0"}, "service_city", "The service city holds a control"),
        ({"name": "Ann", "archived": "no"}, "archived", "Archived must be true or false."),
        ({"name": "Ann", "business": 2}, "business", "There is no field of this name."),
        ({"name": "Ann", "revision": 9}, "revision", "There is no field of this name."),
    ],
)
def test_bad_input_is_refused_by_field_and_nothing_is_saved(
    business: Business, now: datetime, values: dict[str, object], field: str, sentence: str
) -> None:
    with pytest.raises(Refused) as refused:
        create_client(business=business, values=values, now=now)

    assert list(refused.value.errors) == [field]
    assert refused.value.errors[field][0].startswith(sentence)
    assert not Client.objects.exists()
    assert not AuditEvent.objects.exists()


def test_an_external_id_belongs_to_one_client_of_a_business(
    business: Business, other_business: Business, now: datetime
) -> None:
    values = {"name": "Ann", "external_id": "crm-17"}
    create_client(business=business, values=values, now=now)
    create_client(business=other_business, values=values, now=now)

    with pytest.raises(Refused) as refused:
        create_client(business=business, values=values, now=now)

    assert refused.value.errors == {
        "external_id": ["Another client already has the external id crm-17."]
    }


def test_an_empty_external_id_is_none_and_none_may_be_many(
    business: Business, now: datetime
) -> None:
    many: list[dict[str, object]] = [
        {"name": "Ann", "external_id": ""},
        {"name": "Bo", "external_id": None},
    ]

    create_clients(business=business, many=many, now=now)

    assert set(Client.objects.values_list("external_id", flat=True)) == {None}


def test_of_many_each_that_can_be_saved_is(business: Business, now: datetime) -> None:
    many = [
        {"name": "Ann", "external_id": "1"},
        {"name": ""},
        {"name": "Bo", "external_id": "1"},
        {"name": "Cy", "external_id": "2"},
    ]

    ann, nameless, bo, cy = create_clients(business=business, many=many, now=now)

    assert isinstance(ann, Client)
    assert isinstance(cy, Client)
    assert isinstance(nameless, Refused)
    assert isinstance(bo, Refused)
    assert list(bo.errors) == ["external_id"]
    assert set(Client.objects.values_list("name", flat=True)) == {"Ann", "Cy"}


def test_an_edit_changes_what_it_names_and_raises_the_revision(
    client_record: Client, now: datetime, heard: list[Change]
) -> None:
    update_client(client=client_record, values={"phone": "555-0101"}, now=now)
    later = now + timedelta(hours=1)

    client = update_client(client=client_record, values={"email": "ann@example.com"}, now=later)

    client.refresh_from_db()
    assert (client.name, client.phone, client.email) == (
        "Ann O'Brien",
        "555-0101",
        "ann@example.com",
    )
    assert (client.revision, client.updated_at) == (3, later)
    assert [(each.kind, each.records) for each in heard] == [("client", [client])] * 2


@pytest.mark.parametrize("values", [{}, {"name": " Ann O'Brien "}, {"archived": False}])
def test_an_edit_that_changes_nothing_does_nothing(
    client_record: Client, now: datetime, heard: list[Change], values: dict[str, object]
) -> None:
    events = AuditEvent.objects.count()

    client = update_client(client=client_record, values=values, now=now + timedelta(days=1))

    client.refresh_from_db()
    assert (client.revision, client.updated_at) == (1, now)
    assert not heard
    assert AuditEvent.objects.count() == events


def test_the_other_programs_id_is_saved_without_a_new_revision(
    client_record: Client, now: datetime, heard: list[Change]
) -> None:
    client = update_client(client=client_record, values={"external_id": "crm-17"}, now=now)

    client.refresh_from_db()
    assert (client.external_id, client.revision) == ("crm-17", 1)
    assert not heard


def test_a_refused_edit_leaves_everything(client_record: Client, now: datetime) -> None:
    with pytest.raises(Refused) as refused:
        update_client(
            client=client_record, values={"name": "", "email": "x", "phone": "1"}, now=now
        )

    client_record.refresh_from_db()
    assert list(refused.value.errors) == ["name", "email"]
    assert (client_record.name, client_record.phone) == ("Ann O'Brien", "")


def test_its_own_external_id_is_not_taken_by_another(
    client_record: Client, business: Business, now: datetime
) -> None:
    update_client(client=client_record, values={"external_id": "a"}, now=now)
    update_client(client=client_record, values={"external_id": "a", "phone": "1"}, now=now)

    other = create_client(business=business, values={"name": "Bo"}, now=now)
    with pytest.raises(Refused):
        update_client(client=other, values={"external_id": "a"}, now=now)


def test_the_audit_trail_names_fields_and_ids_and_nothing_personal(
    client_record: Client, now: datetime
) -> None:
    update_client(
        client=client_record, values={"email": "secret@example.com"}, now=now, actor="user 7"
    )

    event = AuditEvent.objects.latest("pk")
    assert (event.actor, event.action, event.subject, event.details) == (
        "user 7",
        "edit client",
        str(client_record.guid),
        {"fields": ["email"]},
    )


def test_a_listener_that_fails_undoes_the_change(business: Business, now: datetime) -> None:
    def refuse(change: Change) -> None:
        raise RuntimeError("no")

    subscribe(refuse)
    try:
        with pytest.raises(RuntimeError, match="no"):
            create_client(business=business, values={"name": "Ann"}, now=now)
    finally:
        unsubscribe(refuse)

    assert not Client.objects.exists()
