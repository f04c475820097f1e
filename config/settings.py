"""All settings, all from the environment.

A variable NAME may also be given as NAME_FILE, the path of a file that holds the value (secrets of a container).
Without DATABASE_URL and CELERY_BROKER_URL the servers are the embedded ones of DATA_DIR.
docs/OPERATIONS.md lists the variables.
"""

import os
import re
import secrets
import sys
from pathlib import Path
from urllib.parse import urlsplit

import structlog
from django.utils.translation import gettext_lazy as _
from psycopg.conninfo import conninfo_to_dict

from config.embedded import broker, postgres
from config.embedded.errors import EmbeddedError
from config.embedded.home import Home

BASE_DIR = Path(__file__).resolve().parent.parent


def text(name: str, default: str = "") -> str:
    """A string from the environment, or from the file that NAME_FILE names."""
    if name in os.environ:
        return os.environ[name]
    if path := os.environ.get(f"{name}_FILE"):
        return Path(path).read_text().strip()
    return default


def flag(name: str, default: bool) -> bool:
    """A yes or no."""
    value = text(name).strip().lower()
    if value in ("1", "true", "yes", "on"):
        return True
    if value in ("0", "false", "no", "off"):
        return False
    if not value:
        return default
    raise ValueError(f"{name} must be 1 or 0, not {value!r}.")


def number(name: str, default: int) -> int:
    """A whole number."""
    value = text(name).strip()
    if value and not re.fullmatch(r"-?\d+", value):
        raise ValueError(f"{name} must be a whole number, not {value!r}.")
    return int(value) if value else default


def names(name: str, default: str = "") -> list[str]:
    """A list, separated by commas."""
    return [part.strip() for part in text(name, default).split(",") if part.strip()]


def quota(name: str, default: str) -> tuple[int, int]:
    """How many requests in how many seconds, written `1000/60`."""
    found = re.fullmatch(r"([1-9]\d*)/([1-9]\d*)", text(name, default).strip())
    if found is None:
        raise ValueError(f"{name} must be requests/seconds, such as {default}.")
    return int(found[1]), int(found[2])


def secret(name: str, home: Home) -> str:
    """A secret from the environment or, on the embedded stack, made once and kept in the data folder.

    Empty when neither is there; a system check (config/checks.py) then stops the start.
    """
    if given := text(name):
        return given
    if text("DATABASE_URL"):
        return ""
    path = home.data / "secrets" / name.lower()
    try:
        home.prepare()
        home.make_secret(path, secrets.token_urlsafe(48))
        return path.read_text()
    except (EmbeddedError, OSError):
        # The folder is unusable. Starting its servers says so in a sentence; until then any key will do.
        return secrets.token_urlsafe(48)


def database(url: str) -> dict[str, object]:
    """Django's description of the database at a libpq URL (RFC 3986), its query parameters kept as options."""
    parts = conninfo_to_dict(url)
    named = {key: str(parts.pop(key, "") or "") for key in ("dbname", "user", "password", "host", "port")}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": named["dbname"],
        "USER": named["user"],
        "PASSWORD": named["password"],
        "HOST": named["host"],
        "PORT": named["port"],
        "OPTIONS": {key: value for key, value in parts.items() if value is not None},
    }


# --- The project -----------------------------------------------------------------------------------------------

