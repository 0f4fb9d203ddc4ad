import pytest

from fieldledger.accounts.models import Business
from tests.support.office_pc import OfficePc


@pytest.fixture
def pc(business: Business) -> OfficePc:
    return OfficePc(business)
