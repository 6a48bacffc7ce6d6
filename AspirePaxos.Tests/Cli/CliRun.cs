using System.Text;
using System.Text.Json;
using AspirePaxos.Cli;
using AspirePaxos.Cli.Output;

namespace AspirePaxos.Tests.Cli;

/// <summary>One run of <c>paxos</c> in this process, with what it wrote.</summary>
internal sealed record CliRun(int Code, byte[] Bytes, string Error)
{
    public string Output => Encoding.UTF8.GetString(Bytes);

    public JsonElement Json => JsonDocument.Parse(Bytes).RootElement;

    public static Task<CliRun> OfAsync(params string[] args) => OfAsync(args, null);

    /// <param name="input">Null: a terminal.</param>
    /// <param name="width">Of the terminal; null: the output is piped.</param>
    public static async Task<CliRun> OfAsync(string[] args, byte[]? input, int? width = null, string? directory = null, params (string Name, string Value)[] environment)
    {
        using var output = new MemoryStream();
        using var error = new StringWriter();
        using var screen = new Screen(output, width, error, width, colours: false);
        using var standardInput = new MemoryStream(input ?? []);
        string? Variable(string name) => environment.FirstOrDefault(variable => variable.Name == name).Value;
        var context = new CommandContext(screen, Variable, directory ?? Path.GetTempPath(), standardInput, input is null);
        var code = await CommandTree.RunAsync(context, args, TestContext.Current.CancellationToken);
        screen.Flush();
        return new(code, output.ToArray(), error.ToString());
    }

    public CliRun Ends(int code)
    {
        Assert.True(Code == code, $"ended with {Code}, not {code}:\n{Output}\n{Error}");
        return this;
    }
}
