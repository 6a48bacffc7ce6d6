using System.Text;
using AspirePaxos.KeyValue;
using AspirePaxos.Node.Api;
using AspirePaxos.Protocol;

namespace AspirePaxos.Tests.Api;

public sealed class LogTextTests
{
    [Fact]
    public void A_line_is_always_one_slot()
    {
        var text = new StringBuilder();
        var batch = Encode(new Put("a:b;c", Encoding.UTF8.GetBytes("x:true\n;y\\ \u2028")), new Delete("k"), new NoOp(), new Put("bytes", new byte[] { 0xff, 0, 0x41 }));

        LogText.Append(text, 1, Record(1, batch), chosen: true);
        LogText.Append(text, 2, null, chosen: false);
        LogText.Append(text, 3, Record(3, Command.NoOp), chosen: true);

        Assert.Equal(
            "1 true SET a:b\\;c x:true\\n\\;y\\\\ \\u2028;DELETE k;NOP;SET bytes \\xff\\u0000A\n2 false UNKNOWN\n3 true NOP\n",
            text.ToString());
    }

    [Theory]
    [InlineData("log1", true)]
    [InlineData("", true)]
    [InlineData("..log", true)]
    [InlineData("..", false)]
    [InlineData(".", false)]
    [InlineData("../x", false)]
    [InlineData("/etc/passwd", false)]
    [InlineData("a\\b", false)]
    [InlineData("a\0b", false)]
    [InlineData("c:x", false)]
    public void A_name_never_leaves_the_directory(string name, bool allowed) => Assert.Equal(allowed, LogPrintEndpoint.IsFileName(name));

    [Fact]
    public void A_name_has_a_limit() => Assert.False(LogPrintEndpoint.IsFileName(new string('ü', 100)));

    private static LogRecord Record(long slot, Command command) => new(slot, new Ballot(1, new NodeId("node0")), true, command);

    private static Command Encode(params StoreCommand[] commands) =>
        Batch.Encode(new Identity(new NodeId("node0"), 1, 1), 1, 0, [.. commands.Select(command => (ReadOnlyMemory<byte>)command.Encode())]);
}
