# One file for every service: PROJECT names it, as the manifest's build.args do.
ARG PROJECT=AspirePaxos.Node

FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
ARG PROJECT
WORKDIR /src
# What restore reads comes alone and first: a change of a source does not fetch the packages again.
COPY global.json Directory.Build.props Directory.Packages.props UseAspire.props ./
COPY AspirePaxos.Protocol/AspirePaxos.Protocol.csproj AspirePaxos.Protocol/
COPY AspirePaxos.KeyValue/AspirePaxos.KeyValue.csproj AspirePaxos.KeyValue/
COPY AspirePaxos.ServiceDefaults/AspirePaxos.ServiceDefaults.csproj AspirePaxos.ServiceDefaults/
COPY AspirePaxos.Node/AspirePaxos.Node.csproj AspirePaxos.Node/
COPY AspirePaxos.Web/AspirePaxos.Web.csproj AspirePaxos.Web/
# For this platform alone: the native SQLite of all the others is ten times the size of the program with its own.
# Compiled ahead of time (ReadyToRun): it starts a sixth faster, and restore fetches the compiler.
RUN dotnet restore "$PROJECT" --use-current-runtime -p:PublishReadyToRun=true
COPY . .
RUN dotnet publish "$PROJECT" --no-restore --use-current-runtime --no-self-contained -c Release -o /app -p:UseAppHost=false -p:PublishReadyToRun=true

FROM mcr.microsoft.com/dotnet/aspnet:10.0
ARG PROJECT
ENV SERVICE=$PROJECT.dll
WORKDIR /app
COPY --from=build /app .
RUN mkdir /data && chown "$APP_UID:$APP_UID" /data
# By number: an orchestrator that demands a user other than root cannot tell by a name.
USER $APP_UID
ENV HTTP_PORTS=8080
EXPOSE 8080
# All that a replica ever writes, and the console writes nothing: the root file system may be read-only.
# (In /tmp, where it can, the runtime makes the socket of dotnet's diagnostic tools.)
VOLUME /data
# The image has no curl, and a second dotnet process would cost more than the check itself.
HEALTHCHECK --interval=5s --timeout=3s --start-period=10s --retries=3 \
  CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8080 && printf 'GET /health HTTP/1.0\\r\\n\\r\\n' >&3 && head -1 <&3 | grep -q ' 200 '"]
# exec: the service itself gets the signals.
ENTRYPOINT ["bash", "-c", "exec dotnet \"$SERVICE\" \"$@\"", "--"]
# Last, since they change with every commit.
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="$PROJECT" \
      org.opencontainers.image.description="A service of AspirePaxos, a linearizable key-value store: a replica, or the console" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.base.name="mcr.microsoft.com/dotnet/aspnet:10.0"
