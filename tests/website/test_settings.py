"""The settings as a real start makes them, in a program of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

ASK = """
import json
from django.conf import settings
names = %r
print(json.dumps({name: getattr(settings, name) for name in names}))
"""
NAMES = [
    "SESSION_COOKIE_NAME",
    "SESSION_COOKIE_SECURE",
    "CSRF_COOKIE_NAME",
    "CSRF_COOKIE_SECURE",
    "ALLOWED_HOSTS",
    "CSRF_TRUSTED_ORIGINS",
    "DEBUG",
    "PASSWORD_HASHERS",
]


def settings_with(folder: Path, **environment: str) -> dict[str, object]:
    named = {
        "FIELDLEDGER_DATA": str(folder),
        "DJANGO_SETTINGS_MODULE": "fieldledger.website.settings",
    }
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    ended = subprocess.run(
        [sys.executable, "-c", ASK % NAMES],
        env=kept | named | environment,
        cwd=Path(__file__).resolve().parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    said: dict[str, object] = json.loads(ended.stdout)
    return said


def test_on_one_machine_everything_has_a_working_default(tmp_path: Path) -> None:
    folder = tmp_path / "data"

    settings = settings_with(folder)

    assert settings["SESSION_COOKIE_NAME"] == "fieldledger"
    assert settings["SESSION_COOKIE_SECURE"] is False
    assert settings["DEBUG"] is False
    assert "Argon2" in str(settings["PASSWORD_HASHERS"])
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {each.name for each in folder.iterdir()} == {"secret-key", "sealing-key"}


def test_with_https_cookies_belong_to_this_host_alone(tmp_path: Path) -> None:
    settings = settings_with(tmp_path, FIELDLEDGER_PUBLIC_URL="https://office.example.com")

    assert settings["SESSION_COOKIE_NAME"] == "__Host-fieldledger"
    assert settings["CSRF_COOKIE_NAME"] == "__Host-fieldledger-csrf"
    assert settings["SESSION_COOKIE_SECURE"] is settings["CSRF_COOKIE_SECURE"] is True
    assert "office.example.com" in str(settings["ALLOWED_HOSTS"])
    assert settings["CSRF_TRUSTED_ORIGINS"] == ["https://office.example.com"]
