"""Django's settings, made from six names in the environment; each has a default on one machine.

FIELDLEDGER_DATA: the folder of the database, the secrets and the files (./data).
DATABASE_URL: a PostgreSQL instead of SQLite: postgres://user:password@host:5432/name.
FIELDLEDGER_SECRET_KEY: one key for several machines (else one is made in the data folder).
FIELDLEDGER_PUBLIC_URL: the address people use (http://localhost:8000).
FIELDLEDGER_SMTP_URL and FIELDLEDGER_MAIL_FROM: the mail server, and who its letters are from.
"""

import os
from pathlib import Path

from fieldledger.website.database import database_settings
from fieldledger.website.logs import configure_structlog, logging_settings
from fieldledger.website.mail_server import read_mail_server, read_sender
from fieldledger.website.public_url import DEFAULT, read_public_url
from fieldledger.website.secret_files import sealing_key, secret_key

DATA = Path(os.environ.get("FIELDLEDGER_DATA") or "data").absolute()
DATA.mkdir(mode=0o700, parents=True, exist_ok=True)

_given_key = os.environ.get("FIELDLEDGER_SECRET_KEY")
SECRET_KEY = secret_key(DATA, given=_given_key)
SEALING_KEY = sealing_key(DATA, given=_given_key)

_public = read_public_url(os.environ.get("FIELDLEDGER_PUBLIC_URL") or DEFAULT)
PUBLIC_URL = _public.url
PUBLIC_HTTPS = _public.https
# Where nobody named an address, the one a request came to is as good.
PUBLIC_URL_GIVEN = PUBLIC_URL if os.environ.get("FIELDLEDGER_PUBLIC_URL") else ""

DEBUG = False
ALLOWED_HOSTS = [_public.host, "localhost", "127.0.0.1", "[::1]"]
ROOT_URLCONF = "fieldledger.website.urls"
WSGI_APPLICATION = "fieldledger.website.wsgi.django_application"

INSTALLED_APPS = [
    # First, so that its templates come before those of the libraries.
    "fieldledger.website",
    "fieldledger.accounts",
    "fieldledger.office",
    "fieldledger.quickbooks",
    "fieldledger.api",
    "fieldledger.proving",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_htmx",
]

MIDDLEWARE = [
    "fieldledger.website.middleware.SecurityHeaders",
    "fieldledger.api.middleware.ProblemsOnly",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "fieldledger.accounts.middleware.Training",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "fieldledger.website.middleware.LoginLimits",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "fieldledger.accounts.middleware.CurrentBusiness",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "fieldledger.website.shell.shell",
            ],
        },
    }
]

DATABASES = {"default": database_settings(os.environ.get("DATABASE_URL"), DATA)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# People.
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "fieldledger.accounts.passwords.MaximumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "fieldledger.accounts.sign_in.Adapter"
ACCOUNT_FORMS = {"signup": "fieldledger.accounts.sign_in.FirstBusinessForm"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if PUBLIC_HTTPS else "http"
# With https there is a proxy in front, whose last word in X-Forwarded-For is who really called:
# else ten wrong passwords by anybody would slow down everybody.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if PUBLIC_HTTPS else 0
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Fieldledger"

# Cookies. The prefix __Host- makes a browser refuse the cookie from any other host or over http;
# on plain http, which is this machine alone, it would refuse it altogether.
_COOKIE_PREFIX = "__Host-" if PUBLIC_HTTPS else ""
SESSION_COOKIE_NAME = f"{_COOKIE_PREFIX}fieldledger"
SESSION_COOKIE_SECURE = PUBLIC_HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 60 * 60
LOGIN_IDLE_S = 60 * 60
CSRF_COOKIE_NAME = f"{_COOKIE_PREFIX}fieldledger-csrf"
CSRF_COOKIE_SECURE = PUBLIC_HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
HSTS_S = 2 * 365 * 24 * 60 * 60

# Static files are found where they lie, so that nothing has to be collected before a start.
STATIC_URL = "/static/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "fieldledger.website.static_files.VersionedStaticFiles"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_ALLOW_ALL_ORIGINS = False
WHITENOISE_MAX_AGE = 24 * 60 * 60

# Without a mail server, letters are put where the host finds them.
_mail = read_mail_server(os.environ.get("FIELDLEDGER_SMTP_URL"), DATA)
MAIL_SERVER_GIVEN: bool = bool(_mail.host)
EMAIL_BACKEND = (
    f"django.core.mail.backends.{'smtp' if MAIL_SERVER_GIVEN else 'filebased'}.EmailBackend"
)
EMAIL_FILE_PATH = DATA / "mail"
EMAIL_HOST, EMAIL_PORT = _mail.host, _mail.port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail.user, _mail.password
EMAIL_USE_TLS, EMAIL_USE_SSL = _mail.starts_tls, _mail.is_tls
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = read_sender(
    os.environ.get("FIELDLEDGER_MAIL_FROM"), f"Fieldledger <noreply@{_public.host}>"
)

USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en-us"

DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000  # An invoice of 500 lines with up to ten fields each.
DATA_UPLOAD_MAX_NUMBER_FILES = 5
FILE_UPLOAD_PERMISSIONS = 0o600

LOGGING = logging_settings()
configure_structlog()