VERSION = re.search(
    r"^## (\S+)", (BASE_DIR / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE
).group(1)

#: Set by tests/cluster.py. Weak password hashing, no network, no cache between processes.
TESTING = flag("TESTING", False)
DEBUG = flag("DEBUG", False)
DATA_DIR = Path(text("DATA_DIR", str(BASE_DIR / "var"))).expanduser().absolute()
HOME = Home.at(DATA_DIR)

#: True when this project runs the database itself.
EMBEDDED = not text("DATABASE_URL")

SECRET_KEY_GIVEN = bool(secret("SECRET_KEY", HOME))
SECRET_KEY = secret("SECRET_KEY", HOME) or secrets.token_urlsafe(48)
#: The keys before it, which still open what was signed or sealed with them.
SECRET_KEY_FALLBACKS = names("SECRET_KEY_FALLBACKS")

#: The policy pack that holds where a number's country has none of its own.
DEFAULT_POLICY = text("DEFAULT_POLICY", "cn")
#: The Ed25519 key that signs receipts and checkpoints; made by the register when it is missing.
RECEIPT_KEY_FILE = Path(text("RECEIPT_KEY_FILE", str(DATA_DIR / "keys" / "receipt.pem")))

#: The address under which outsiders reach this server, for links in webhooks, scrub results and reports.
PUBLIC_URL = text("PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/")
ALLOWED_HOSTS = names(
    "ALLOWED_HOSTS",
    "*" if EMBEDDED or TESTING else f"localhost,127.0.0.1,[::1],{urlsplit(PUBLIC_URL).hostname or ''}",
)
CSRF_TRUSTED_ORIGINS = names("CSRF_TRUSTED_ORIGINS", PUBLIC_URL)

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "config.apps.ConfigConfig",
    "registry.apps.RegistryConfig",
    "compliance.apps.ComplianceConfig",
    "registry.apps.StaffAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "allauth",
    "allauth.account",
    "allauth.mfa",
]

# The API passes by all that is written for pages (registry/api/requests.py).
MIDDLEWARE = [
    "registry.api.requests.RequestMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "registry.api.requests.PageSecurityPolicy",
    "registry.api.requests.PageSessions",
    "registry.api.requests.PageLanguages",
    "registry.api.requests.PageCommons",
    "registry.api.requests.PageForgeries",
    "registry.api.requests.PageUsers",
    "registry.api.requests.PageMessages",
    "registry.api.requests.PageFrames",
    # Asked for by this name at the start. It keeps the request at hand, and costs the API two microseconds.
    "allauth.account.middleware.AccountMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- Database --------------------------------------------------------------------------------------------------

DATABASES = {"default": database(text("DATABASE_URL") or postgres.dsn(DATA_DIR))}
# Django's own cursors bind on the client and never prepare. The hot statements use psycopg's server-side cursor on
# the same connection (`psycopg.Cursor(connection.connection)`), and these are prepared at the second execution.
# Behind a pooler in transaction mode set this to -1, which turns it off.
_threshold = number("DATABASE_PREPARE_THRESHOLD", 1)
DATABASES["default"]["OPTIONS"]["prepare_threshold"] = None if _threshold < 0 else _threshold
# The check is one long statement: planning it anew at each call costs five times its execution. The bulk askers ask
# for a plan of their own (`predial/facts.py`). Compiling (JIT) never pays at these sizes.
DATABASES["default"]["OPTIONS"].setdefault("options", "-c plan_cache_mode=force_generic_plan -c jit=off")
# Each thread of a process keeps its connection, and with it the statements that are prepared there. Whether the server
# has hung up is asked of the socket, not of the server (`config/connections.py`): a round trip is a tenth of a check.
DATABASES["default"]["CONN_MAX_AGE"] = number("DATABASE_CONN_MAX_AGE", 600)

# --- Caches -----------------------------------------------------------------------------------------------------

CACHES = {
    # Shared by all processes and machines: tries at signing in are counted there, and codes that were used.
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "registry_cache"},
    "process": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
}

# --- Queue (the application itself is in config/celery.py) --------------------------------------------------------

EMBEDDED_BROKER = not text("CELERY_BROKER_URL")
CELERY_BROKER_URL = text("CELERY_BROKER_URL") or broker.url(DATA_DIR)
#: Tasks a worker does before it opens a new connection; one connection a task costs three quarters of the speed.
CELERY_DB_REUSE_MAX = number("CELERY_DB_REUSE_MAX", 1000)

