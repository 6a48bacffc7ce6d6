using System.Text.Json;
using AspirePaxos.Protocol;
using AspirePaxos.Simulation.Linearizability;

namespace AspirePaxos.Tests.Simulation;

public sealed class HistoryFileTests
{
    [Fact]
    public void Every_history_survives()
    {
        var operations = new RandomHistory(new Prng(3), 5, ["a", "b\n\0\"", "😀"], true, 4).Run(300);
        operations.Add(new Operation(-1, "", OperationKind.Put, "\r\n\u2028", default, long.MinValue, long.MaxValue, OperationOutcome.Refused, long.MaxValue));
        var text = new StringWriter();

        HistoryFile.Write(new History(operations), text);

        Assert.Equal(operations.Count, text.ToString().Count(c => c == '\n'));
        Assert.Equal(operations, HistoryFile.Read(new StringReader(text.ToString())).Operations);
    }

    [Theory]
    [InlineData("x", "Line 2")]
    [InlineData("[]", "object")]
    [InlineData("""{"key":"a","op":"get","call":1,"outcome":"unknown"}""", "\"client\"")]
    [InlineData("""{"client":1,"key":7,"op":"get","call":1,"outcome":"unknown"}""", "\"key\"")]
    [InlineData("""{"client":1,"key":"a","op":"scan","call":1,"outcome":"unknown"}""", "\"op\"")]
    [InlineData("""{"client":1,"key":"a","op":"get","call":1.5,"outcome":"unknown"}""", "\"call\"")]
    [InlineData("""{"client":1,"key":"a","op":"get","call":1,"outcome":"fine"}""", "\"outcome\"")]
    [InlineData("""{"client":1,"key":"a","op":"put","value":"x","if":"maybe","call":1,"outcome":"unknown"}""", "\"if\"")]
    public void A_bad_line_is_refused_by_number_and_field(string line, string named)
    {
        var error = Assert.ThrowsAny<JsonException>(() => HistoryFile.Read(new StringReader("\n" + line)));

        Assert.Contains("Line 2", error.Message, StringComparison.Ordinal);
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }
}
