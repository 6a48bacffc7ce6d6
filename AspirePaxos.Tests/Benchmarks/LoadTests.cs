using System.Diagnostics;
using System.Text;
using System.Text.Json;
using AspirePaxos.Benchmarks.Load;

namespace AspirePaxos.Tests.Benchmarks;

public sealed class LoadTests
{
    [Fact]
    public void Percentiles_are_those_of_the_sorted_times_to_three_digits()
    {
        var latencies = new Latencies();
        for (var i = 10_000; i >= 1; i--) latencies.Record(TimeSpan.FromMicroseconds(i * 10));

        Assert.Equal(10_000, latencies.Count);
        Assert.InRange(latencies.Percentile(50), 49.9, 50.1);
        Assert.InRange(latencies.Percentile(99), 98.9, 99.1);
        Assert.Equal(100, latencies.Max);
        Assert.Equal(100, latencies.Percentile(100));
    }

    [Fact]
    public void No_times_and_times_out_of_range_do_no_harm()
    {
        var latencies = new Latencies();
        Assert.Equal((0, 0, 0), (latencies.Count, latencies.Percentile(99), latencies.Max));

        latencies.Record(TimeSpan.Zero);
        latencies.Record(TimeSpan.FromHours(1));

        Assert.Equal(2, latencies.Count);
        Assert.Equal(120_000, latencies.Max);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(9_999)]
    public void An_open_loop_neither_drifts_nor_skips(double rate)
    {
        var schedule = new Schedule(1_000, rate);

        Assert.Equal(1_000, schedule.TimeOf(0));
        Assert.Equal(1_000 + (3_600 * Stopwatch.Frequency), schedule.TimeOf((long)rate * 3_600));
        Assert.Equal(0, schedule.DueBy(999));
        for (long request = 0; request < 1_000; request++)
        {
            Assert.Equal(request + 1, schedule.DueBy(schedule.TimeOf(request)));
            Assert.Equal(request, schedule.DueBy(schedule.TimeOf(request) - 1));
        }
    }

    [Fact]
    public void A_numbered_request_has_that_key_and_that_idempotency_key()
    {
        var request = RequestTemplate.Put(5, idempotent: true);
        request.Number(4_711, 0xabc);
        var text = Encoding.ASCII.GetString(request.Bytes.Span);

        Assert.StartsWith("PUT /v1/kv/bench-004711 HTTP/1.1\r\n", text, StringComparison.Ordinal);
        Assert.Contains("\r\nIdempotency-Key: 0000000000000abc\r\n", text, StringComparison.Ordinal);
        Assert.Contains("\r\nContent-Length: 5\r\n\r\n", text, StringComparison.Ordinal);
        Assert.Equal(5, request.Body.Length);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(123_456)]
    [InlineData(999_999)]
    public void Etcd_is_asked_for_the_same_key_in_base64(int number)
    {
        foreach (var request in new[] { RequestTemplate.EtcdPut(7), RequestTemplate.EtcdGet(local: true) })
        {
            request.Number(number, 0);
            using var json = JsonDocument.Parse(request.Body);

            Assert.Equal($"bench-{number:D6}", Encoding.ASCII.GetString(json.RootElement.GetProperty("key").GetBytesFromBase64()));
            if (json.RootElement.TryGetProperty("value", out var value)) Assert.Equal(7, value.GetBytesFromBase64().Length);
            else Assert.True(json.RootElement.GetProperty("serializable").GetBoolean());
        }
    }
}
