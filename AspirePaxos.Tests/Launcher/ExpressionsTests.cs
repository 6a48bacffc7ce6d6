using AspirePaxos.Launcher;

namespace AspirePaxos.Tests.Launcher;

public sealed class ExpressionsTests
{
    private static readonly Manifest Manifest = new("m.json", "/", [
        new("web", null, "web", null, [], [], new Dictionary<string, Binding> { ["http"] = new("http", 8123) }, [])],
        new Dictionary<string, Parameter>
        {
            ["secret"] = new("{secret.inputs.value}", new Dictionary<string, ParameterInput> { ["value"] = new(null, null) }),
            ["circle"] = new("{circle.value}", new Dictionary<string, ParameterInput>()),
        },
        new Dictionary<string, string>());

    private readonly Expressions expressions = new(Manifest, (parameter, input, _) => $"<{parameter}/{input}>");

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("", "")]
    [InlineData("{web.bindings.http.url}", "http://127.0.0.1:8123")]
    [InlineData("{web.bindings.http.scheme}://{web.bindings.http.host}:{web.bindings.http.port}/x", "http://127.0.0.1:8123/x")]
    [InlineData("{web.bindings.http.targetPort};", "8123;")]
    [InlineData("{secret.value}", "<secret/value>")]
    [InlineData("{{not an expression}}", "{not an expression}")]
    public void An_expression_is_replaced_where_it_stands(string text, string expected) => Assert.Equal(expected, expressions.Resolve(text));

    [Theory]
    [InlineData("{nobody.bindings.http.url}")]
    [InlineData("{web.bindings.https.url}")]
    [InlineData("{web.bindings.http.colour}")]
    [InlineData("{nobody.value}")]
    [InlineData("{secret.inputs.other}")]
    [InlineData("{circle.value}")]
    public void An_expression_that_means_nothing_is_refused_with_its_text(string text) =>
        Assert.Contains(text, Assert.Throws<LaunchRefusedException>(() => expressions.Resolve(text)).Message, StringComparison.Ordinal);
}
