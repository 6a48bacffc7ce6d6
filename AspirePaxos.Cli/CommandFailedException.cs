namespace AspirePaxos.Cli;

/// <summary>A command cannot go on.</summary>
/// <param name="message">What is wrong.</param>
/// <param name="next">What to do about it; null where the message says all.</param>
internal sealed class CommandFailedException(int exitCode, string message, string? next = null) : Exception(message)
{
    public int ExitCode => exitCode;

    public string? Next => next;
}
