import pytest

from fieldledger.accounts.models import Role
from fieldledger.accounts.roles import RIGHTS, Right, may


def test_every_role_has_its_line() -> None:
    assert set(RIGHTS) == set(Role)


def test_the_owner_may_all_and_a_stranger_nothing() -> None:
    assert all(may(Role.OWNER, right) for right in Right)
    assert not any(may(None, right) or may("", right) or may("admin", right) for right in Right)


@pytest.mark.parametrize(
    ("right", "roles"),
    [
        (Right.CONNECT, {"owner", "manager", "bookkeeper"}),
        (Right.QUEUE, {"owner", "manager", "bookkeeper", "dispatcher"}),
        (Right.SEE_MONEY, {"owner", "manager", "bookkeeper", "dispatcher"}),
        (Right.TAKE_PAYMENTS, {"owner", "manager", "bookkeeper", "dispatcher", "technician"}),
        (Right.MAKE_KEYS, {"owner"}),
        (Right.INVITE, {"owner", "manager"}),
    ],
)
def test_who_may_what(right: Right, roles: set[str]) -> None:
    assert {role for role in Role if may(role, right)} == roles
