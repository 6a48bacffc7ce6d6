using System.Text;

namespace AspirePaxos.Simulation;

/// <summary>What must have happened over the fixed seeds, else their success would say nothing.</summary>
public enum Seen
{
    Elections,
    Nacks,
    GapsFilled,
    ProposedAgain,
    CaughtUpByLearn,
    ForwardedWrites,
    UnknownOutcomes,
    NotProposed,
    RetriesAnsweredFromTable,
    StepDowns,
    HandOvers,
    LinearizableReads,
    ReadsFailed,
    LocalReads,
    ConditionsFailed,
    BatchesOfSeveral,
    PipelinedAccepts,
    SimpleRounds,
    RestartsWithOldState,
    Refusals,
    RefusalsOfMode,
    FiveReplicas,
    SevenReplicas,
    ClientsThatStay,
    OwnWritesFoundLocally,
    BlindRetries,
    RetriesWithTheSameKey,
    KeysTakenAgain,
    KeysReused,
    TooManyKeys,
    ExecutedAgainAfterRetention,
    ModeChanges,
    RollingModeChanges,
    BrokenMinorities,
    UnevenLinks,
    ClogBursts,
    TornWrites,
    RefusedStarts,
    SnapshotsInstalled,
    SnapshotsResumed,
    Truncations,
    Recoveries,
    LateMessagesOfLostDisks,
    AmbushesOfRepair,
    StrangeDisksRejected,
    QuestionsRepeated,
    AcceptsBehindTheTruncation,
    StragglersOfOthers,
    DivergencesFound,
    LeasedReads,
    LeasedReadsConfirmed,
    RefusalsForALease,
    LeasesEndedInAPause,
    LeasesGivenUp,
    ClocksPulledApart,
    FollowersBack,

    // Faults from here on.
    Losses,
    Duplicates,
    LongDelays,
    Partitions,
    AsymmetricPartitions,
    LinksCut,
    LinksLeft,
    Bridges,
    FollowersLeft,
    Clogs,
    ClockJumps,
    FailedSyncs,
    WritesToFullDisks,
    LostDisks,
    DamagedRecords,
    OverlappingLosses,
    RestoredCopies,
    ReplacedDisksStarted,
    Divergences,
    Pauses,
    SlowDisks,
    HangingDisks,
    Crashes,
    QuorumCrashes,
    CrashesOfAll,
    LostWrites,
    RefusedConnections,
    StaleReplies,
    Ambushes,
    LeadersSilenced,
    Stragglers,
    FalseResets,
    LeaseStrains,
}

public sealed class Coverage
{
    private readonly long[] counts = new long[Enum.GetValues<Seen>().Length];

    public long this[Seen seen] => counts[(int)seen];

    /// <summary>How many different kinds of faults happened.</summary>
    public int FaultKinds
    {
        get
        {
            var kinds = 0;
            for (var i = (int)Seen.Losses; i < counts.Length; i++) kinds += counts[i] > 0 ? 1 : 0;
            return kinds;
        }
    }

    public void Count(Seen seen, long times = 1) => counts[(int)seen] += times;

    public void Add(Coverage other)
    {
        for (var i = 0; i < counts.Length; i++) counts[i] += other.counts[i];
    }

    public IEnumerable<Seen> Missing => Enum.GetValues<Seen>().Where(seen => this[seen] == 0);

    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var seen in Enum.GetValues<Seen>()) text.Append(text.Length > 0 ? ", " : "").Append(seen).Append(' ').Append(this[seen]);
        return text.ToString();
    }
}
