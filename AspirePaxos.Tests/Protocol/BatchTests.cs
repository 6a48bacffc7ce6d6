using System.Text;
using System.Text.Json;
using AspirePaxos.Protocol;
using AspirePaxos.Tests.Generators;
using CsCheck;

namespace AspirePaxos.Tests.Protocol;

public sealed class BatchTests
{
    [Fact]
    public void A_batch_gives_back_its_time_and_its_commands_byte_for_byte() =>
        Gen.Select(AnyMessage.Identity, Gen.Long[0, long.MaxValue], Gen.Long[0, long.MaxValue], AnyMessage.ClientCommand.List[0, 5]).Sample(
            (proposer, sequence, time, commands) =>
            {
                var command = Batch.Encode(proposer, sequence, time, commands);
                var batch = Batch.Decode(command);

                Assert.Equal(time, batch.LogTime);
                Assert.Equal(time, Batch.TimeOf(command));
                Assert.Equal(commands.Select(Text), batch.Commands.Select(Text));
                Assert.Equal(command, Batch.Encode(proposer, sequence, time, batch.Commands));
                Assert.NotEqual(command, Batch.Encode(proposer, sequence ^ 1, time, commands));
                Assert.NotEqual(command, Batch.Encode(proposer with { BootCounter = proposer.BootCounter + 1 }, sequence, time, commands));
            },
            iter: 2_000);

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("""{"time":"1","commands":[]}""")]
    [InlineData("""{"time":1.5,"commands":[]}""")]
    [InlineData("""{"time":9223372036854775808,"commands":[]}""")]
    [InlineData("""{"commands":{}}""")]
    [InlineData("""{"commands":[]""")]
    [InlineData("""{"commands":[]}{}""")]
    [InlineData("""{"\ud800":1,"commands":[]}""")]
    public void What_is_no_batch_is_refused(string json) =>
        Assert.ThrowsAny<JsonException>(() => Batch.Decode(new Command(Encoding.UTF8.GetBytes(json))));

    private static string Text(ReadOnlyMemory<byte> bytes) => Convert.ToHexString(bytes.Span);
}
