using AspirePaxos.Protocol;

namespace AspirePaxos.Tests.Protocol;

public sealed class InvariantTests
{
    [Fact]
    public void A_broken_rule_is_told_with_its_detail()
    {
        var slot = 7L;

        var broken = Assert.Throws<InvariantViolationException>(() => Invariant.Holds(slot < 5, $"slot {slot} comes after {4}"));

        Assert.Equal("Invariant broken: slot < 5: slot 7 comes after 4", broken.Message);
    }

    [Fact]
    public void A_rule_that_holds_composes_nothing()
    {
        var composed = 0;

        Invariant.Holds(composed == 0, $"{Compose()}");

        Assert.Equal(0, composed);

        string Compose()
        {
            composed++;
            return "";
        }
    }
}
