using System.Text.RegularExpressions;
using AspirePaxos.Simulation.Linearizability;
using AspirePaxos.Tests.Launcher;
using Xunit.Sdk;

namespace AspirePaxos.Tests.EndToEnd;

public sealed class RecordedHistoryTests : IDisposable
{
    private static readonly Operation put = new(1, "a", OperationKind.Put, "x", default, 0, 1, OperationOutcome.Ok, 1);

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_good_history_leaves_no_file()
    {
        new RecordedHistory(folder.In("kept")).AssertLinearizable(new History([put]));

        Assert.Empty(Directory.GetFiles(folder.In("kept")));
    }

    [Fact]
    public void A_violation_names_the_history_and_the_page_that_it_leaves()
    {
        var missed = new Operation(2, "a", OperationKind.Get, null, default, 2, 3, OperationOutcome.NotFound);

        var failure = Assert.ThrowsAny<XunitException>(() => new RecordedHistory(folder.In("kept")).AssertLinearizable(new History([put, missed])));

        Assert.Contains("client 2 found no value", failure.Message, StringComparison.Ordinal);
        var file = Regex.Match(failure.Message, "The whole history: (.+)").Groups[1].Value;
        Assert.Equal(2, File.ReadAllLines(file).Length);
        var page = Regex.Match(failure.Message, "To look at: (.+)").Groups[1].Value;
        Assert.Contains("Client 2 found no value", File.ReadAllText(page), StringComparison.Ordinal);
    }
}
