"""The one settings file; what depends on the machine is read from the environment here."""

import os
from pathlib import Path
from typing import Any

import environ
import structlog
from csp.constants import NONE, SELF

from orderdesk import embedded
from orderdesk import environment as env
from orderdesk.keys import secret_keys
from orderdesk.logs import told_elsewhere, without_private_parts

BASE_DIR = Path(__file__).resolve().parent.parent

# --- where things are -------------------------------------------------------------------------

DATA_DIR = Path(env.text("ORDERDESK_DATA", str(BASE_DIR / "var"))).resolve()
try:
    DATA_DIR.mkdir(parents=True, exist_ok=True)
except OSError as error:
    env.stop(f"ORDERDESK_DATA cannot be used: {error}")
# A command beside a running hub means that hub's address.
UP_PID_FILE, UP_FILE = DATA_DIR / "up.pid", DATA_DIR / "up.json"
env.adopt(UP_FILE, while_held=UP_PID_FILE)
PORT = env.whole("PORT", 8000, least=1, most=65535)
DEMO = env.flag("ORDERDESK_DEMO", default=False)
DEBUG = env.flag("ORDERDESK_DEBUG", default=False)
BASE_URL = env.origin("ORDERDESK_BASE_URL", f"http://127.0.0.1:{PORT}")
OWN_HOSTS = list(dict.fromkeys(["127.0.0.1", "localhost", "[::1]", env.host_of(BASE_URL)]))
ALLOWED_HOSTS = env.hosts("ORDERDESK_ALLOWED_HOSTS", OWN_HOSTS)
CSRF_TRUSTED_ORIGINS = [BASE_URL]

# --- keys -------------------------------------------------------------------------------------

try:
    SECRET_KEYS = secret_keys(env.words("ORDERDESK_SECRET_KEYS"), DATA_DIR)
except (OSError, ValueError) as error:
    env.stop(str(error))
SECRET_KEY, *SECRET_KEY_FALLBACKS = SECRET_KEYS

# --- servers ----------------------------------------------------------------------------------

DATABASE_URL = env.server_address("DATABASE_URL", "", env.DATABASE_SCHEMES)
DATABASE_OWNER_URL = env.server_address("DATABASE_OWNER_URL", "", env.DATABASE_SCHEMES)
REDIS_URL = env.server_address("REDIS_URL", "", env.BROKER_SCHEMES)
if not (DATABASE_URL and REDIS_URL):
    try:
        _servers = embedded.ensure(DATA_DIR)
    except embedded.StartFailed as error:
        env.stop(str(error))
    DATABASE_URL = DATABASE_URL or _servers.database_url
    REDIS_URL = REDIS_URL or _servers.redis_url


STATEMENT_SECONDS = env.whole("ORDERDESK_STATEMENT_SECONDS", 30, least=0, most=86_400)
# One runaway statement, or one transaction that somebody forgot, must not hold up everybody else.
LIMITS = (
    f"-c statement_timeout={STATEMENT_SECONDS}s -c lock_timeout=10s"
    " -c idle_in_transaction_session_timeout=60s"
)


def _database(url: str, name: str, settings: str = "") -> dict[str, Any]:
    try:
        database = dict(environ.Env.db_url_config(url))
    except (ValueError, environ.ImproperlyConfigured) as error:
        env.stop(f"{name} cannot be read: {error}")
    if not database.get("NAME"):
        env.stop(f"{name} must name a database: postgresql://user@host/database")
    options = dict(database.get("OPTIONS", {}))
    options.setdefault("connect_timeout", 5)
    # A test database that dies with the machine needs no fsync per commit.
    if env.flag("ORDERDESK_RELAXED_COMMITS", default=False):
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

