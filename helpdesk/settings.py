"""Every setting of the project, from the environment. What an admin may change is a row.

With DATABASE_URL or REDIS_URL empty `helpdesk.embedded` starts the project's own and names them here.
"""

import secrets
from pathlib import Path
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _
from redis.backoff import NoBackoff
from redis.retry import Retry

from helpdesk import log_settings
from helpdesk.schedule import PERIODIC_TASKS

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env.str("HELPDESK_DATA", default="") or BASE_DIR / "var")


def _kept_secret(path: Path) -> str:
    """The secret key of this machine: made once, readable by its owner only."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50))
    return path.read_text()


DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="") or _kept_secret(DATA_DIR / "secret_key")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
# The first encrypts passwords of mailboxes and the like, all of them decrypt.
SEALING_KEYS = env.list("SEALING_KEYS", default=[])
SITE_URL = env.str("SITE_URL", default="http://localhost:8000").rstrip("/")
_site = urlsplit(SITE_URL)
ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS", default=[_site.hostname or "localhost", "localhost", "127.0.0.1", "[::1]"]
)
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[SITE_URL])

# --- the app ------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.sitemaps",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "channels",
    "csp",
    "django_htmx",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "rest_framework",
    "knowledgebase",
    "tickets",
    "bots",
    "helpdesk",
]

MIDDLEWARE = [
    "helpdesk.middleware.number_requests",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "helpdesk.middleware.refuse_broken_text",
    "helpdesk.middleware.keep_cookies_private",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "helpdesk.middleware.show_times_in_the_viewers_zone",
    "tickets.web.sessions.note_log_ins",
    "django_htmx.middleware.HtmxMiddleware",
    "helpdesk.middleware.limit_searches",
    "helpdesk.middleware.explain_refusals",
]

ROOT_URLCONF = "helpdesk.urls"
ASGI_APPLICATION = "helpdesk.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "tickets.web.context.desk",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static"],
            "libraries": {"lucide": "helpdesk.icons"},
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- data ---------------------------------------------------------------------------------------

# Nothing here opens a connection: without an address (type checks, say) one is named, not used.
DATABASES = {
    "default": {
        **env.db("DATABASE_URL", default="postgresql://127.0.0.1/helpdesk"),
        "CONN_MAX_AGE": 0,  # the pool keeps connections; a web thread lives for one request
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,
    }
}
DATABASES["default"].setdefault("OPTIONS", {}).update(
    {
        "pool": {
            "min_size": 1,
            "max_size": env.int("DATABASE_POOL_SIZE", default=20),
            # Whoever asks when everybody does stands in line as long as is promised.
            "timeout": 10,
        },
        "options": "-c statement_timeout=15s -c lock_timeout=3s "
        "-c idle_in_transaction_session_timeout=30s "
        # Compiling a statement takes longer than any of ours takes to run.
        "-c jit=off",
    }
)

REDIS_URL = env.str("REDIS_URL", default="") or "redis://127.0.0.1:6379/0"
CACHES = {
    "default": {
        "BACKEND": "helpdesk.cache.Cache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "helpdesk",
        # What hangs is as good as away: everything in the cache can be done without. One retry, for
        # the connections that a restart of Redis has cut.
        "OPTIONS": {
            "socket_timeout": 1,
            "socket_connect_timeout": 1,
            "retry": Retry(NoBackoff(), 1),
        },
    }
}
CHANNEL_LAYERS = {
    "default": {
        # Of channels-redis' two layers this one was twice as fast and drops no idle socket. It is
        # silent about what it missed while Redis was away, so the sockets' heartbeat carries the
        # last position and a screen that is behind asks for the rest.
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [REDIS_URL], "prefix": "helpdesk"},
    }
}

MEDIA_ROOT = DATA_DIR / "media"  # outside the web root: attachments are served through access only
STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "helpdesk" / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "helpdesk.staticfiles.Storage"
        if env.bool("HASHED_STATIC_FILES", default=False)
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = True

# --- tasks --------------------------------------------------------------------------------------

CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://")
CELERY_RESULT_BACKEND = CELERY_BROKER_URL
CELERY_RESULT_EXPIRES = 60
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 240
CELERY_TASK_SOFT_TIME_LIMIT = 200
# The queue is only a hint, the reactions' table is the truth: nothing is redelivered late.
CELERY_TASK_ACKS_LATE = False
_visibility = {
    "visibility_timeout": 300,
    "global_keyprefix": "helpdesk:celery:",
    "socket_timeout": 30,
    "socket_connect_timeout": 1,
}
CELERY_BROKER_TRANSPORT_OPTIONS = {**_visibility, "max_retries": 0}
CELERY_RESULT_BACKEND_TRANSPORT_OPTIONS = _visibility
CELERY_VISIBILITY_TIMEOUT = 300
CELERY_TASK_PUBLISH_RETRY = False  # a publish that fails is made good by the sweep
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # however long Redis is away, workers wait for it
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 20
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_PROC_ALIVE_TIMEOUT = 90  # the encoder takes seconds to load before a child is up
CELERY_WORKER_DISABLE_RATE_LIMITS = True
# Celery would close the whole pool before and after every task, and each would connect anew (8 ms).
# helpdesk.celery gives the connection back to the pool instead, which tests it when it lends it.
CELERY_DB_REUSE_MAX = 2**62
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = PERIODIC_TASKS

ENCODER = env.str("ENCODER", default="local")  # "local": this process; "remote": the assistant's
ENCODER_MODEL = env.str("ENCODER_MODEL", default="all-MiniLM-L6-v2")

# --- people -------------------------------------------------------------------------------------

AUTH_USER_MODEL = "tickets.User"
AUTHENTICATION_BACKENDS = ["tickets.web.logins.LogIns"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
_passwords = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"{_passwords}.UserAttributeSimilarityValidator"},
    {"NAME": f"{_passwords}.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": f"{_passwords}.CommonPasswordValidator"},
    {"NAME": f"{_passwords}.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "after-login"
LOGOUT_REDIRECT_URL = "portal-home"
ACCOUNT_ADAPTER = "tickets.portal.accounts.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "tickets.portal.account_forms.LoginForm",
    "signup": "tickets.portal.account_forms.SignupForm",
    "reset_password": "tickets.portal.account_forms.ResetPasswordForm",
    "add_email": "tickets.portal.account_forms.AddEmailForm",
}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
# By a code that is typed into the browser that asked for it. A link would carry its secret into the
# logs of every server on its way, and would be good in any browser.
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# A link from the mail lets its reader in, also while a stranger's guesses keep new devices waiting.
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
# Guesses are counted in tickets.portal.guesses; allauth's own counts would let a stranger lock out.
ACCOUNT_RATE_LIMITS = {"login": None, "login_failed": None}
MFA_FORMS = {
    "authenticate": "tickets.portal.guesses.AuthenticateForm",
    "reauthenticate": "tickets.portal.guesses.ReauthenticateForm",
}
for _act in ("Add", "Edit", "Login", "Authenticate", "Reauthenticate"):
    MFA_FORMS[f"{_act.lower()}_webauthn"] = f"tickets.web.passkeys.{_act}Form"
MFA_ADAPTER = "tickets.web.passkeys.Adapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Helpdesk"
# The demo's staff log in with a password alone; anywhere else they set up a second factor first.
STAFF_NEED_SECOND_FACTOR = env.bool("STAFF_NEED_SECOND_FACTOR", default=True)
# How many of ours stand before the web process: `helpdesk.proxies` sees through them for all behind it.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)

# --- push and mail ------------------------------------------------------------------------------

# A push goes to an address that a browser names. For tests: it may lead into our own network.
PUSH_INTO_OWN_NETWORK = env.bool("PUSH_INTO_OWN_NETWORK", default=False)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default=f"support@{_site.hostname}")
if env.str("EMAIL_URL", default=""):
    globals().update(env.email_url("EMAIL_URL"))
else:  # no server named: mails are kept as files, so that nothing leaves a newcomer's machine
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = DATA_DIR / "mail"
DEMO_POST_PORT = env.int("DEMO_POST_PORT", default=0)  # of the demo's own mail server, if any
# Only mail servers of the internet are connected to, unless this allows our own networks.
MAIL_FROM_OWN_NETWORK = env.bool("MAIL_FROM_OWN_NETWORK", default=False)
DNS_SERVERS = env.list("DNS_SERVERS", default=[])  # asked about a mailbox; empty: the machine's

LANGUAGE_CODE = "en"
FORMAT_MODULE_PATH = "helpdesk.formats"  # how dates and times are written, in every place
# Those of the interface: one that is added here needs a complete catalogue, which a test sees to. What
# the assistant says in other languages is data, and so are the languages of articles and customers.
LANGUAGES = [("en", _("English"))]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- safety -------------------------------------------------------------------------------------

SESSION_ENGINE = "helpdesk.sessions"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
_https = _site.scheme == "https"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
CSRF_COOKIE_HTTPONLY = True  # scripts take the token from the page
CSRF_FAILURE_VIEW = "helpdesk.error_pages.form_expired"
SESSION_COOKIE_NAME = "__Host-session" if _https else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if _https else "csrf"
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=_https)
SECURE_HSTS_SECONDS = 31536000 if _https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = _https
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # probes come from inside, without TLS
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
if env.bool("BEHIND_TLS_PROXY", default=False):  # only where the proxy strips the client's header
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
DATA_UPLOAD_MAX_NUMBER_FILES = 20
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_HANDLERS = [f"tickets.intake.uploads.{x}" for x in ("SmallFiles", "TemporaryFiles")]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        # What the next page is, so that the browser may fetch it ahead; no script is allowed by it.
        "script-src": [SELF, "'inline-speculation-rules'"],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}

# --- the API ------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["tickets.api.authentication.ApiKeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["tickets.api.authentication.HasScope"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["tickets.api.parsing.SafeJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "tickets.api.errors.handle",
    "NUM_PROXIES": 0,
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Helpdesk API",
    "DESCRIPTION": "Tickets and what is said in them, customers, records, events, articles.",
    "VERSION": "1",
    "SERVERS": [{"url": SITE_URL}],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "tickets.api.schema.complete",
    ],
    "ENUM_NAME_OVERRIDES": {f"{x}Enum": f"tickets.models.{x}" for x in ("ContactKind", "LinkKind")},
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

LOGGING = log_settings.logging(env.str("LOG_LEVEL", default="INFO"))

UNFOLD = {  # the admin's theme; its name is the company's, its colours are in css/admin.css
    "SITE_SUBHEADER": _("Admin"),
    "SITE_URL": "/",
    "SITE_SYMBOL": "support_agent",
    "BORDER_RADIUS": "8px",
    "STYLES": ["tickets.admin.navigation.stylesheet"],
    "SCRIPTS": ["tickets.admin.navigation.script"],
    "ACCOUNT": {"navigation": "tickets.admin.navigation.account_links"},
    "SIDEBAR": {"navigation": "tickets.admin.navigation.groups"},
}
