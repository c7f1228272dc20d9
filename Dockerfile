# Built in one stage, run in another that holds no compiler, no source tree and no root.
FROM python:3.13-slim AS build
WORKDIR /source
COPY pyproject.toml README.md LICENSE ./
COPY commerce_core ./commerce_core
COPY adapters_http ./adapters_http
COPY adapters_cli ./adapters_cli
COPY adapters_worker ./adapters_worker
COPY sql ./sql
COPY migrations ./migrations
RUN python -m venv /opt/commerce \
    && /opt/commerce/bin/pip install --no-cache-dir ".[http,cli,worker,stripe,mail,s3,redis,sentry]"

FROM python:3.13-slim
RUN useradd --system --uid 10001 --user-group --home-dir /var/lib/commerce --create-home commerce
COPY --from=build /opt/commerce /opt/commerce
ENV PATH="/opt/commerce/bin:$PATH" \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    COMMERCE_ENV=production \
    COMMERCE_DATA_DIR=/var/lib/commerce \
    PORT=8000
USER commerce
WORKDIR /var/lib/commerce
VOLUME /var/lib/commerce
EXPOSE 8000
# The process is up; whether the database is, a load balancer asks at /health/ready.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as web; web.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/health/live', timeout=2)"]
CMD ["commerce", "serve"]
