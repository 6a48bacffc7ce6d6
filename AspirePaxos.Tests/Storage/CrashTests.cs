using AspirePaxos.Node.Storage;
using AspirePaxos.Protocol;

namespace AspirePaxos.Tests.Storage;

/// <summary>Power cuts between any two writes, with all that a disk may make of what was not synced.</summary>
public sealed class CrashTests
{
    /// <summary>Small, so that the log is copied into the database and written from its start again several times.</summary>
    private const int CheckpointPages = 20;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void After_a_crash_at_any_write_the_state_is_that_of_a_commit_and_none_that_was_reported_is_missing(int seed)
    {
        using var folder = new DataFolder();
        var model = new CrashModel(folder.Path);
        var (journal, expected, self) = Record(folder, (ulong)seed, commits: 16);
        var random = new Prng((ulong)seed);
        var reported = -1;
        var restarts = 0;
        foreach (var operation in journal)
        {
            if (operation.Kind == DiskOperationKind.Report)
            {
                reported = (int)operation.Offset;
                continue;
            }

            model.Apply(operation);
            foreach (var surviving in model.HasUnsynced ? Enum.GetValues<Surviving>() : [Surviving.Nothing])
            {
                using var cut = new DataFolder();
                model.WriteTo(cut.Path, surviving, random);
                using var disk = new FaultyDisk(cut.Path);
                using var restarted = PaxosDatabase.Open(cut.Options(), out var found);
                restarts++;
                AssertCommit(expected, Math.Max(reported, 0), StateText.Of(found), $"seed {seed}, {surviving} of what was not synced after operation {restarts}");
                if (reported >= 0) Assert.Equal((self.Incarnation, self.BootCounter + 1), (found.Self.Incarnation, found.Self.BootCounter));
            }
        }

        Assert.True(restarts > 400, $"{restarts} restarts");
        Assert.Equal(16, reported);
        Assert.True(journal.Count(operation => operation is { IsLog: true, Offset: 0, Kind: DiskOperationKind.Write }) > 2, "the log began again");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Crash_after_crash_loses_nothing_that_was_reported(int seed)
    {
        var random = new Prng((ulong)seed);
        var folder = new DataFolder();
        try
        {
            for (var life = 1; life <= 40; life++)
            {
                var model = new CrashModel(folder.Path);
                var (journal, expected, _) = Record(folder, random.Next(), commits: (int)random.Between(1, 6));
                var end = (int)random.Between(0, journal.Count + 1);
                foreach (var operation in journal.Take(end).Where(operation => operation.Kind != DiskOperationKind.Report)) model.Apply(operation);
                var reported = (int)journal.Take(end).Where(operation => operation.Kind == DiskOperationKind.Report).Select(operation => operation.Offset).LastOrDefault();
                var cut = new DataFolder();
                model.WriteTo(cut.Path, (Surviving)random.Between(0, 4), random);
                folder.Dispose();
                folder = cut;

                // Twice: the first start must leave what the second one takes.
                using var copy = folder.CopyAsAfterKill();
                using var disk = new FaultyDisk(copy.Path);
                using (PaxosDatabase.Open(copy.Options(), out var found)) AssertCommit(expected, reported, StateText.Of(found), $"seed {seed}, life {life}");
                using (PaxosDatabase.Open(copy.Options(), out var found)) AssertCommit(expected, reported, StateText.Of(found), $"seed {seed}, life {life}, second start");
            }
        }
        finally
        {
            folder.Dispose();
        }
    }

    private static (IReadOnlyList<DiskOperation> Journal, List<string> Expected, Identity Self) Record(DataFolder folder, ulong seed, int commits)
    {
        using var disk = new FaultyDisk(folder.Path);
        using var database = PaxosDatabase.Open(folder.Options(), out var stored, CheckpointPages, spare: 0);
        var world = new RandomWrites(seed, stored);
        var expected = new List<string> { world.Expected };
        disk.Report(0);
        for (var commit = 1; commit <= commits; commit++)
        {
            var (writes, rows) = world.Next();
            expected.Add(world.Expected);
            database.Commit(writes, rows);
            disk.Report(commit);
        }

        if (commits >= 16) Assert.True(world.Counted is { Truncations: > 0, Installations: > 2 }, $"{world.Counted}");
        return (disk.Journal, expected, stored.Self);
    }

    private static void AssertCommit(List<string> expected, int reported, string found, string when)
    {
        // An empty commit leaves the state of the one before.
        var held = expected.LastIndexOf(found);
        Assert.True(held >= reported, $"{when}: {(held < 0 ? "no commit" : $"commit {held}")} was found, {reported} was reported\n{found}");
    }
}
