# The page.
FROM node:20-bookworm-slim AS ui
WORKDIR /src/web/ui
COPY web/ui/package.json web/ui/package-lock.json web/ui/.npmrc ./
RUN npm ci
COPY web/ui ./
RUN npm run build

# The embedded ClickHouse engine: npm checks it against the hash in the lock file.
FROM node:20-bookworm-slim AS engine
WORKDIR /engine
COPY store/engine/npm/package.json store/engine/npm/package-lock.json ./
RUN npm ci --ignore-scripts

FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
COPY --from=ui /src/web/dist web/dist
ARG VERSION=dev
RUN go build -trimpath -ldflags "-X main.version=${VERSION}" -o /baton ./cmd/baton

# glibc and libgcc are all that the engine's library asks of the system.
FROM debian:bookworm-slim
RUN useradd --system --uid 10001 --home-dir /data baton \
	&& install -d -o baton -g baton /data /etc/baton
COPY --from=engine /engine/node_modules/@chdb/lib-linux-x64-gnu/libchdb.so /usr/local/bin/engine/libchdb.so
COPY --from=build /baton /usr/local/bin/baton
USER baton
WORKDIR /data
ENV BATON_DATA_DIR=/data
VOLUME /data
EXPOSE 8080 4317 4318
HEALTHCHECK --interval=5s --timeout=3s --start-period=30s CMD ["bash", "-c", \
	"exec 3<>/dev/tcp/localhost/8080 && printf 'GET /healthz HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' >&3 && head -n 1 <&3 | grep -q ' 200 '"]
ENTRYPOINT ["baton"]
CMD ["serve"]
