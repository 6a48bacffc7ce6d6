using AspirePaxos.Simulation.Linearizability;

namespace AspirePaxos.Tests.EndToEnd;

/// <summary>A history in the documented format, verified from its file and kept with the page that shows why only where it is not linearizable.</summary>
internal sealed class RecordedHistory(string folder)
{
    public void AssertLinearizable(History recorded)
    {
        Directory.CreateDirectory(folder);
        var file = Path.Combine(folder, $"history-{Guid.NewGuid():n}.jsonl");
        using (var writer = File.CreateText(file)) HistoryFile.Write(recorded, writer);

        // From the file, so that it is known to say all that is needed.
        using var reader = File.OpenText(file);
        var history = HistoryFile.Read(reader);
        Assert.Equal(recorded.Operations, history.Operations);
        var verdict = LinearizabilityChecker.Check(history);
        if (verdict.Linearizable)
        {
            File.Delete(file);
            return;
        }

        var kept = $"The whole history: {file}";
        if (verdict.Counterexample is { } counterexample)
        {
            var page = Path.ChangeExtension(file, ".html");
            CounterexamplePage.Write(counterexample, page);
            kept += $"\nTo look at: {page}";
        }

        Assert.Fail($"{verdict.Explanation}\n{kept}");
    }
}
