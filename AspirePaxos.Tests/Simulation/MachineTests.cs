using AspirePaxos.Protocol;
using AspirePaxos.Simulation;

namespace AspirePaxos.Tests.Simulation;

/// <summary>A simulated clock is what the replicas are promised: monotonic, and advancing in suspension.</summary>
public sealed class MachineTests
{
    private readonly Machine machine = new(new Host(0, new NodeId("node0"), new Disk { Incarnation = 1 }), clockOffset: 500, clockRate: 1.1);

    [Fact]
    public void A_clock_has_an_offset_and_a_rate_of_its_own()
    {
        Assert.Equal(500, machine.Clock(0));
        Assert.Equal(1_600, machine.Clock(1_000_000));
    }

    [Fact]
    public void A_clock_that_drifts_otherwise_goes_on_where_it_was()
    {
        machine.Drift(1_000_000, 0.5);

        Assert.Equal(1_600, machine.Clock(1_000_000));
        Assert.Equal(2_100, machine.Clock(2_000_000));
    }

    [Fact]
    public void A_jump_is_forward_and_stays()
    {
        machine.Jump(30_000);

        Assert.Equal(30_500, machine.Clock(0));
        Assert.Equal(31_600, machine.Clock(1_000_000));
    }
}
