"""The one settings file; what depends on the machine is read from the environment here."""

import os
import sys
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit

import environ
import structlog
from csp.constants import NONE, SELF

from orderdesk import embedded
from orderdesk.keys import secret_keys

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()


def _stop(line: str) -> NoReturn:
    """End the start with one clear line: a half-configured hub must not run."""
    sys.exit(f"orderdesk: {line}")


def _read(kind: str, name: str, default: Any = None) -> Any:
    try:
        return getattr(env, kind)(name, default=default)
    except (ValueError, environ.ImproperlyConfigured) as error:
        return _stop(f"{name} has a value that cannot be used: {error}")


def _port() -> int:
    port = int(_read("int", "PORT", 8000))
    return port if 0 < port < 65536 else _stop(f"PORT is {port}; it must lie between 1 and 65535")


# --- where things are -------------------------------------------------------------------------

DATA_DIR = Path(_read("str", "ORDERDESK_DATA", str(BASE_DIR / "var"))).resolve()
DATA_DIR.mkdir(parents=True, exist_ok=True)
PORT = _port()
DEMO = _read("bool", "ORDERDESK_DEMO", default=False)
DEBUG = _read("bool", "ORDERDESK_DEBUG", default=False)
BASE_URL = _read("str", "ORDERDESK_BASE_URL", f"http://127.0.0.1:{PORT}").rstrip("/")
OWN_HOSTS = ["127.0.0.1", "localhost", "[::1]", urlsplit(BASE_URL).hostname]
ALLOWED_HOSTS = _read("list", "ORDERDESK_ALLOWED_HOSTS", OWN_HOSTS)
if "*" in ALLOWED_HOSTS:
    _stop("ORDERDESK_ALLOWED_HOSTS must name hosts; '*' would let anybody choose ours")
CSRF_TRUSTED_ORIGINS = [BASE_URL]

# --- keys -------------------------------------------------------------------------------------

SECRET_KEYS = secret_keys(_read("list", "ORDERDESK_SECRET_KEYS", []), DATA_DIR) or _stop(
    "ORDERDESK_SECRET_KEYS: each key must have 32 characters or more"
)
SECRET_KEY, *SECRET_KEY_FALLBACKS = SECRET_KEYS

# --- servers ----------------------------------------------------------------------------------

DATABASE_URL = _read("str", "DATABASE_URL", "")
DATABASE_OWNER_URL = _read("str", "DATABASE_OWNER_URL", "")
REDIS_URL = _read("str", "REDIS_URL", "")
if not (DATABASE_URL and REDIS_URL):
    try:
        _servers = embedded.ensure(DATA_DIR)
    except embedded.StartFailed as error:
        _stop(str(error))
    DATABASE_URL = DATABASE_URL or _servers.database_url
    REDIS_URL = REDIS_URL or _servers.redis_url


STATEMENT_SECONDS = _read("int", "ORDERDESK_STATEMENT_SECONDS", 30)
if STATEMENT_SECONDS < 0:
    _stop("ORDERDESK_STATEMENT_SECONDS must not be negative; 0 sets no limit")
# One runaway statement, or one transaction that somebody forgot, must not hold up everybody else.
LIMITS = (
    f"-c statement_timeout={STATEMENT_SECONDS}s -c lock_timeout=10s"
    " -c idle_in_transaction_session_timeout=60s"
)


def _database(url: str, name: str, settings: str = "") -> dict[str, Any]:
    try:
        database = dict(environ.Env.db_url_config(url))
    except (ValueError, environ.ImproperlyConfigured) as error:
        _stop(f"{name} cannot be read: {error}")
    if "postgresql" not in str(database.get("ENGINE")):
        _stop(f"{name} must be a postgresql:// address")
    options = dict(database.get("OPTIONS", {}))
    options.setdefault("connect_timeout", 5)
    # A test database that dies with the machine needs no fsync per commit.
    if _read("bool", "ORDERDESK_RELAXED_COMMITS", default=False):
        settings += " -c synchronous_commit=off"
    # What the address itself states comes last, and so wins.
    if settings := f"{settings} {options.get('options', '')}".strip():
        options["options"] = settings
    return database | {
        "OPTIONS": options,
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,
    }