WORK_BELL = env.flag("ORDERDESK_WORK_BELL", default=True)
WORK_THREADS = env.whole("ORDERDESK_WORK_THREADS", 16, least=1, most=256)
WORK_LEASE_SECONDS = env.whole("ORDERDESK_LEASE_SECONDS", 60, least=1, most=3600)
# Seconds before each further try; in all about 75 hours, then the row is parked for a person.
WORK_RETRY_SECONDS = env.wholes(
    "ORDERDESK_RETRY_SECONDS",
    [2, 5, 15, 60, 300, 900, 3600, 7200, 14400, 28800, 43200, 86400, 86400],
    least=0,
    most=30 * 86_400,
)
# Tests end a process at a named point of its work; see stores.crash.
CRASH_AT = env.text("ORDERDESK_CRASH_AT")
PULL_SECONDS = env.whole("ORDERDESK_PULL_SECONDS", 15 if DEMO else 300, least=1, most=86_400)
VENDOR_TIMEOUT_SECONDS = env.number("ORDERDESK_VENDOR_TIMEOUT", 20.0, least=0.1, most=300)
HOOK_BODY_LIMIT = env.whole("ORDERDESK_HOOK_BODY_LIMIT", 5_000_000, least=1_000, most=100_000_000)
API_BODY_LIMIT = env.whole("ORDERDESK_API_BODY_LIMIT", 10_000_000, least=1_000, most=100_000_000)
DATA_UPLOAD_MAX_MEMORY_SIZE = API_BODY_LIMIT
# A form to split an order has a tick and a quantity for each of its lines, of which 5,000 fit.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 12_000
# Calls a store's scripts may make at once, and how many more each second brings.
API_BURST = env.whole("ORDERDESK_API_BURST", 20, least=1, most=1_000_000)
API_REFILL = env.number("ORDERDESK_API_REFILL", 3.0, least=0.01, most=1_000_000)


# Addresses that replace a vendor's own, by integration key; the only loopback addresses that the
# guard against calls into our own network lets through. `up` notes its sandbox vendors in the file.
VENDOR_URLS = {
    name.removeprefix("ORDERDESK_VENDOR_URL_").lower(): env.web_address(name)
    for name in os.environ
    if name.startswith("ORDERDESK_VENDOR_URL_") and env.text(name)
}
SANDBOX_FILE = DATA_DIR / "sandbox.json"

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
    "orderdesk.logs.RequestLog",
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
ACCOUNT_EMAIL_VERIFICATION = env.choice(
    "ORDERDESK_EMAIL_VERIFICATION", "mandatory", ("mandatory", "optional", "none")
)
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# Behind a proxy every caller has its address; the sign-in limits count the one it passes on, which
# anybody could state who reaches the hub without it.
ALLAUTH_TRUSTED_PROXY_COUNT = env.whole("ORDERDESK_TRUSTED_PROXIES", 0, least=0, most=20)
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

EMAIL_URL = env.server_address("ORDERDESK_EMAIL_URL", "", env.MAIL_SCHEMES)
if EMAIL_URL.startswith("smtp") and not env.host_of(EMAIL_URL):
    env.stop("ORDERDESK_EMAIL_URL must name a mail server: smtp://user:password@host:port")
if EMAIL_URL:
    vars().update(environ.Env.email_url_config(EMAIL_URL))
else:
    # Without a mail server the letters lie in the data folder, where an operator finds them.
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = DATA_DIR / "mail"
DEFAULT_FROM_EMAIL = env.sender("ORDERDESK_FROM_EMAIL", "hub@localhost")

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
            if env.flag("ORDERDESK_HASHED_STATIC", default=not DEBUG)
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
    "DESCRIPTION": "Orders, shipments, folders and the inventory of one store.",
    # More is read than is ever written: numbers as text, null for nothing, a list for no names.
    "COMPONENT_SPLIT_REQUEST": True,
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SERVE_PUBLIC": True,
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
}

# --- logs: one JSON line each, with request, store and order ids, without personal data --------

LOG_LEVEL = env.choice("ORDERDESK_LOG_LEVEL", "INFO", env.LOG_LEVELS)
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.filter_by_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.format_exc_info,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
# A person's address on the network is hers.
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "told_elsewhere": {
            "()": "django.utils.log.CallbackFilter",
            "callback": told_elsewhere,
        }
    },
    "formatters": {
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                without_private_parts,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
            "foreign_pre_chain": [
                structlog.contextvars.merge_contextvars,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                structlog.stdlib.add_logger_name,
                structlog.stdlib.add_log_level,
                structlog.processors.format_exc_info,
            ],
        }
    },
    # Here besides the root: a logger with a level of its own does not ask the root's.
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "json", "level": LOG_LEVEL}
    },
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        # Django brings handlers of its own, which would tell every line again and unmasked.
        "django": {"level": "WARNING", "handlers": [], "propagate": True},
        "django.request": {"filters": ["told_elsewhere"]},
        "django.security.csrf": {"filters": ["told_elsewhere"]},
        "django_structlog": {"level": "WARNING"},
        "celery": {"level": "WARNING"},
        "urllib3": {"level": "ERROR"},
        # Its every import would tell that it cannot draw PNGs; we ask for SVG.
        "pyBarcode": {"level": "WARNING"},
    },
}
