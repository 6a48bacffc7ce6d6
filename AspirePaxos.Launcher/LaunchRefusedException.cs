namespace AspirePaxos.Launcher;

/// <summary>The launcher cannot do what it was asked. The message is for the user and says what to do.</summary>
public sealed class LaunchRefusedException(string message, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>The command line itself was wrong: the usage is worth showing.</summary>
    public bool WrongUsage { get; init; }
}
