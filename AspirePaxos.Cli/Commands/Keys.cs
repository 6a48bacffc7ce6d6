using System.CommandLine;

namespace AspirePaxos.Cli.Commands;

/// <summary>The key that a command is about.</summary>
internal static class Keys
{
    public static Argument<string> Argument(string description = "The key.")
    {
        var key = new Argument<string>("KEY") { Description = description };
        key.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: "" }]) result.AddError("The key is empty; a key has at least one character.");
        });
        return key;
    }

    public static string Path(string key) => "/v1/kv/" + Uri.EscapeDataString(key);
}
