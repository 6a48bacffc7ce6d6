using System.Text;
using System.Text.Json;
using AspirePaxos.Node.Transport;
using AspirePaxos.Protocol;

namespace AspirePaxos.Tests.Transport;

public sealed class PeerJsonTests
{
    [Fact]
    public void Every_message_comes_back_as_it_was_commands_byte_for_byte()
    {
        var seen = new HashSet<Type>();
        for (var seed = 0UL; seed < 60; seed++)
        {
            for (var kind = 0; kind < RandomMessages.Kinds; kind++)
            {
                var sent = new RandomMessages((seed * 100) + (ulong)kind).Envelope(kind);
                var body = PeerJsonWriter.Write(sent);
                using var parsed = JsonDocument.Parse(body);
                var received = Read(MessageNames.Of(sent.Message), body);

                Assert.Equal(RandomMessages.Describe(sent), RandomMessages.Describe(received));
                seen.Add(sent.Message.GetType());
            }
        }

        var all = typeof(Message).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(Message)) && !type.IsAbstract);
        Assert.Equal(all.Select(type => type.Name).Order(), seen.Select(type => type.Name).Order());
    }

    [Fact]
    public void Garbage_is_one_exception_whatever_it_is()
    {
        var random = new Prng(7);
        var accepted = 0;
        var refused = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var kind = (int)random.Between(0, RandomMessages.Kinds);
            var sent = new RandomMessages(random.Next() % 50).Envelope(kind);
            var body = Damage(PeerJsonWriter.Write(sent), random);
            try
            {
                Read(MessageNames.Of(sent.Message), body);
                accepted++;
            }
            catch (MalformedMessageException e)
            {
                Assert.NotEmpty(e.Message);
                refused++;
            }
        }

        Assert.True(refused > 5_000, $"{refused} refused, {accepted} accepted");
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
        var envelope = new RandomMessages(1).Envelope(4);
        var text = Encoding.UTF8.GetString(PeerJsonWriter.Write(envelope));

        var received = PeerJsonReader.ReadRequest("heartbeat", Encoding.UTF8.GetBytes("{\"hash\":{\"deep\":[1,{}]},\"a_name_that_is_longer_than_any_that_is_known\":null," + text[1..]));

        Assert.Equal(RandomMessages.Describe(envelope), RandomMessages.Describe(received));
    }

    [Fact]
    public void The_same_message_to_two_peers_shares_its_bytes()
    {
        var toNode1 = new RandomMessages(3).Envelope(1) with { To = new Identity(new NodeId("node1"), 1, 1) };
        var toNode2 = toNode1 with { To = new Identity(new NodeId("node2"), 9, 4) };
        var body = new OutgoingBody(toNode1);

        Assert.True(body.Serves(toNode2));
        Assert.False(body.Serves(new RandomMessages(4).Envelope(1)));
        foreach (var envelope in (Envelope[])[toNode1, toNode2])
        {
            byte[] sent = [.. PeerJsonWriter.Addressee(envelope.To).Span, .. body.Bytes.Span];
            Assert.Equal(RandomMessages.Describe(envelope), RandomMessages.Describe(PeerJsonReader.ReadRequest("accept", sent)));
        }
    }

    private static Envelope Read(string name, byte[] body) =>
        MessageNames.Requests.Contains(name) ? PeerJsonReader.ReadRequest(name, body) : PeerJsonReader.ReadReply(body);

    private static byte[] Damage(byte[] body, Prng random)
    {
        switch (random.Between(0, 4))
        {
            case 0:
                return body[..(int)random.Between(0, body.Length)];
            case 1:
                for (var i = random.Between(1, 5); i > 0; i--) body[random.Between(0, body.Length)] = (byte)random.Next();
                return body;
            case 2:
                var at = (int)random.Between(0, body.Length);
                return [.. body[..at], .. body[(int)random.Between(at, body.Length)..]];
            default:
                var digits = Encoding.UTF8.GetString(body);
                var position = digits.IndexOfAny(['1', '2', '3'], (int)random.Between(0, digits.Length));
                return position < 0 ? [] : Encoding.UTF8.GetBytes(digits[..position] + "-99999999999999999999" + digits[position..]);
        }
    }
}
