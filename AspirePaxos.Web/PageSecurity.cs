namespace AspirePaxos.Web;

/// <summary>What browsers are told, and whom the console does not talk to.</summary>
internal static class PageSecurity
{
    /// <summary>Scripts come from this host alone and none is inline; the components set styles on elements, so those may be.</summary>
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
        + "form-action 'self'; base-uri 'self'; frame-ancestors 'none'";

    public static void UsePageSecurity(this IApplicationBuilder app) => app.Use((http, next) =>
    {
        var headers = http.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        if (IsOfThisHost(http.Request)) return next(http);

        // A web socket is not subject to what browsers ask of other requests: a page of another origin could open one, and press buttons.
        http.Response.StatusCode = StatusCodes.Status403Forbidden;
        return Task.CompletedTask;
    });

    private static bool IsOfThisHost(HttpRequest request)
    {
        var origin = request.Headers.Origin;
        return origin.Count == 0
            || (origin is [{ } only] && Uri.TryCreate(only, UriKind.Absolute, out var from)
                && string.Equals(from.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase));
    }
}
