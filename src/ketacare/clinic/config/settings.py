"""The Django settings, made from the table of environment settings in :mod:`.table`.

There is no debug mode: its pages would show patient data. Everything served comes from this
origin, and the content security policy allows nothing inline.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from ketacare.clinic.config.assets import digest
from ketacare.clinic.config.table import read_environment

CLINIC = Path(__file__).resolve().parent.parent
KETACARE: dict[str, Any] = read_environment(os.environ)

SECRET_KEY: str = KETACARE["KETACARE_SECRET_KEY"]
DEBUG = False
ALLOWED_HOSTS: list[str] = list(KETACARE["KETACARE_ALLOWED_HOSTS"])
ROOT_URLCONF = "ketacare.clinic.config.urls"
ASGI_APPLICATION = "ketacare.clinic.config.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LOOP_APPS = [
    f"ketacare.clinic.{name}"
    for name in (
        "patients",
        "history",
        "eligibility",
        "plans",
        "infusions",
        "vitals",
        "questionnaires",
        "therapy",
        "cabinet",
        "records",
        "outcomes",
    )
]
INSTALLED_APPS = [
    "ketacare.clinic.accounts",
    "ketacare.clinic.audit",
    "ketacare.clinic.work",
    *LOOP_APPS,
    "ketacare.clinic.policy",
    "ketacare.clinic.demo",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",  # allauth's list of passkeys tells how long ago each was used
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_htmx",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "ketacare.clinic.config.middleware.private_answers",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "ketacare.clinic.work.middleware.IdleTimeoutMiddleware",
    "ketacare.clinic.accounts.middleware.DenyUndeclaredMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [CLINIC / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.static",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "ketacare.clinic.config.context.page",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "ketacare.clinic.work.templatetags.page",
            ],
        },
    }
]
FORM_RENDERER = "ketacare.clinic.config.forms.Renderer"

# Database ----------------------------------------------------------------------------------------
DATABASES: dict[str, dict[str, Any]]
if KETACARE["DATABASE_URL"] is None:
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": KETACARE["KETACARE_DATA_DIR"] / "ketacare.sqlite3",
            "OPTIONS": {
                # Writers queue instead of failing; a commit is on disk before it is acknowledged.
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
            },
        }
    }
else:
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "CONN_HEALTH_CHECKS": True,
            **KETACARE["DATABASE_URL"],
            # Pages in flight, background jobs, the listener and the looks at the chairs; the default
            # of four would make them wait for each other.
            "OPTIONS": {
                "pool": {"min_size": 2, "max_size": 20, "timeout": 10},
                **KETACARE["DATABASE_URL"]["OPTIONS"],
            },
        }
    }

# Sign-in -----------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
# Sign-in names are unique whatever their capitals, by a constraint this check does not see.
SILENCED_SYSTEM_CHECKS = ["auth.W004"]
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "account_login"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_ADAPTER = "ketacare.clinic.accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {"login": "ketacare.clinic.accounts.forms.SignInForm"}
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*"]
ACCOUNT_USER_DISPLAY = "ketacare.clinic.accounts.adapter.name_of"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = KETACARE["KETACARE_CLINIC_NAME"]
# Browsers allow passkeys without HTTPS on this very machine only; allauth has to be told.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not KETACARE["KETACARE_SECURE_COOKIES"]
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if KETACARE["KETACARE_BEHIND_PROXY"] else 0

# Counts how often somebody tried. Django's own limit of 300 entries would let a stranger with many
# addresses push the counts of an attack out.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "OPTIONS": {"MAX_ENTRIES": 50_000},
    }
}

# Cookies and headers -----------------------------------------------------------------------------
SESSION_COOKIE_NAME = "ketacare_session"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = KETACARE["KETACARE_SECURE_COOKIES"]
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "ketacare.clinic.config.views.form_too_old"
SECURE_SSL_REDIRECT = KETACARE["KETACARE_SECURE_COOKIES"]
SECURE_HSTS_SECONDS = 31_536_000 if KETACARE["KETACARE_SECURE_COOKIES"] else 0
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if KETACARE["KETACARE_BEHIND_PROXY"] else None
)
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],  # the TOTP picture is a data address
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}

# Language, time, static files --------------------------------------------------------------------
USE_TZ = True
TIME_ZONE = KETACARE["KETACARE_TIME_ZONE"]
USE_I18N = True
LANGUAGE_CODE = KETACARE["KETACARE_LANGUAGE"]
LANGUAGES = [("en", _("English"))]
LOCALE_PATHS = [CLINIC / "locale"]
FORMAT_MODULE_PATH = ["ketacare.clinic.config.formats"]
STATICFILES_DIRS = [CLINIC / "static"]
# The digest in the address lets browsers keep files for a year and still see every change.
STATIC_URL = f"/static/{digest(CLINIC / 'static')}/"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# Logging: to stderr, the method, path and status of a request, never its content ------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "ketacare.clinic.config.logs.WithoutValues",
            "format": "{asctime} {levelname} {name}: {message}",
            "style": "{",
        }
    },
    "filters": {"no_patients": {"()": "ketacare.clinic.config.logs.WithoutPatientData"}},
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["no_patients"],
        }
    },
    "root": {"handlers": ["stderr"], "level": KETACARE["KETACARE_LOG_LEVEL"]},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
        # It writes the ids of passkeys.
        "fido2": {"level": "WARNING"},
        # SQL statements hold values of patients.
        "django.db.backends": {"level": "INFO"},
    },
}
