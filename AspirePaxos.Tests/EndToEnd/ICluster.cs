namespace AspirePaxos.Tests.EndToEnd;

/// <summary>A running cluster with the faults a test may cause, whatever runs it. Disposing ends it and deletes its data.</summary>
internal interface ICluster : IAsyncDisposable
{
    /// <summary>Of the replicas, in order.</summary>
    IReadOnlyList<string> Names { get; }

    /// <summary>Where the replica serves; the same over restarts.</summary>
    Uri Url(string name);

    /// <summary>What the replica wrote to its output lately: for the message of a test that fails.</summary>
    string Output(string name);

    /// <summary>kill -9; the replica stays dead until <see cref="StartAsync"/>.</summary>
    Task KillAsync(string name);

    /// <summary>Asks it to end, with handover and drain; it stays stopped until <see cref="StartAsync"/>.</summary>
    Task StopAsync(string name);

    /// <summary>Starts a replica that was killed or stopped, or that died, over its old data. Does not wait until it is ready.</summary>
    Task StartAsync(string name);

    /// <summary>It stands still with all its connections open.</summary>
    Task PauseAsync(string name);

    Task ResumeAsync(string name);

    /// <summary>It runs; says nothing about ready.</summary>
    bool IsRunning(string name);

    /// <summary>Waits until these replicas report ready; without names all.</summary>
    Task ReadyAsync(params string[] names);
}
