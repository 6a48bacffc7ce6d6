using AspirePaxos.KeyValue;
using AspirePaxos.Node.Api;
using Microsoft.AspNetCore.Http;

namespace AspirePaxos.Tests.Api;

public sealed class ETagsTests
{
    [Fact]
    public void Conditions_of_a_write()
    {
        Assert.Equal(default, Condition(null, null));
        Assert.Equal(new Condition(ConditionKind.RevisionIs, 17), Condition("\"17\"", null));
        Assert.Equal(new Condition(ConditionKind.Present), Condition("*", null));
        Assert.Equal(new Condition(ConditionKind.Absent), Condition(null, "*"));
    }

    [Theory]
    [InlineData("17", null)]
    [InlineData("\"\"", null)]
    [InlineData("\"017\"", null)]
    [InlineData("\"-1\"", null)]
    [InlineData("W/\"17\"", null)]
    [InlineData("\"17\", \"18\"", null)]
    [InlineData("\"99999999999999999999\"", null)]
    [InlineData("\"17\0\"", null)]
    [InlineData(null, "\"17\"")]
    [InlineData("\"17\"", "*")]
    public void What_is_no_condition_of_a_write_is_refused(string? match, string? noneMatch)
    {
        ETags.ConditionOf(Headers(match, noneMatch), mayBeAbsent: true, out var problem);

        Assert.Equal(StatusCodes.Status400BadRequest, problem!.Status);
    }

    [Theory]
    [InlineData("\"17\"", true)]
    [InlineData("W/\"17\"", true)]
    [InlineData("\"1\", \"17\"", true)]
    [InlineData("*", true)]
    [InlineData("\"18\"", false)]
    [InlineData("\"abc\"", false)]
    [InlineData("17", null)]
    [InlineData("\"17", null)]
    public void A_read_tells_what_the_client_has(string noneMatch, bool? has) => Assert.Equal(has, ETags.Has(noneMatch, 17));

    private static Condition Condition(string? match, string? noneMatch)
    {
        var condition = ETags.ConditionOf(Headers(match, noneMatch), mayBeAbsent: true, out var problem);
        Assert.Null(problem);
        return condition;
    }

    private static IHeaderDictionary Headers(string? match, string? noneMatch)
    {
        IHeaderDictionary headers = new HeaderDictionary();
        if (match is not null) headers.IfMatch = match;
        if (noneMatch is not null) headers.IfNoneMatch = noneMatch;
        return headers;
    }
}
