using System.Text;
using AspirePaxos.Benchmarks.Load;

namespace AspirePaxos.Tests.Benchmarks;

public sealed class AnswerTests
{
    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nETag: \"1\"\r\n\r\nhello", 200)]
    [InlineData("HTTP/1.1 200 OK\r\ncontent-length:0\r\n\r\n", 200)]
    [InlineData("HTTP/1.1 204 No Content\r\nPaxos-Slot: 3\r\n\r\n", 204)]
    [InlineData("HTTP/1.1 503 Service Unavailable\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1f\r\n0123456789012345678901234567890\r\n0\r\n\r\n", 503)]
    public void An_answer_ends_where_its_head_says_and_not_a_byte_before(string text, int status)
    {
        var bytes = Encoding.ASCII.GetBytes(text);

        Assert.Equal(new Answer(status, bytes.Length), Answer.Find(bytes));
        Assert.Equal(new Answer(status, bytes.Length), Answer.Find([.. bytes, .. "HTTP/1.1 "u8]));
        for (var length = 0; length < bytes.Length; length++) Assert.Null(Answer.Find(bytes.AsSpan(0, length)));
    }

    [Theory]
    [InlineData("SSH-2.0-OpenSSH\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")]
    public void What_has_no_end_is_refused(string text) => Assert.Throws<FormatException>(() => Answer.Find(Encoding.ASCII.GetBytes(text)));
}
