using System.Text;
using System.Text.Json;
using AspirePaxos.Node.Transport;
using AspirePaxos.Protocol;
using AspirePaxos.Tests.Generators;
using CsCheck;

namespace AspirePaxos.Tests.Transport;

public sealed class PeerJsonTests
{
    [Fact]
    public void Every_message_comes_back_as_it_was_commands_byte_for_byte() => AnyMessage.Envelope.Sample(
        sent =>
        {
            var body = PeerJsonWriter.Write(sent);
            using var parsed = JsonDocument.Parse(body);
            var received = Read(MessageNames.Of(sent.Message), body);

            Assert.Equal(MessageText.Of(sent), MessageText.Of(received));
        },
        iter: 3_000);

    [Fact]
    public void Every_type_of_message_is_among_those_that_are_generated()
    {
        var generated = AnyMessage.Kinds.Select(kind => kind.Drawn(1).GetType());
        var all = typeof(Message).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(Message)) && !type.IsAbstract);

        Assert.Equal(all.Select(type => type.Name).Order(), generated.Select(type => type.Name).Order());
    }

    [Theory]
    [InlineData("\"firstSlot\":7", "\"firstSlot\":0")]
    [InlineData("\"firstSlot\":7", "\"firstSlot\":-1")]
    [InlineData("\"firstSlot\":7", "\"firstSlot\":9223372036854775807")]
    [InlineData("\"firstSlot\":7", "\"firstSlot\":1.5")]
    [InlineData("\"firstSlot\":7", "\"firstSlot\":\"7\"")]
    [InlineData("\"firstSlot\":7,", "")]
    [InlineData("\"commitIndex\":6", "\"commitIndex\":-6")]
    [InlineData("\"number\":3", "\"number\":-3")]
    [InlineData("\"number\":3", "\"number\":0")]
    [InlineData("\"number\":3,\"node\":\"node1\"", "\"number\":3,\"node\":\"\"")]
    [InlineData("\"node\":\"node0\"", "\"node\":\"../etc\"")]
    [InlineData("\"node\":\"node0\"", "\"node\":\"\"")]
    [InlineData("\"mode\":\"Multi\"", "\"mode\":\"0\"")]
    [InlineData("\"mode\":\"Multi\"", "\"mode\":\"Other\"")]
    [InlineData("\"type\":\"accept\"", "\"type\":\"accepted\"")]
    [InlineData("\"type\":\"accept\"", "\"type\":\"\\ud800\"")]
    [InlineData("[{\"commands\":[]}]", "[]")]
    [InlineData("[{\"commands\":[]}]", "[1]")]
    [InlineData("[{\"commands\":[]}]", "{}")]
    [InlineData("{\"commands\":[]}", "{\"commands\":{}}")]
    [InlineData("{\"commands\":[]}", "{\"commands\":null}")]
    [InlineData("{\"commands\":[]}", "{\"commands\":[1]}")]
    [InlineData("{\"commands\":[]}", "{\"time\":\"1\",\"commands\":[]}")]
    [InlineData("{\"commands\":[]}", "{\"time\":1.5,\"commands\":[]}")]
    [InlineData("{\"commands\":[]}", "{\"commands\":[],\"time\":null}")]
    public void Numbers_names_and_shapes_are_checked_before_a_replica_sees_them(string part, string instead)
    {
        var accept = new Accept(new Ballot(3, new NodeId("node1")), 7, [Command.NoOp], 6);
        var envelope = new Envelope(new Identity(new NodeId("node1"), 5, 1), new Identity(new NodeId("node0"), 6, 1), "c", Mode.Multi, accept);
        var text = Encoding.UTF8.GetString(PeerJsonWriter.Write(envelope));
        Assert.Contains(part, text, StringComparison.Ordinal);

        Assert.Throws<MalformedMessageException>(() => PeerJsonReader.ReadRequest("accept", Encoding.UTF8.GetBytes(text.Replace(part, instead, StringComparison.Ordinal))));
    }

    [Fact]
    public void A_field_that_a_later_version_adds_is_skipped()
    {
        var envelope = AnyMessage.EnvelopeOf(Gen.Const<Message>(new Heartbeat(new Ballot(3, new NodeId("node1")), 2, 1))).Drawn(1);
        var text = Encoding.UTF8.GetString(PeerJsonWriter.Write(envelope));

        var received = PeerJsonReader.ReadRequest("heartbeat", Encoding.UTF8.GetBytes("{\"hash\":{\"deep\":[1,{}]},\"a_name_that_is_longer_than_any_that_is_known\":null," + text[1..]));

        Assert.Equal(MessageText.Of(envelope), MessageText.Of(received));
    }

    [Fact]
    public void The_same_message_to_two_peers_shares_its_bytes()
    {
        var accept = AnyMessage.EnvelopeOf(Gen.Const<Message>(new Accept(new Ballot(3, new NodeId("node1")), 7, [Command.NoOp], 6))).Drawn(3);
        var toNode1 = accept with { To = new Identity(new NodeId("node1"), 1, 1) };
        var toNode2 = toNode1 with { To = new Identity(new NodeId("node2"), 9, 4) };
        var body = new OutgoingBody(toNode1);

        Assert.True(body.Serves(toNode2));
        Assert.False(body.Serves(accept with { Message = new Accept(new Ballot(3, new NodeId("node1")), 8, [Command.NoOp], 6) }));
        foreach (var envelope in (Envelope[])[toNode1, toNode2])
        {
            byte[] sent = [.. PeerJsonWriter.Addressee(envelope.To).Span, .. body.Bytes.Span];
            Assert.Equal(MessageText.Of(envelope), MessageText.Of(PeerJsonReader.ReadRequest("accept", sent)));
        }
    }

    private static Envelope Read(string name, byte[] body) =>
        MessageNames.Requests.Contains(name) ? PeerJsonReader.ReadRequest(name, body) : PeerJsonReader.ReadReply(body);
}
