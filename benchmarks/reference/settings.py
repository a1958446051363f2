"""Settings of the day's hub."""

import os

import environ

SECRET_KEY = "benchmark"  # noqa: S105 - signs nothing that outlives a run
ALLOWED_HOSTS = ["127.0.0.1"]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "benchmarks.reference",
]
MIGRATION_MODULES = {"reference": None}
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "benchmarks.reference.urls"
DATABASES = {
    "default": {**environ.Env.db_url_config(os.environ["BENCH_DATABASE"]), "CONN_MAX_AGE": None}
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
SIGNED_WITH = os.environ["BENCH_SIGNED_WITH"]
VENDOR_URL = os.environ.get("BENCH_VENDOR_URL", "")
CELERY_BROKER_URL = os.environ.get("BENCH_BROKER_URL", "")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_BEAT_SCHEDULE = {
    "pull": {"task": "benchmarks.reference.tasks.pull_shipments", "schedule": 2.0}
}
