"""All settings, read from the environment (see .env.example). A production site sets DEBUG=0 and its own secrets."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import django_stubs_ext
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from waba_inbox import env, errors

django_stubs_ext.monkeypatch()  # lets Django's generic classes take their types at run time

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env.text("DATA_DIR", str(BASE_DIR / ".data")))

DEBUG = env.flag("DEBUG")
DEMO = env.flag("DEMO", default=DEBUG)  # demo logins exist; they are refused when DEBUG is off

SECRET_KEY = env.text("SECRET_KEY", "development-only" if DEBUG else "")
# Fernet keys for secrets at rest: the first one encrypts, all of them decrypt (accounts/secrets.py).
SECRETS_KEYS = env.items(
    "SECRETS_KEYS", "KioqZGV2ZWxvcG1lbnQtb25seS1rZXktMzItYnl0ZSo=" if DEBUG else ""
)
if not SECRET_KEY or not SECRETS_KEYS:
    raise ImproperlyConfigured(
        "Set SECRET_KEY and SECRETS_KEYS, or DEBUG=1 for a demo (see .env.example)"
    )

PUBLIC_URL = env.text("PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/")
ALLOWED_HOSTS = env.items("ALLOWED_HOSTS", "*" if DEBUG else "localhost,127.0.0.1")
CSRF_TRUSTED_ORIGINS = env.items("CSRF_TRUSTED_ORIGINS", PUBLIC_URL)

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "channels",
    "csp",
    "django_htmx",
    "django_prometheus",
    "django_structlog",
    "lucide",
    "accounts",
    "events",
    "templates_app",
    "conversations",
    "reports",
    "coaching",
    "quality",
    "billing",
    "webhooks",
    "waba_inbox",
]

MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.AgentLocaleMiddleware",
    "accounts.middleware.LastSeenMiddleware",
    "accounts.middleware.SecondStepMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

ROOT_URLCONF = "waba_inbox.urls"
ASGI_APPLICATION = "waba_inbox.asgi.application"
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
                "django.template.context_processors.i18n",
                "csp.context_processors.nonce",
            ],
            "builtins": [
                "waba_inbox.templatetags.icons",
                "accounts.templatetags.times",
                "django.templatetags.i18n",
                "waba_inbox.templatetags.kept",
                "django.templatetags.static",
            ],
        },
    }
]

# --- data ------------------------------------------------------------------------------------------
DATABASES = {
    "default": env.database(
        env.text("DATABASE_URL", "postgresql://postgres@127.0.0.1:5432/waba_inbox")
    )
}
DATABASES["default"]["CONN_MAX_AGE"] = 0
# A connection that died in the pool is noticed before it is used: a restart of PostgreSQL costs no page an error.
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["default"]["OPTIONS"]["pool"] = {  # type: ignore[index]
    "min_size": 1,
    "max_size": env.number("DATABASE_POOL", 12),
    "timeout": 10,
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.text("REDIS_URL", "redis://127.0.0.1:6379/0")
# What must outlive a wiped Redis, such as the throttle of sign-ins: little is kept here, so a table does.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "waba_inbox_cache",
    }
}
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        # Redis counts no databases in what it publishes, so two sites on one server need two names.
        "CONFIG": {"hosts": [REDIS_URL], "prefix": f"live-{DATABASES['default']['NAME']}"},
    }
}
CELERY_BROKER_URL = env.text("BROKER_URL", REDIS_URL)
CELERY_BEAT_SCHEDULER = "waba_inbox.steady.SteadyScheduler"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 600,
    "socket_timeout": 5,
    "socket_connect_timeout": 5,
}
CELERY_TASK_ROUTES = {
    "webhooks.*": {"queue": "intake"},
    "conversations.tasks.deliver": {"queue": "delivery"},
    "*": {"queue": "default"},
}
CELERY_TASK_DEFAULT_QUEUE = "default"

# --- Meta ------------------------------------------------------------------------------------------
GRAPH_URL = env.text("GRAPH_URL", "https://graph.facebook.com").rstrip("/")
GRAPH_VERSION = env.text("GRAPH_VERSION", "v25.0")
GRAPH_TIMEOUT = (3.05, 20.0)  # to connect, to answer; together well under UNKNOWN_AFTER
WEBHOOK_MAX_BYTES = env.number("WEBHOOK_MAX_BYTES", 3 * 1024 * 1024)
KEEP_POSTS_DAYS = env.number("KEEP_POSTS_DAYS", 0)  # raw bodies of webhooks; 0: for ever
DETACH_OLD_POSTS = env.flag("DETACH_OLD_POSTS")  # their old months stay as tables of their own
NUMBERS_PER_WORKSPACE = env.number("NUMBERS_PER_WORKSPACE", 10)
UNKNOWN_AFTER = timedelta(seconds=env.number("UNKNOWN_AFTER_SECONDS", 60))
NEWS_REST = 1.0  # seconds between two moments in which open pages ring

# --- files -----------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.text("STATIC_ROOT", str(BASE_DIR / "staticfiles")))
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = DEBUG
MEDIA_ROOT = Path(
    env.text("MEDIA_ROOT", str(DATA_DIR / "media"))
)  # never served by a URL: conversations/views does
BACKUP_DIR = env.text("BACKUP_DIR")
MEDIA_BUCKET = env.text("MEDIA_BUCKET")  # S3 or what speaks like it; keys as boto3 finds them
STORAGES: dict[str, dict[str, object]] = {
    "default": {
        "BACKEND": "waba_inbox.bucket.Bucket",
        "OPTIONS": {
            "bucket_name": MEDIA_BUCKET,
            "endpoint_url": env.text("MEDIA_ENDPOINT") or None,
            "region_name": env.text("MEDIA_REGION") or None,
            "default_acl": None,  # nobody but us; files are shown by our own views
            "file_overwrite": False,
        },
    }
    if MEDIA_BUCKET
    else {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_PERMISSIONS, FILE_UPLOAD_DIRECTORY_PERMISSIONS = (
    0o600,
    0o700,
)  # no other user of the host

# --- people ----------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.Agent"
AUTHENTICATION_BACKENDS = ["accounts.backends.AgentBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # an invitation by mail has proved the address
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/5m/key",
    "reset_password": "20/m/ip,5/15m/key",  # nobody's mail is flooded
    "join": "30/m/ip",  # links that are no invitation
}
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # no mail to strangers who are no agents
ACCOUNT_LOGIN_ON_PASSWORD_RESET = False
ACCOUNT_SESSION_REMEMBER = True
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if env.flag("BEHIND_PROXY") else 0  # whose address is throttled
MFA_ADAPTER = "accounts.adapter.MFAAdapter"
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "WABA Inbox"
MFA_TOTP_TOLERANCE = 1  # also the code before and after: clocks differ, people type slowly
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG
EMAIL_BACKEND = (
    f"django.core.mail.backends.{'smtp' if env.text('EMAIL_HOST') else 'console'}.EmailBackend"
)
EMAIL_HOST = env.text("EMAIL_HOST")
EMAIL_PORT = env.number("EMAIL_PORT", 587)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS", default=True)
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "WABA Inbox <inbox@localhost>")

# --- pushes: whom we may be asked to call, and whom their services may ask about us --------------------
PUSH_HOSTS = env.items(
    "PUSH_HOSTS",
    "fcm.googleapis.com,push.services.mozilla.com,notify.windows.com,web.push.apple.com",
)
PUSH_CONTACT = env.text(
    "PUSH_CONTACT", PUBLIC_URL if PUBLIC_URL.startswith("https") else "mailto:inbox@localhost"
)

# --- words and time --------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("ru", "Русский")]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "waba_inbox.formats"
TIME_ZONE = "UTC"
USE_TZ = True

# --- security --------------------------------------------------------------------------------------
SECURE = not DEBUG and env.flag("HTTPS", default=True)
SESSION_COOKIE_NAME = env.text("SESSION_COOKIE_NAME", "sessionid")
CSRF_COOKIE_NAME = env.text("CSRF_COOKIE_NAME", "csrftoken")
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SECURE_SSL_REDIRECT = SECURE
# Asked over plain http by proxies, containers and Prometheus, which reach us inside.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.flag("BEHIND_PROXY") else None
SECURE_HSTS_SECONDS = 31536000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "blob:", "data:"],
        "media-src": [SELF, "blob:"],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# --- logs ------------------------------------------------------------------------------------------
LOG_LEVEL = env.text("LOG_LEVEL", "INFO")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "waba_inbox.logs.formatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {"django_structlog": {"level": "WARNING"}},
}
DJANGO_STRUCTLOG_CELERY_ENABLED = True  # the request's id goes with the tasks that it asks for
errors.report_to(
    env.text("SENTRY_DSN"),
    environment=env.text("SENTRY_ENVIRONMENT", "production"),
    release=env.text("RELEASE"),
)
