# The image of a terminal: `balena push` builds it on balena's machines, `npm run image` here. It has to build with the classic builder of
# Docker, too. The first stage makes the folder that runs on a device (deploy/make-device-tree.mjs); the second runs nothing while it is
# built, so that an image for another processor can be put together on any machine.
FROM node:24.22.3-bookworm-slim AS build
WORKDIR /src
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
COPY . .
RUN node deploy/make-device-tree.mjs --out /opt/tillbox --without-compiler
# Runs the program until it has sold once, and keeps its compiled code: a board starts sooner.
RUN node deploy/make-code-cache.mjs /opt/tillbox

FROM node:24.22.3-bookworm-slim
COPY --from=build /opt/tillbox /opt/tillbox
COPY deploy/health deploy/with-usb /opt/tillbox/bin/

# The volumes of docker-compose.yml. Where /data is not mounted nothing is sold (DATA_DIR_MOUNTED): what is written into a container is
# lost with it. Node would open its inspector on SIGUSR1.
ENV PATH=/opt/tillbox/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    DATA_DIR=/data \
    DATA_DIR_MOUNTED=true \
    CARD_MARK_FILE=/var/lib/tillbox/card-mark \
    NODE_OPTIONS=--disable-sigusr1

# Whether the program answers at all, and nothing else: balenaEngine starts an unhealthy container anew, also in the middle of a sale.
HEALTHCHECK --interval=30s --timeout=10s --start-period=120s --retries=4 CMD ["/opt/tillbox/bin/health"]

# Node takes the place of the shell that starts it, so it gets the signals itself; SIGTERM stops it in order.
STOPSIGNAL SIGTERM
ENTRYPOINT ["/opt/tillbox/bin/tillbox"]
CMD ["run"]
