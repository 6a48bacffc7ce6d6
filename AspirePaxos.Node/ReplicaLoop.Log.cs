using AspirePaxos.Protocol;

namespace AspirePaxos.Node;

public sealed partial class ReplicaLoop
{
    private readonly MixedModesWatch modes = new();

    private void LogChanges(ReplicaStatus before, ReplicaStatus now)
    {
        if (now is { Stopped: true, Rejection: { } rejection } && rejection != before.Rejection) LogRejected(rejection);
        if (modes.Look(now is { Stopped: false, Rejection: not null }, MonotonicClock.Milliseconds) is { } level) LogMixedModes(level, now.Rejection!);
        if (now.Role == before.Role && now.Leader == before.Leader) return;
        if (now.Leader != before.Leader && now.Leader != NodeId.None) meter.LeaderChanged();
        if (now.Role != before.Role) LogRole(now.Role, now.Ballot, now.CommitIndex);
        if (now.Leader != before.Leader && now.Leader != NodeId.None && now.Role != Role.Leader) LogLeader(now.Leader, now.Ballot);
    }

    /// <summary>Why a ballot was given up, which says more than that it was. Simple mode gives up ballots all day.</summary>
    private void LogRounds(IReadOnlyList<RoundEvent> rounds)
    {
        if (options.Mode == Mode.Simple) return;
        foreach (var round in rounds)
        {
            if (round is RoundEvent.SteppedDown stepped) LogSteppedDown(stepped.Ballot, stepped.Reason);
        }
    }

    [LoggerMessage(EventId = 100, Level = LogLevel.Information, Message = "Gave up ballot {Ballot}: {Reason}.")]
    private partial void LogSteppedDown(Ballot ballot, string reason);

    [LoggerMessage(EventId = 101, Level = LogLevel.Information, Message = "This replica is {Role} now (ballot {Ballot}, commit index {CommitIndex}).")]
    private partial void LogRole(Role role, Ballot ballot, long commitIndex);

    [LoggerMessage(EventId = 102, Level = LogLevel.Information, Message = "{Leader} leads (ballot {Ballot}).")]
    private partial void LogLeader(NodeId leader, Ballot ballot);

    [LoggerMessage(EventId = 103, Level = LogLevel.Critical, Message = "This replica may not take part: {Rejection}")]
    private partial void LogRejected(string rejection);

    [LoggerMessage(EventId = 104, Message = "This replica is not ready: {Reason}")]
    private partial void LogMixedModes(LogLevel level, string reason);

    [LoggerMessage(
        EventId = 106, Level = LogLevel.Information,
        Message = "Ended before it was known what becomes of {Writes} writes and {Reads} reads: clients were told that the outcome is unknown, or the read not confirmed.")]
    private partial void LogRequestsEnded(int writes, int reads);

    [LoggerMessage(EventId = 105, Level = LogLevel.Critical, Message = "{What} The process stops at once, so that nothing is lost or wrongly acknowledged.")]
    private partial void LogFailure(string what, Exception failure);
}
