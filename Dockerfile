# One file for every service: PROJECT names it, as the manifest's build.args do.
ARG PROJECT=AspirePaxos.Node

FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
ARG PROJECT
WORKDIR /src
COPY global.json Directory.Build.props Directory.Packages.props UseAspire.props .editorconfig ./
COPY eng/ eng/
COPY AspirePaxos.Protocol/AspirePaxos.Protocol.csproj AspirePaxos.Protocol/
COPY AspirePaxos.KeyValue/AspirePaxos.KeyValue.csproj AspirePaxos.KeyValue/
COPY AspirePaxos.ServiceDefaults/AspirePaxos.ServiceDefaults.csproj AspirePaxos.ServiceDefaults/
COPY AspirePaxos.Node/AspirePaxos.Node.csproj AspirePaxos.Node/
RUN dotnet restore "$PROJECT"
COPY . .
RUN dotnet publish "$PROJECT" --no-restore -c Release -o /app -p:UseAppHost=false

FROM mcr.microsoft.com/dotnet/aspnet:10.0
ARG PROJECT
ENV SERVICE=$PROJECT.dll
WORKDIR /app
COPY --from=build /app .
RUN mkdir /data && chown app /data
USER app
ENV HTTP_PORTS=8080
EXPOSE 8080
VOLUME /data
# The image has no curl, and a second dotnet process would cost more than the check itself.
HEALTHCHECK --interval=5s --timeout=3s --start-period=10s --retries=3 \
  CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8080 && printf 'GET /health HTTP/1.0\\r\\n\\r\\n' >&3 && head -1 <&3 | grep -q ' 200 '"]
# exec: the service itself gets the signals.
ENTRYPOINT ["bash", "-c", "exec dotnet \"$SERVICE\" \"$@\"", "--"]
