# syntax=docker/dockerfile:1
# One image for every process of the product; docker-compose.yml says which one it is.

FROM node:22-bookworm-slim AS front-end
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts

FROM python:3.11-slim-bookworm AS packages
RUN python -m venv /app/.venv
COPY requirements.txt /app/
RUN --mount=type=cache,target=/root/.cache/pip \
    /app/.venv/bin/python -m pip install --disable-pip-version-check --require-hashes -r /app/requirements.txt

FROM python:3.11-slim-bookworm AS base
# WeasyPrint's libraries and a Chinese font: without them no PDF.
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-wqy-microhei \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --no-create-home --home-dir /app --shell /usr/sbin/nologin dms
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /app
COPY --from=packages /app/.venv .venv

FROM base AS built
COPY --from=front-end /app/node_modules node_modules
COPY manage.py ./
COPY dms dms
COPY apps apps
COPY templates templates
COPY static static
# Addresses and keys of a machine that is not there: nothing is asked of them, and none stays in the image.
RUN export ALLOWED_HOSTS=build.invalid DATABASE_URL=postgresql://none@127.0.0.1:1/none \
        REDIS_URL=redis://127.0.0.1:1/0 SECRET_KEY=$(head -c 32 /dev/urandom | base64) \
    && python manage.py messages --compile \
    && python manage.py collectstatic --noinput -v 0 --ignore "*.map" --ignore "tabler-*" --ignore "*.rtl.*" \
    && python -m compileall -q apps dms \
    # Of the front end only the icons are still read; the rest is collected.
    && find node_modules -mindepth 1 -maxdepth 1 ! -name @tabler -exec rm -rf {} + \
    && find node_modules/@tabler -mindepth 1 -maxdepth 1 ! -name icons -exec rm -rf {} +

FROM base
COPY --from=built /app /app
# What the program writes: media on a volume, the rest goes with the container.
RUN mkdir -p /data/media /app/var && chown -R dms:dms /data /app/var
ENV MEDIA_ROOT=/data/media LOG_FORMAT=json
VOLUME /data
USER dms
EXPOSE 8000
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "dms.wsgi:application"]
