# The origin and the Node proxies. TypeScript runs as it is: Node 24 strips the types.
ARG NODE_IMAGE=node:24-slim
FROM ${NODE_IMAGE}
ENV NODE_ENV=production
WORKDIR /unclog
COPY package.json package-lock.json ./
# No cache mount: the classic builder, which Debian's docker and testcontainers use, does not know it.
RUN npm ci --omit=dev --omit=optional --ignore-scripts && npm cache clean --force
COPY server server/
COPY bench bench/
COPY proxy-configs proxy-configs/
USER node
# Which sources it was built from, so that the bench knows when it is out of date.
ARG SOURCES=unknown
LABEL org.unclog.sources=${SOURCES}
EXPOSE 3000 3001
CMD ["node", "server/main.ts", "--host", "0.0.0.0", "--port", "3000", "--control-host", "0.0.0.0", "--control-port", "3001"]
