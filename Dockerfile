# docker build -t ngxlint . && docker run --rm -v "$PWD:/conf:ro" ngxlint
FROM rust:1.95-slim AS build
WORKDIR /ngxlint
COPY Cargo.toml Cargo.lock build.rs ./
COPY build build
COPY benches benches
COPY rules rules
COPY fixtures fixtures
COPY src src
RUN cargo install --locked --root /out --path .

FROM debian:stable-slim
COPY --from=build /out/bin/ngxlint /usr/local/bin/ngxlint
WORKDIR /conf
ENTRYPOINT ["ngxlint"]
CMD ["check"]
