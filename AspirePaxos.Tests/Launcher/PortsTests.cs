using System.Net;
using System.Net.Sockets;
using AspirePaxos.Launcher;

namespace AspirePaxos.Tests.Launcher;

public sealed class PortsTests : IDisposable
{
    private static readonly Manifest OfThree = ManifestReader.Read(ManifestReader.Find(AppContext.BaseDirectory));
    private readonly Ports ports = new();

    public void Dispose() => ports.Dispose();

    [Fact]
    public void A_base_shifts_all_ports_alike() =>
        Assert.Equal([9000, 9001, 9002, 9010], Assigned(ports.Assign(OfThree, 9000)));

    [Fact]
    public void Without_a_base_the_manifest_decides() =>
        Assert.Equal([8000, 8001, 8002, 8010], Assigned(ports.Assign(OfThree, null)));

    [Fact]
    public void Free_ports_differ_among_launchers_that_have_not_bound_them_yet()
    {
        using var others = new Ports();
        int[] taken = [.. Assigned(ports.Assign(OfThree, 0)), .. Assigned(others.Assign(OfThree, 0))];

        Assert.Equal(8, taken.Distinct().Count());
        Assert.All(taken, port => Assert.True(Ports.IsFree(port)));
    }

    [Fact]
    public void A_port_in_use_is_named_with_who_needs_it_and_the_way_out()
    {
        var manifest = ports.Assign(OfThree, 0);
        var port = Assigned(manifest)[1];
        using var listener = new TcpListener(IPAddress.Loopback, port);
        listener.Start();

        using var another = new Ports();
        var refused = Assert.Throws<LaunchRefusedException>(() => another.RequireFree(manifest));

        Assert.Contains($"Port {port}, which node1 needs", refused.Message, StringComparison.Ordinal);
        Assert.Contains("--port-base", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("--no-console", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_console_whose_port_is_in_use_can_be_left_out()
    {
        var manifest = ports.Assign(OfThree, 0);
        var port = Assigned(manifest)[3];
        using var listener = new TcpListener(IPAddress.Loopback, port);
        listener.Start();
        using var another = new Ports();

        var refused = Assert.Throws<LaunchRefusedException>(() => another.RequireFree(manifest));

        Assert.Contains($"Port {port}, which web needs", refused.Message, StringComparison.Ordinal);
        Assert.Contains("--no-console", refused.Message, StringComparison.Ordinal);
        another.RequireFree(Topology.WithoutConsole(manifest));
    }

    [Fact]
    public void Two_resources_on_one_port_are_refused()
    {
        var manifest = ports.Assign(OfThree, 0);
        var same = manifest with { Resources = [.. manifest.Resources.Select(resource => resource with { Bindings = manifest.Resources[0].Bindings })] };

        Assert.Contains("node0 and node1", Assert.Throws<LaunchRefusedException>(() => ports.RequireFree(same)).Message, StringComparison.Ordinal);
    }

    private static int[] Assigned(Manifest manifest) => [.. manifest.Resources.Select(resource => resource.Http!.Port!.Value)];
}
