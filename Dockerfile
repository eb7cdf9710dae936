# Dockerfile - Postern on a slim Debian, for hosts that are no Linux (Mac, Windows).
# tests/hosts/try takes its steps from these lines, so they are what the tests have run.
FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends git make ca-certificates
COPY . /postern
WORKDIR /postern
RUN make run </dev/null
CMD ["make", "test"]
