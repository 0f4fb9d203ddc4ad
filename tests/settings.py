"""The product's settings on a data folder of their own, made anew for each run of the tests."""

import atexit
import os
import shutil
import tempfile

_folder = tempfile.mkdtemp(prefix="fieldledger-tests-")
atexit.register(shutil.rmtree, _folder, ignore_errors=True)
os.environ["FIELDLEDGER_DATA"] = _folder
for _name in ("FIELDLEDGER_PUBLIC_URL", "FIELDLEDGER_SECRET_KEY"):
    os.environ.pop(_name, None)

from fieldledger.website.settings import *  # noqa: E402, F403
from fieldledger.website.settings import DATABASES  # noqa: E402

# A file, not memory: threads of one test each need a connection of their own.
if DATABASES["default"]["ENGINE"].endswith(".sqlite"):
    DATABASES["default"]["TEST"] = {"NAME": f"{_folder}/tests.sqlite3"}
    DATABASES["default"]["OPTIONS"]["init_command"] += "PRAGMA synchronous = OFF;"

elif "FIELDLEDGER_TESTS_TABLES_FROM" in os.environ:
    # A database with all tables is copied; only what is not in it has to be migrated.
    DATABASES["default"]["TEST"] = {"TEMPLATE": os.environ["FIELDLEDGER_TESTS_TABLES_FROM"]}

# Argon2 is slow on purpose.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
