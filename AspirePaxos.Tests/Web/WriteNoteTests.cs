using System.Net;
using AspirePaxos.Web.Components.Keys;

namespace AspirePaxos.Tests.Web;

public sealed class WriteNoteTests
{
    [Theory]
    [InlineData(0.449, "0.45 ms")]
    [InlineData(6.93, "6.9 ms")]
    [InlineData(5005.9, "5.0 s")]
    public void A_time_is_as_exact_as_it_matters(double milliseconds, string told)
    {
        var note = new WriteNote(default, new("k", [], null, "idem", default), "node0", new(HttpStatusCode.OK, [], 7, 3, "", TimeSpan.FromMilliseconds(milliseconds)));

        Assert.Equal(told, note.Took);
    }
}