DATABASES = {"default": _database(DATABASE_URL, "DATABASE_URL", LIMITS)}
if DATABASE_OWNER_URL:
    DATABASES["owner"] = _database(DATABASE_OWNER_URL, "DATABASE_OWNER_URL")

CACHES = {
    "default": {
        "BACKEND": "orderdesk.cache.ForgivingRedisCache",
        "LOCATION": f"{REDIS_URL}?db=1" if REDIS_URL.startswith("unix:") else REDIS_URL,
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
    }
}

# Celery only wakes workers; the rows in PostgreSQL are the work.
CELERY_BROKER_URL = (
    REDIS_URL.replace("unix://", "redis+socket://", 1) + "?virtual_host=0"
    if REDIS_URL.startswith("unix:")
    else REDIS_URL
)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 900,
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
}
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 600
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "UTC"

# --- the hub's own switches -------------------------------------------------------------------

WORK_BELL = _read("bool", "ORDERDESK_WORK_BELL", default=True)
WORK_THREADS = _read("int", "ORDERDESK_WORK_THREADS", 16)
WORK_LEASE_SECONDS = _read("int", "ORDERDESK_LEASE_SECONDS", 60)
# Seconds before each further try; in all about 75 hours, then the row is parked for a person.
WORK_RETRY_SECONDS = [
    int(seconds)
    for seconds in _read(
        "list",
        "ORDERDESK_RETRY_SECONDS",
        [2, 5, 15, 60, 300, 900, 3600, 7200, 14400, 28800, 43200, 86400, 86400],
    )
]
# Tests end a process at a named point of its work; see stores.crash.
CRASH_AT = _read("str", "ORDERDESK_CRASH_AT", "")
PULL_SECONDS = _read("int", "ORDERDESK_PULL_SECONDS", 15 if DEMO else 300)
VENDOR_TIMEOUT_SECONDS = _read("float", "ORDERDESK_VENDOR_TIMEOUT", 20.0)
HOOK_BODY_LIMIT = _read("int", "ORDERDESK_HOOK_BODY_LIMIT", 5_000_000)
API_BODY_LIMIT = _read("int", "ORDERDESK_API_BODY_LIMIT", 10_000_000)
DATA_UPLOAD_MAX_MEMORY_SIZE = API_BODY_LIMIT
# Calls a store's scripts may make at once, and how many more each second brings.
API_BURST = _read("int", "ORDERDESK_API_BURST", 20)
API_REFILL = _read("float", "ORDERDESK_API_REFILL", 3.0)
if API_BURST < 1 or API_REFILL <= 0:
    _stop("ORDERDESK_API_BURST and ORDERDESK_API_REFILL must be above zero")


# Addresses that replace a vendor's own, by integration key; the only loopback addresses that the
# guard against calls into our own network lets through. `up` notes its sandbox vendors in the file.
VENDOR_URLS = {
    name.removeprefix("ORDERDESK_VENDOR_URL_").lower(): value.rstrip("/")
    for name, value in os.environ.items()
    if name.startswith("ORDERDESK_VENDOR_URL_") and value
}
SANDBOX_FILE = DATA_DIR / "sandbox.json"
for _key, _url in VENDOR_URLS.items():
    if urlsplit(_url).scheme not in ("http", "https") or not urlsplit(_url).hostname:
        _stop(f"ORDERDESK_VENDOR_URL_{_key.upper()} must be an http(s) address")

# --- Django -----------------------------------------------------------------------------------

