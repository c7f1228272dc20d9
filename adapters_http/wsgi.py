"""What gunicorn runs: `gunicorn --config python:adapters_http.gunicorn_conf "adapters_http.wsgi:application()"`."""

import atexit

from adapters_http.app import App, create_app
from adapters_http.logs import configure_logs
from commerce_core.gateways.secret_file import with_shared_secret
from commerce_core.gateways.sentry import reporter
from commerce_core.settings import from_environ
from commerce_core.wiring import open_shop


def application() -> App:
    """One shop, set up from the environment, behind one application.

    gunicorn calls it in each worker after the fork, so that every process has a pool of its own.
    """
    settings = with_shared_secret(from_environ())
    log = configure_logs(settings.log_level, reporter(settings))
    shop = open_shop(settings=settings)
    atexit.register(shop.close)
    return create_app(shop, log)
