# The base stays on one minor version; every package comes from a lock with hashes.
FROM python:3.11-slim-bookworm AS builder
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ONLY_BINARY=:all:
WORKDIR /src
COPY requirements/build.txt requirements/runtime.txt requirements/
RUN python -m pip install --require-hashes --requirement requirements/build.txt \
    && python -m venv --without-pip /opt/neoadapt \
    && python -m pip --python /opt/neoadapt install --require-hashes --requirement requirements/runtime.txt
COPY . .
RUN python -m hatchling build --target wheel \
    && python -m pip --python /opt/neoadapt install --no-deps --no-index --find-links dist neoadapt \
    && install --directory --owner=10001 --group=10001 --mode=0700 /data

FROM python:3.11-slim-bookworm
COPY --from=builder /opt/neoadapt /opt/neoadapt
COPY --from=builder --chown=10001:10001 /data /data
# The root file system may be read-only: only /data (SQLite, the signing key) is written.
ENV PATH=/opt/neoadapt/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    NEOADAPT_DATA_DIR=/data
VOLUME /data
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/health/ready', timeout=4)"]
ENTRYPOINT ["neoadapt"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