INSTALLED_APPS = [
    "orderdesk.apps.FrameConfig",
    "stores.apps.StoresConfig",
    "inventory.apps.InventoryConfig",
    "orders.apps.OrdersConfig",
    "integrations.apps.IntegrationsConfig",
    "rules.apps.RulesConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django.contrib.humanize",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "django_structlog",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "orderdesk.middleware.RefusedMiddleware",
]

ROOT_URLCONF = "orderdesk.urls"
WSGI_APPLICATION = "orderdesk.wsgi.application"
APPEND_SLASH = False

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "environment": "orderdesk.jinja.environment",
            "context_processors": [
                "django.template.context_processors.request",
                "orderdesk.pages.shell",
            ],
        },
    },
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    },
]
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"

AUTH_USER_MODEL = "stores.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = _read("str", "ORDERDESK_EMAIL_VERIFICATION", "mandatory")
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# Behind a proxy every caller has its address; the sign-in limits count the one it passes on, which
# anybody could state who reaches the hub without it.
ALLAUTH_TRUSTED_PROXY_COUNT = _read("int", "ORDERDESK_TRUSTED_PROXIES", 0)
if ALLAUTH_TRUSTED_PROXY_COUNT < 0:
    _stop("ORDERDESK_TRUSTED_PROXIES must be the number of proxies in front of the hub")
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Order hub"
USERSESSIONS_TRACK_ACTIVITY = False
SESSION_COOKIE_AGE = 7 * 24 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BASE_URL.startswith("https://")
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "orderdesk.views.csrf_failed"
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
# Of this host alone: what else its domain serves is not ours to decide.
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if BASE_URL.startswith("https://") else 0
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if BASE_URL.startswith("https://") else None
)

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

EMAIL_URL = _read("str", "ORDERDESK_EMAIL_URL", "")
if EMAIL_URL:
    vars().update(environ.Env.email_url_config(EMAIL_URL))
else:
    # Without a mail server the letters lie in the data folder, where an operator finds them.
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = DATA_DIR / "mail"
DEFAULT_FROM_EMAIL = _read("str", "ORDERDESK_FROM_EMAIL", "hub@localhost")

LANGUAGE_CODE = "en-us"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "orderdesk.storage.HashedStaticFiles"
            if _read("bool", "ORDERDESK_HASHED_STATIC", default=not DEBUG)
            else "django.contrib.staticfiles.storage.StaticFilesStorage"
        )
    },
}
WHITENOISE_USE_FINDERS = DEBUG
# Maps of packed scripts are for people with a debugger; compressing them takes longest of all.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ("jpg", "jpeg", "png", "gif", "webp", "woff2", "br", "map")

REST_FRAMEWORK = {
    # stores.api.StoreAPI names its own; without one, the permission below refuses everybody.
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["orders.api.parsing.AnyTypeJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "orderdesk.errors.api_error",
    "UNAUTHENTICATED_USER": None,
    "COERCE_DECIMAL_TO_STRING": False,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Order hub API",
    "VERSION": "2.0.0",
    "DESCRIPTION": "Orders, shipments and folders of one store.",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SERVE_PUBLIC": True,
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
}

# --- logs: one JSON line each, with request, store and order ids, without personal data --------

LOG_LEVEL = _read("str", "ORDERDESK_LOG_LEVEL", "INFO").upper()
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.filter_by_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processor": structlog.processors.JSONRenderer(),
            "foreign_pre_chain": [
                structlog.contextvars.merge_contextvars,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                structlog.stdlib.add_logger_name,
                structlog.stdlib.add_log_level,
                structlog.processors.format_exc_info,
            ],
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        "django": {"level": "WARNING"},
        "django_structlog": {"level": "WARNING"},
        "celery": {"level": "WARNING"},
        "urllib3": {"level": "ERROR"},
        # Its every import would tell that it cannot draw PNGs; we ask for SVG.
        "pyBarcode": {"level": "WARNING"},
    },
}
