using AspirePaxos.KeyValue;
using AspirePaxos.Node;
using AspirePaxos.Node.Transport;
using AspirePaxos.Protocol;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace AspirePaxos.Tests.Transport;

public sealed class NodeOptionsTests
{
    private static readonly Dictionary<string, string?> Valid = new()
    {
        ["Paxos:NodeId"] = "node0",
        ["Paxos:Replicas"] = "node0, node1,node2",
        ["Paxos:DataDirectory"] = "data",
    };

    [Fact]
    public void Settings_are_read_and_names_trimmed()
    {
        var options = Read();

        Assert.Equal(["node0", "node1", "node2"], options.Members.Select(member => member.Name));
        Assert.Equal(Path.Combine("data", "logs"), options.LogPath);
    }

    [Theory]
    [InlineData("Paxos:NodeId", "")]
    [InlineData("Paxos:NodeId", "node7")]
    [InlineData("Paxos:Replicas", "")]
    [InlineData("Paxos:Replicas", "node0,node0")]
    [InlineData("Paxos:Replicas", "node0,Node1")]
    [InlineData("Paxos:Replicas", "node0,,node1")]
    [InlineData("Paxos:Replicas", "node0,a_b")]
    [InlineData("Paxos:DataDirectory", "")]
    [InlineData("Paxos:ClusterSecret", "short")]
    [InlineData("Paxos:ClusterSecret", "a secret that has spaces")]
    [InlineData("Paxos:ConsoleUrl", "console:8010/")]
    [InlineData("Paxos:ConsoleUrl", "/console")]
    [InlineData("Paxos:Mode", "Raft")]
    [InlineData("Paxos:Mode", "1")]
    [InlineData("Paxos:ElectionTimeout", "0")]
    [InlineData("Paxos:ElectionTimeout", "soon")]
    [InlineData("Paxos:HeartbeatInterval", "500")]
    [InlineData("Paxos:MaxKeyBytes", "0")]
    [InlineData("Paxos:MaxPendingWrites", "-1")]
    [InlineData("Paxos:LogTailSlots", "0")]
    [InlineData("Paxos:LogTailSlots", "10000001")]
    [InlineData("Paxos:LogTailBytes", "1023")]
    [InlineData("Paxos:LogTailBytes", "1073741825")]
    [InlineData("Paxos:HashInterval", "0")]
    [InlineData("Paxos:HashInterval", "1000001")]
    [InlineData("urls", "http://*:8080")]
    [InlineData("urls", "http://127.0.0.1:1;http://0.0.0.0:2")]
    [InlineData("http_ports", "8080")]
    [InlineData("Kestrel:Endpoints:Public:Url", "http://192.0.2.1:80")]
    public void A_wrong_setting_stops_the_start_and_is_named(string setting, string? value)
    {
        var failure = Assert.Throws<OptionsValidationException>(() => Read((setting, value)));

        var named = setting.StartsWith("Paxos:", StringComparison.Ordinal) ? setting : "Paxos:ClusterSecret";
        Assert.Contains(failure.Failures, message => message.Contains(named, StringComparison.Ordinal));
    }

    [Fact]
    public void Leased_reads_need_a_leader()
    {
        var failure = Assert.Throws<OptionsValidationException>(() => Read(("Paxos:LeasedReads", "true"), ("Paxos:Mode", "Simple")));

        Assert.Contains("Paxos:LeasedReads", Assert.Single(failure.Failures), StringComparison.Ordinal);
        Assert.True(Read(("Paxos:LeasedReads", "true")).LeasedReads);
        Assert.False(Read().LeasedReads);
    }

    [Theory]
    [InlineData("MaxPeerBody")]
    [InlineData("MaxRequestBody")]
    public void What_could_not_carry_the_longest_value_is_refused_and_both_settings_are_named(string limit)
    {
        const string longest = "8388608";
        var failure = Assert.Throws<OptionsValidationException>(() => Read(("Paxos:MaxValueBytes", longest), ("Paxos:" + limit, "8388607"), ("Paxos:MaxKeyBytes", "16384")));

        Assert.Contains(failure.Failures, message => message.Contains("Paxos:" + limit, StringComparison.Ordinal) && message.Contains("Paxos:MaxValueBytes", StringComparison.Ordinal));
    }

    [Fact]
    public void The_defaults_carry_the_longest_value_and_key_that_can_be_set()
    {
        var options = Read(("Paxos:MaxValueBytes", "8388608"), ("Paxos:MaxKeyBytes", "16384"));
        var worst = new Put(new string('\u0001', options.MaxKeyBytes), new byte[options.MaxValueBytes], IdempotencyKey: new string('\\', 256)).Encode();
        var self = new Identity(options.Self, long.MaxValue, 1);
        var batch = Batch.Encode(self, 1, 1, [worst]);
        var accept = new Envelope(
            self, self, new string('c', 128), Mode.Multi, new Accept(new(1L << 50, options.Self), 1L << 50, [batch], 1L << 50));
        var length = PeerJsonWriter.Write(accept).Length;

        Assert.True(length <= options.MaxPeerBody);
        Assert.Throws<OptionsValidationException>(() => Read(("Paxos:MaxValueBytes", "8388608"), ("Paxos:MaxKeyBytes", "16384"), ("Paxos:MaxPeerBody", $"{length - 1}")));
    }

    [Theory]
    [InlineData("http://127.0.0.1:0")]
    [InlineData("http://localhost:5000;http://[::1]:5000")]
    public void Loopback_needs_no_secret(string urls) => Assert.Null(Read(("urls", urls)).ClusterSecret);

    [Fact]
    public void With_a_secret_any_address_may_be_served()
    {
        var options = Read(("urls", "http://*:8080"), ("Paxos:ClusterSecret", "a-secret-for-tests-only"));

        Assert.Equal("a-secret-for-tests-only", options.ClusterSecret);
    }

    private static NodeOptions Read(params (string Setting, string? Value)[] changes)
    {
        var settings = new Dictionary<string, string?>(Valid);
        foreach (var (setting, value) in changes) settings[setting] = value;
        return NodeOptionsValidation.Read(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
    }
}
