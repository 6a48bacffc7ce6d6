using System.Net;
using System.Text;
using AspirePaxos.Web.Components.Keys;
using AspirePaxos.Web.Nodes;

namespace AspirePaxos.Tests.Web;

public sealed class KeyDraftTests
{
    private readonly KeyDraft draft = new(TimeProvider.System);

    [Fact]
    public void A_key_that_was_read_is_written_only_if_nobody_changed_it()
    {
        draft.Opened("k", Found("old", 7));
        Assert.Equal("old", draft.Text);
        draft.Text = "new";
        var write = draft.Write(delete: false)!;
        Assert.Equal(("k", 7L), (write.Key, write.Revision));
        Assert.Equal("new", Encoding.UTF8.GetString(write.Value!));

        draft.Took(write, Done(8));
        draft.Text = "newer";
        Assert.Equal(8, draft.Write(delete: false)!.Revision);
    }

    [Fact]
    public void A_key_that_does_not_exist_is_created_only_if_it_still_does_not()
    {
        draft.Text = "typed before";
        draft.Opened("k", Missing());
        Assert.Equal("typed before", draft.Text);
        Assert.Equal(0, draft.Write(delete: false)!.Revision);
        Assert.Null(draft.Write(delete: true));
        Assert.NotEmpty(draft.Problem);
    }

    [Fact]
    public void What_was_read_holds_for_one_key_only()
    {
        draft.Opened("k", Found("old", 7));
        draft.Key = "other";
        Assert.Null(draft.Known);
        Assert.Null(draft.Write(delete: false)!.Revision);
    }

    [Fact]
    public void A_conflict_shows_both_and_overwriting_holds_only_against_what_was_shown()
    {
        draft.Opened("k", Found("old", 7));
        draft.Text = "mine";
        var write = draft.Write(delete: false)!;
        draft.Took(write, Conflict(9), Found("theirs", 9));
        Assert.Equal("mine", Encoding.UTF8.GetString(draft.Conflict!.Mine!));
        Assert.Equal("theirs", Encoding.UTF8.GetString(draft.Conflict.Theirs.Value));
        Assert.Equal("mine", draft.Text);

        var over = draft.Overwrite()!;
        Assert.Equal(9, over.Revision);
        Assert.NotEqual(write.IdempotencyKey, over.IdempotencyKey);
        draft.Took(over, Conflict(11), Found("theirs again", 11));
        Assert.Equal(11, draft.Conflict!.Theirs.Revision);
    }

    [Fact]
    public void Theirs_may_be_taken_and_mine_brought_back()
    {
        draft.Opened("k", Found("old", 7));
        draft.Text = "mine";
        draft.Took(draft.Write(delete: false)!, Conflict(9), Found("theirs", 9));
        draft.TakeTheirs();
        Assert.Null(draft.Conflict);
        Assert.Equal("theirs", draft.Text);
        draft.BringBack();
        Assert.Equal("mine", draft.Text);
        Assert.Equal(9, draft.Write(delete: false)!.Revision);
    }

    [Fact]
    public void A_key_deleted_by_somebody_else_is_overwritten_only_if_it_is_still_gone()
    {
        draft.Opened("k", Found("old", 7));
        draft.Took(draft.Write(delete: false)!, Conflict(0), Missing());
        Assert.False(draft.Conflict!.Theirs.Exists);
        Assert.Equal(0, draft.Overwrite()!.Revision);
    }

    [Fact]
    public void A_delete_that_conflicts_may_go_over_theirs()
    {
        draft.Opened("k", Found("old", 7));
        draft.Took(draft.Write(delete: true)!, Conflict(9), Found("theirs", 9));
        Assert.Null(draft.Conflict!.Mine);
        var over = draft.Overwrite()!;
        Assert.Null(over.Value);
        Assert.Equal(9, over.Revision);
        draft.Took(over, new(HttpStatusCode.NoContent, [], 12, 0, "", default));
        Assert.False(draft.Known!.Exists);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(HttpStatusCode.GatewayTimeout)]
    [InlineData(HttpStatusCode.ServiceUnavailable)]
    [InlineData(HttpStatusCode.TooManyRequests)]
    public void A_write_without_an_answer_is_the_same_write_when_it_is_sent_again(HttpStatusCode? status)
    {
        draft.Key = "k";
        draft.Text = "v";
        var write = draft.Write(delete: false)!;
        draft.Took(write, new(status, [], 0, 0, "said", default));
        Assert.Same(write, draft.Unanswered);
        Assert.Equal("said", draft.Problem);
        Assert.Same(write, draft.Write(delete: false));
        Assert.Equal("v", draft.Text);

        draft.Text = "w";
        Assert.NotEqual(write.IdempotencyKey, draft.Write(delete: false)!.IdempotencyKey);
    }

    [Fact]
    public void A_write_is_not_sent_again_when_the_nodes_may_have_forgotten_its_key()
    {
        var write = new KeyWrite("k", [], null, "console-1", DateTimeOffset.UnixEpoch);
        Assert.True(write.MayBeSentAgain(DateTimeOffset.UnixEpoch.AddMinutes(3)));
        Assert.False(write.MayBeSentAgain(DateTimeOffset.UnixEpoch.AddMinutes(5)));
    }

    [Fact]
    public void An_error_of_a_read_leaves_what_was_typed()
    {
        draft.Key = "k";
        draft.Text = "typed";
        draft.Opened("k", new(HttpStatusCode.ServiceUnavailable, [], 0, 0, "The read could not be confirmed by a quorum.", default));
        Assert.Equal("typed", draft.Text);
        Assert.Null(draft.Known);
        Assert.Contains("quorum", draft.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Opening_another_key_replaces_what_was_read_and_keeps_what_was_typed()
    {
        draft.Opened("a", Found("of a", 1));
        draft.Opened("b", Found("of b", 2));
        Assert.Null(draft.Replaced);
        draft.Text = "typed";
        draft.Opened("a", Found("of a", 1));
        Assert.Equal("typed", draft.Replaced!.Value.Text);
        draft.Opened("none", Missing());
        Assert.Equal("", draft.Text);
    }

    [Fact]
    public void Base64_that_is_none_is_not_written()
    {
        draft.Key = "k";
        draft.Choose(ValueFormat.Base64);
        draft.Text = "none!";
        Assert.Null(draft.Write(delete: false));
        Assert.Contains("base64", draft.Problem, StringComparison.Ordinal);
    }

    private static Answer Found(string value, long revision) => new(HttpStatusCode.OK, Encoding.UTF8.GetBytes(value), 1, revision, "", default);

    private static Answer Missing() => new(HttpStatusCode.NotFound, [], 0, 0, "There is no such key.", default);

    private static Answer Done(long revision) => new(HttpStatusCode.OK, [], 5, revision, "", default);

    private static Answer Conflict(long revision) => new(HttpStatusCode.PreconditionFailed, [], 0, revision, "The condition does not hold.", default);
}
