using System.Text;
using System.Text.Json;
using AspirePaxos.KeyValue;
using AspirePaxos.Node.Transport;
using AspirePaxos.Protocol;
using AspirePaxos.Simulation.Linearizability;
using AspirePaxos.Tests.Generators;
using AspirePaxos.Tests.Simulation;
using AspirePaxos.Tests.Transport;

namespace AspirePaxos.Tests.Fuzzing;

/// <summary>
/// Each decoder gives what it is there to give or throws what it says it throws, in memory that is proportional to its input; and what it
/// takes, it takes again in its own encoding.
/// </summary>
public sealed class DecoderFuzzTests
{
    private const int Cases = 6_000;

    [Fact]
    public async Task Messages_between_replicas() => (await Fuzz.RunAsync(
        Cases,
        random => JsonDamage.Of(PeerJsonWriter.Write(AnyMessage.Envelope.Drawn(random.Next())), random),
        input => Decodes<MalformedMessageException, Envelope>(
            input,
            Read,
            envelope => Assert.Equal(MessageText.Of(envelope), MessageText.Of(Read(PeerJsonWriter.Write(envelope))))))).IsMixed(Cases / 10);

    [Fact]
    public async Task Refusals_of_a_peer() => (await Fuzz.RunAsync(
        Cases / 4,
        random => JsonDamage.Of([.. "{\"type\":\"x\",\"status\":409,\"envelope\":"u8, .. PeerJsonWriter.Write(AnyMessage.Envelope.Drawn(random.Next())), .. "}"u8], random),
        input => Decodes<MalformedMessageException, ReadOnlyMemory<byte>>(
            input,
            problem => PeerProblem.EnvelopeIn(problem),
            envelope => JsonDocument.Parse(envelope).Dispose()))).IsMixed(Cases / 40);

    [Fact]
    public async Task Commands_of_clients() => (await Fuzz.RunAsync(
        Cases,
        random => JsonDamage.Of(AnyCommand.Whatever.Drawn(random.Next()).Encode(), random),
        input => Decodes<JsonException, StoreCommand>(
            input,
            json => StoreCommand.Decode(json),
            command => Assert.Equal(command.Encode(), StoreCommand.Decode(command.Encode()).Encode())))).IsMixed(Cases / 20);

    [Fact]
    public async Task Results_of_commands() => (await Fuzz.RunAsync(
        Cases,
        random => JsonDamage.Of(AnyCommand.Result.Drawn(random.Next()).Encode(), random),
        input => Decodes<JsonException, StoreResult>(
            input,
            json => StoreResult.Decode(json),
            result => Assert.Equal(result, StoreResult.Decode(result.Encode()))))).IsMixed(Cases / 20);

    [Fact]
    public async Task Batches() => (await Fuzz.RunAsync(
        Cases,
        random => JsonDamage.Of(AnyMessage.Command.Drawn(random.Next()).Bytes.ToArray(), random),
        input => Decodes<JsonException, Batch>(
            input,
            json => Batch.Decode(new Command(json)),
            batch =>
            {
                var again = Batch.Decode(Batch.Encode(default(Identity) with { Node = new NodeId("node0") }, 1, batch.LogTime, batch.Commands));
                Assert.Equal(MessageText.Of(batch), MessageText.Of(again));
            }))).IsMixed(Cases / 20);

    [Fact]
    public async Task Histories() => (await Fuzz.RunAsync(
        Cases / 4,
        random => JsonDamage.Of(Encoding.UTF8.GetBytes(Text(new RandomHistory(random, 3, ["a", "😀\n"], true, 4).Run(1)[0])), random),
        input => Decodes<JsonException, History>(
            input,
            json => HistoryFile.Read(new StringReader(Encoding.UTF8.GetString(json))),
            history =>
            {
                var text = new StringWriter();
                HistoryFile.Write(history, text);
                Assert.Equal(history.Operations, HistoryFile.Read(new StringReader(text.ToString())).Operations);
            }))).IsMixed(Cases / 40);

    private static string Text(Operation operation)
    {
        var text = new StringWriter();
        HistoryFile.Write(new History([operation]), text);
        return text.ToString();
    }

    private static Envelope Read(byte[] body)
    {
        var json = Encoding.UTF8.GetString(body);
        foreach (var name in MessageNames.Requests)
        {
            // The path says what comes; a body of another name is refused, whatever it is.
            if (json.Contains($"\"type\":\"{name}\"", StringComparison.Ordinal)) return PeerJsonReader.ReadRequest(name, body);
        }

        return PeerJsonReader.ReadReply(body);
    }

    /// <returns>Whether it was taken.</returns>
    private static bool Decodes<TRefusal, T>(byte[] input, Func<byte[], T> decode, Action<T> holds)
        where TRefusal : Exception
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        T decoded;
        try
        {
            decoded = decode(input);
        }
        catch (TRefusal refusal)
        {
            Assert.NotEmpty(refusal.Message);
            Assert.True(refusal.Message.Length < 1_000 + input.Length, "the message of the refusal is longer than what it refuses");
            return false;
        }
        finally
        {
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(allocated <= (1 << 20) + (64L * input.Length), $"{allocated} bytes for an input of {input.Length}");
        }

        holds(decoded);
        return true;
    }
}