# --- Language and time -------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
LANGUAGE_COOKIE_AGE = 31_536_000
FORMAT_MODULE_PATH = ["config.formats"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
#: Whose wall clocks the regulator's staff read times by.
DESK_TIME_ZONE = text("DESK_TIME_ZONE", "Asia/Shanghai")

# --- Files -------------------------------------------------------------------------------------------------------

STATIC_URL = "static/"
MEDIA_ROOT = DATA_DIR / "files"
# Uploads are served by views that ask who wants them, never as files.
MEDIA_URL = ""
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
DATA_UPLOAD_MAX_MEMORY_SIZE = number("MAX_BODY_BYTES", 10_000_000)
UPLOAD_MAX_BYTES = number("UPLOAD_MAX_BYTES", 1_000_000_000)
#: A call that started longer ago is no row of a call log.
CALL_LOG_MAX_AGE_DAYS = number("CALL_LOG_MAX_AGE_DAYS", 1096)
#: Days that the file of a call log and its rejected rows are kept once it has ended; 0: for ever.
CALL_LOG_FILE_DAYS = number("CALL_LOG_FILE_DAYS", 90)
#: Months of checks and of calls that stay in their tables, beside the running one; 0: all.
CHECK_RETENTION_MONTHS = number("CHECK_RETENTION_MONTHS", 0)
CALL_RETENTION_MONTHS = number("CALL_RETENTION_MONTHS", 0)
# Served from where the packages have them. A release that collects and compresses them beforehand (20 seconds) runs
# `collectstatic` and the web server with STATIC_COLLECTED=1.
STATIC_COLLECTED = flag("STATIC_COLLECTED", False)
STATIC_ROOT = Path(text("STATIC_ROOT", str(DATA_DIR / "static"))) if STATIC_COLLECTED else None
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if STATIC_COLLECTED
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not STATIC_COLLECTED
WHITENOISE_AUTOREFRESH = DEBUG

# --- Sign-in and what a browser is told ----------------------------------------------------------------------------

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
if TESTING:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# Staff of the regulator sign in with a password and a second factor (`registry/staff.py`). Nobody signs up, no e-mail
# is sent; of allauth only the pages named in `compliance/desk/urls.py` are there.
#: Where the regulator's staff sign in, and where they come to: names of addresses.
LOGIN_URL = "desk-sign-in"
LOGIN_REDIRECT_URL = "desk"
#: What a filter of a list says where nothing is chosen.
FILTERS_EMPTY_CHOICE_LABEL = _("All")
#: Minutes without a page after which a member of staff has to sign in again.
DESK_IDLE_MINUTES = number("DESK_IDLE_MINUTES", 30)
ACCOUNT_ADAPTER = "compliance.desk.sign_in.Accounts"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_REDIRECT_URL = LOGIN_URL
#: Factors are changed by who has signed in, or given the password again, so many seconds ago at the most.
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    "login_failed": "20/10m/ip,5/10m/key",
    "reauthenticate": "10/10m/user",
}
MFA_ADAPTER = "compliance.desk.sign_in.Factors"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
#: A telephone's clock may be half a minute off.
MFA_TOTP_TOLERANCE = 1
MFA_TOTP_ISSUER = text("DESK_ISSUER", "Telemarketing Register")
#: Set when TLS ends at this server or at a proxy before it; cookies then travel encrypted only.
HTTPS = flag("HTTPS", False)
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = number("HSTS_SECONDS", 31_536_000 if HTTPS else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if flag("BEHIND_PROXY", False) else None
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"
# No inline script anywhere. The documentation pages of drf-spectacular must be the split views for that reason.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        # The one style inside drf-spectacular's documentation page, by its digest.
        "style-src": ["'self'", "'sha256-MMpT0iDxyjALd9PdfepImGX3DBfJPXZ4IlDWdPAgtn0='"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}

# --- Messages to people's telephones (registry/messages/) -----------------------------------------------------------

MESSAGE_GATEWAY_URL = text("MESSAGE_GATEWAY_URL")
MESSAGE_GATEWAY_TOKEN = text("MESSAGE_GATEWAY_TOKEN")
MESSAGE_FILE = Path(text("MESSAGE_FILE", str(DATA_DIR / "messages.ndjson")))
_backend = text("MESSAGE_BACKEND", "http" if MESSAGE_GATEWAY_URL else "memory" if TESTING else "console")
MESSAGE_BACKEND = {
    "console": "registry.messages.console.ConsoleBackend",
    "http": "registry.messages.http.GatewayBackend",
    "file": "registry.messages.file.FileBackend",
    "memory": "registry.messages.memory.MemoryBackend",
}.get(_backend, _backend)
#: What gateways sign texts and calls to the register with (`registry/portal/inbound.py`); several while one is
#: replaced by the next. Without any, the register takes none.
INBOUND_SECRETS = names("INBOUND_SECRETS")
#: Set by `up --demo`: the portal shows the code it would have sent, where the demo is loaded and no gateway is set.
DEMO = flag("DEMO", False)
#: Whose national numbers people may write without a country code: ISO 3166-1.
PORTAL_REGION = text("PORTAL_REGION", DEFAULT_POLICY[:2].upper())

# --- What companies are told (registry/changes.py, registry/webhooks.py) ------------------------------------------

#: Days that changes, and the attempts to deliver them, are kept; 0: for ever.
CHANGES_KEPT_DAYS = number("CHANGES_KEPT_DAYS", 90)
#: How many days ahead a company hears that a consent lapses.
CONSENT_EXPIRING_DAYS = number("CONSENT_EXPIRING_DAYS", 14)
#: Whether webhooks may be plain http to this machine itself: for trying things out, never on a machine with neighbours.
WEBHOOK_LOCAL = flag("WEBHOOK_LOCAL", DEBUG or TESTING)
#: Hours for which the secret before the last signs deliveries as well.
WEBHOOK_SECRET_HOURS = number("WEBHOOK_SECRET_HOURS", 24)

# --- API -----------------------------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["registry.api.access.ApiKeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["registry.api.access.HasScope"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser", "rest_framework.parsers.MultiPartParser"],
    "DEFAULT_THROTTLE_CLASSES": ["registry.api.throttles.Throttle"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "EXCEPTION_HANDLER": "registry.api.problems.handle",
    "UNAUTHENTICATED_USER": None,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
#: Requests that a company (`anonymous`: an address) may make: how many, in how many seconds. Each web process grants
#: the whole quota, so that nobody is refused below it. `complaint`: complaints of one network, or by one proven number,
#: counted by the database over all processes.
RATE_LIMITS = {
    "check": quota("RATE_LIMIT_CHECK", "50000/10"),
    "default": quota("RATE_LIMIT_DEFAULT", "10000/10"),
    "anonymous": quota("RATE_LIMIT_ANONYMOUS", "2000/10"),
    "lookup": quota("RATE_LIMIT_LOOKUP", "30/60"),
    "complaint": quota("RATE_LIMIT_COMPLAINT", "20/3600"),
}
SPECTACULAR_SETTINGS = {
    "OAS_VERSION": "3.1.0",
    "TITLE": "Register of telemarketing consent",
    "DESCRIPTION": "Ask before you dial; record consents and opt-outs; account for the calls you made.",
    "VERSION": VERSION,
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "POSTPROCESSING_HOOKS": ["registry.api.documents.add_shapes"],
    "COMPONENT_SPLIT_REQUEST": True,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}

# --- Logs: events with fields, on standard output; never a request's body -------------------------------------------

LOG_LEVEL = text("LOG_LEVEL", "WARNING" if TESTING else "INFO").upper()
_shared = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
]
LOG_JSON = text("LOG_FORMAT", "text" if sys.stderr.isatty() else "json") == "json"
_renderer = (
    structlog.processors.JSONRenderer(ensure_ascii=False)
    if LOG_JSON
    else structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
)
structlog.configure(
    processors=[
        structlog.stdlib.filter_by_level,
        *_shared,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.stdlib.BoundLogger,
    cache_logger_on_first_use=not TESTING,
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "structured": {
            "()": "structlog.stdlib.ProcessorFormatter",
            "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, _renderer],
            "foreign_pre_chain": _shared,
        },
    },
    "handlers": {"out": {"class": "logging.StreamHandler", "formatter": "structured"}},
    "root": {"handlers": ["out"], "level": LOG_LEVEL},
    "loggers": {
        # Django's own handlers would mail tracebacks with request bodies; the record goes to the root instead.
        "django": {"handlers": [], "level": LOG_LEVEL, "propagate": True},
        "django.server": {"handlers": [], "level": LOG_LEVEL, "propagate": True},
        # SQL carries people's numbers.
        "django.db.backends": {"level": "WARNING"},
    },
}
