import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from fieldledger.website.secret_files import sealing_key, secret_key


def test_secrets_are_made_once_private_and_different(tmp_path: Path) -> None:
    first = secret_key(tmp_path, given=None), sealing_key(tmp_path, given=None)
    again = secret_key(tmp_path, given=None), sealing_key(tmp_path, given=None)

    assert first == again
    assert len(first[0]) >= 60
    assert len(first[1]) == 32
    assert {stat.S_IMODE(each.stat().st_mode) for each in tmp_path.iterdir()} == {0o600}
    assert {each.name for each in tmp_path.iterdir()} == {"secret-key", "sealing-key"}
    assert secret_key(tmp_path, given=None) != (tmp_path / "sealing-key").read_text()


def test_programs_that_start_together_get_the_same_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: secret_key(tmp_path, given=None), range(32)))

    assert len(keys) == 1


def test_a_given_key_makes_no_file_and_the_same_sealing_key_everywhere(tmp_path: Path) -> None:
    given = "k" * 40

    assert secret_key(tmp_path, given=given) == given
    assert sealing_key(tmp_path, given=given) == sealing_key(tmp_path / "other", given=given)
    assert sealing_key(tmp_path, given="j" * 40) != sealing_key(tmp_path, given=given)
    assert not list(tmp_path.iterdir())


def test_a_short_given_key_refuses_to_start_and_is_not_repeated(tmp_path: Path) -> None:
    with pytest.raises(ImproperlyConfigured, match="too short") as refused:
        secret_key(tmp_path, given="changeme")

    assert "changeme" not in str(refused.value)


def test_a_key_that_others_can_read_refuses_to_start(tmp_path: Path) -> None:
    secret_key(tmp_path, given=None)
    (tmp_path / "secret-key").chmod(0o640)

    with pytest.raises(ImproperlyConfigured, match="chmod 600"):
        secret_key(tmp_path, given=None)


def test_an_empty_key_file_refuses_to_start(tmp_path: Path) -> None:
    (tmp_path / "sealing-key").touch(mode=0o600)

    with pytest.raises(ImproperlyConfigured, match="damaged"):
        sealing_key(tmp_path, given=None)
