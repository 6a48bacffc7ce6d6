using AspirePaxos.Node.Api;
using AspirePaxos.Protocol;
using AspirePaxos.Tests.Launcher;
using AspirePaxos.Tests.Transport;

namespace AspirePaxos.Tests.Storage;

/// <summary>A leader whose disk does not answer.</summary>
public sealed class HangingDiskTests
{
    [Fact]
    public async Task A_leader_whose_sync_hangs_steps_down_does_not_stand_and_is_back_when_the_disk_is()
    {
        await using var nodes = new NodesInProcess();
        string[] names = ["node0", "node1", "node2"];
        var released = new ManualResetEventSlim();
        var disks = names.ToDictionary(name => name, name => new FaultyDisk(nodes.DirectoryOf(name)));
        try
        {
            await nodes.StartAsync();
            var stuck = await nodes.LeaderAsync();
            await nodes.ReadyAsync();
            disks[stuck].Fault = operation =>
            {
                if (operation.Kind == DiskOperationKind.Sync) released.Wait();
                return FaultyVfs.Ok;
            };

            var first = nodes.PutAsync(stuck, "k", "during");
            var others = names.Except([stuck]).ToArray();
            await Eventually.HoldsAsync(() => nodes[stuck].Status.Role != Role.Leader && others.Any(name => nodes[name].Status.Role == Role.Leader), "another leads");
            Assert.Equal(OutcomeKind.Done, (await nodes.PutAsync(others[0], "other", "served")).Kind);
            var promised = nodes[stuck].Status.Promised;
            await Eventually.HoldsAsync(() => Readiness.Unreadiness(nodes[stuck].Status).Any(reason => reason.StartsWith("A write to disk", StringComparison.Ordinal)), "readiness fails");

            // Cut off as well, it hears no leader any more; and still it does not stand.
            foreach (var name in others) await nodes.StopAsync(name);
            await Eventually.HoldsAsync(() => nodes[stuck].Status.Peers.Min(peer => peer.SinceHeard) > TimeSpan.FromSeconds(2), "several election timeouts pass");
            Assert.Equal(Role.Follower, nodes[stuck].Status.Role);
            Assert.NotEqual(stuck, nodes[stuck].Status.Promised.Node.Name);
            Assert.True(nodes[stuck].Status.Promised >= promised);

            released.Set();
            await nodes.StartAsync(others);
            await nodes.ReadyAsync();
            Assert.NotEqual(OutcomeKind.NotProposed, (await first).Kind);
            foreach (var name in names) Assert.Equal("served", await nodes.GetAsync(name, "other"));
        }
        finally
        {
            released.Set();
            foreach (var disk in disks.Values) disk.Fault = null;
            foreach (var disk in disks.Values) disk.Dispose();
        }
    }
}
