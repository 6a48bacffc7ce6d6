using AspirePaxos.Web.Breaking;

namespace AspirePaxos.Tests.Web;

public sealed class OwnRegisterTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 25, 12, 0, 0, TimeSpan.Zero);

    private readonly OwnRegister register = new("console/check/1");
    private int seconds;

    [Fact]
    public void A_history_in_order_is_right()
    {
        Right(Read(null));
        Right(Write(1, revision: 10));
        Right(Read("1", revision: 10));
        Right(Write(2, revision: 11));
        Right(Read("2", revision: 11));
        Right(Read("2", revision: 11));
    }

    [Fact]
    public void A_read_beside_a_write_may_return_the_value_before_or_after()
    {
        Right(Write(1, revision: 10));
        var (early, late) = (Begin(), Begin());
        register.Send();
        Right(register.EndRead(early, "1", By("node1", 10)));
        Right(register.EndRead(late, "2", By("node2", 11)));
    }

    [Fact]
    public void A_read_that_began_before_the_answer_to_a_write_need_not_see_it()
    {
        Right(Write(1, revision: 10));
        var began = Begin();
        Right(Write(2, revision: 11));
        Right(register.EndRead(began, "1", By("node1", 10)));
    }

    [Fact]
    public void A_write_without_an_answer_may_show_or_not_but_once_seen_it_stays()
    {
        Right(Write(1, revision: 10));
        register.Send();
        Right(Read("1", revision: 10));
        Right(Read("2", revision: 11));
        var wrong = Read("1", revision: 10);
        Assert.Contains("node0 answered 2 (slot 11)", wrong, StringComparison.Ordinal);
        Assert.Contains("answered '1' (slot 10)", wrong, StringComparison.Ordinal);
    }

    [Fact]
    public void A_stale_read_is_found_with_who_said_what_when()
    {
        Right(Write(1, revision: 10));
        Right(Write(2, revision: 11, node: "node2"));
        var began = Begin();
        var wrong = register.EndRead(began, "1", By("node1", 10));
        Assert.StartsWith("console/check/1: node2 acknowledged 2 (slot 11) at ", wrong, StringComparison.Ordinal);
        Assert.Contains("; node1, asked at ", wrong, StringComparison.Ordinal);
        Assert.Contains(", answered '1' (slot 10) at ", wrong, StringComparison.Ordinal);
    }

    [Fact]
    public void An_acknowledged_write_that_is_gone_is_found()
    {
        Right(Write(1, revision: 10));
        Assert.Contains("answered that there is no such key", Read(null), StringComparison.Ordinal);
    }

    [Fact]
    public void Reads_that_go_back_are_found_though_nothing_was_acknowledged()
    {
        register.Send();
        Right(Read("1", revision: 10));
        Assert.Contains("answered that there is no such key", Read(null), StringComparison.Ordinal);
    }

    [Fact]
    public void An_older_value_that_came_back_to_life_is_found()
    {
        Right(Write(1, revision: 10));
        Right(Write(2, revision: 11));
        Right(Read("2", revision: 11));
        Assert.NotNull(Read("1", revision: 12));
    }

    [Theory]
    [InlineData("3")]
    [InlineData("0")]
    [InlineData("01")]
    [InlineData("-1")]
    [InlineData("")]
    [InlineData("hello")]
    public void A_value_from_nowhere_is_found(string value)
    {
        Right(Write(1, revision: 10));
        register.Send();
        Assert.NotNull(Read(value, revision: 11));
    }

    [Fact]
    public void A_write_that_took_effect_twice_is_found_by_its_revisions()
    {
        Right(Write(1, revision: 10));
        Assert.Contains("took effect twice", Read("1", revision: 11), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(9)]
    public void Revisions_in_another_order_than_the_values_are_found(long revision)
    {
        Right(Write(1, revision: 10));
        Assert.Contains("different orders", Write(2, revision), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_wrong_with_one_read_is_no_reason_to_call_the_next_one_wrong()
    {
        Right(Write(1, revision: 10));
        Right(Write(2, revision: 11));
        Assert.NotNull(Read("1", revision: 10));
        Right(Read("2", revision: 11));
    }

    [Fact]
    public void Long_runs_keep_little_and_stay_right()
    {
        for (var i = 1; i <= 2_000; i++)
        {
            Right(Write(i, revision: i * 3));
            Right(Read($"{i}", revision: i * 3));
        }

        Assert.NotNull(Read("1999", revision: 1999 * 3));
    }

    private static void Right(string? wrong) => Assert.Null(wrong);

    private string? Write(long value, long revision, string node = "node0")
    {
        Assert.Equal(value, register.Send());
        return register.Acknowledge(value, By(node, revision));
    }

    private string? Read(string? text, long revision = 0) => register.EndRead(Begin(), text, By("node0", revision));

    private OwnRegister.ReadMark Begin() => register.BeginRead(Noon.AddSeconds(seconds++));

    /// <summary>The slot is the revision: each is written once here.</summary>
    private Sighting By(string node, long revision) => new(node, revision, revision, Noon.AddSeconds(seconds++));
}
