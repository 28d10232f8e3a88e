# Everything that the service runs with: the servers, the workers (by another command) and every other `capcom` command.
#   docker build --tag capcom-gql .
#   docker build --tag capcom-gql --build-arg EXTRAS='[rabbitmq]' .

FROM python:3.11-slim AS build

# optional parts of the package: [rabbitmq], [apprise], or [rabbitmq,apprise]
ARG EXTRAS=""
WORKDIR /src
COPY pyproject.toml constraints.txt LICENSE README.md ./
COPY capcom_gql capcom_gql
COPY plugins plugins
RUN python -m venv /opt/capcom && /opt/capcom/bin/pip install --no-cache-dir -c constraints.txt ".${EXTRAS}"

FROM python:3.11-slim

# a number, so that an orchestrator can see that it is not root; the folder is there for SQLite, which needs one
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin capcom \
    && install --directory --owner=capcom --mode=700 /data
COPY --from=build /opt/capcom /opt/capcom
ENV PATH=/opt/capcom/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    CAPCOM_ENV=production \
    CAPCOM_DATA_DIR=/data
USER 10001
WORKDIR /data
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM

# Is the server alive? It answers to its public host name only. Workers have no address: switch this off for them.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["python", "-c", "import os, urllib.parse as p, urllib.request as r; r.urlopen(r.Request('http://127.0.0.1:8000/healthz', headers={'Host': p.urlsplit(os.environ.get('CAPCOM_PUBLIC_URL') or 'http://127.0.0.1').netloc}), timeout=4)"]

CMD ["capcom", "serve", "--host", "0.0.0.0", "--port", "8000"]
