using AspirePaxos.KeyValue;
using AspirePaxos.Protocol;
using AspirePaxos.Simulation;

namespace AspirePaxos.Tests.Simulation;

/// <summary>What clients are promised, broken by hand in a world that has not begun.</summary>
public sealed class ClientCheckerTests
{
    private readonly World world = new(DrawnSeed.First(plan => plan is { Replicas: 3, Mode: Mode.Multi } && plan.Store == new StoreOptions()), null);
    private readonly Process process;
    private readonly ClientRequests requests;
    private readonly ReadChecker reads;

    public ClientCheckerTests()
    {
        world.StartHost(world.Hosts[0]);
        process = world.Hosts[0].Process!;
        requests = new ClientRequests(world);
        reads = new ReadChecker(world);
    }

    [Fact]
    public void A_command_with_a_key_that_is_executed_twice_is_seen()
    {
        var put = Propose(new Put("k", "v"u8.ToArray(), IdempotencyKey: "once"));

        requests.Executed(Slot(1, put, new StoreResult(ResultStatus.Ok, 1, 1)), logTime: 100);
        requests.Executed(Slot(2, put, new StoreResult(ResultStatus.Ok, 1, 1)), logTime: 150);
        var broken = Assert.Throws<SimulationException>(() => requests.Executed(Slot(3, put, new StoreResult(ResultStatus.Ok, 2, 3)), logTime: 200));

        Assert.Contains("executes", broken.Message, StringComparison.Ordinal);
        Assert.Contains("again", broken.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void After_its_retention_a_key_may_be_executed_again()
    {
        var put = Propose(new Put("k", "v"u8.ToArray(), IdempotencyKey: "once"));

        requests.Executed(Slot(1, put, new StoreResult(ResultStatus.Ok, 1, 1)), logTime: 100);
        requests.Executed(Slot(3, put, new StoreResult(ResultStatus.Ok, 2, 3)), logTime: 100 + new StoreOptions().IdempotencyRetention);

        Assert.Equal(2, put.Executions.Count);
    }

    [Fact]
    public void Done_before_it_is_applied_here_is_seen()
    {
        var put = Propose(new Put("k", "v"u8.ToArray()));
        var attempt = new Attempt(put) { Deadline = process.Clock + 5_000 };

        var broken = Assert.Throws<SimulationException>(() => requests.Check(process, attempt, Outcome.Done(1, new StoreResult(ResultStatus.Ok, 1, 1).Encode())));

        Assert.Contains("having applied 0", broken.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_value_that_the_slots_did_not_write_is_seen()
    {
        var broken = Assert.Throws<SimulationException>(() => reads.Check(process, Read(local: true), new Entry("v"u8.ToArray(), 1, 1)));

        Assert.Contains("shows k at revision 1; after slot 0 it is 0", broken.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_linearizable_read_of_an_old_state_is_seen_and_a_local_one_is_allowed()
    {
        reads.Check(process, Read(local: true, floor: 3), null);

        var broken = Assert.Throws<SimulationException>(() => reads.Check(process, Read(local: false, floor: 3), null));

        Assert.Contains("slot 3 was applied before the read arrived", broken.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_history_knows_each_key_after_each_slot()
    {
        var states = new StateHistory();
        var first = new Entry("1"u8.ToArray(), 1, 1);
        var second = new Entry("2"u8.ToArray(), 3, 3);
        states.Add(2, [new EntryRow("k", first)]);
        states.Add(4, [new EntryRow("k", null)]);
        states.Add(5, [new EntryRow("k", second), new EntryRow("other", first)]);

        Assert.Equal([null, first, first, null, second, second], new long[] { 1, 2, 3, 4, 5, 9 }.Select(slot => states.At("k", slot)));
        Assert.Null(states.At("nothing", 9));
    }

    private ClientOperation Propose(StoreCommand command)
    {
        var operation = new ClientOperation { Client = 0, Key = "k", Command = command, Bytes = command.Encode() };
        requests.Arrive(process, new Attempt(operation));
        return operation;
    }

    private static Attempt Read(bool local, long floor = 0) => new(new ClientOperation { Client = 0, Key = "k", Local = local }) { Floor = floor };

    private static AppliedSlot Slot(long slot, ClientOperation operation, StoreResult result) =>
        new(slot, Command.NoOp, new Batch(0, [operation.Bytes]), [result], []);
}
