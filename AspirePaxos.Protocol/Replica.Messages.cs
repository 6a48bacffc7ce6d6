using System.Diagnostics;

namespace AspirePaxos.Protocol;

/// <content>Each message to the rule that it concerns.</content>
public sealed partial class Replica
{
    private void OnRequest(Envelope envelope, Request request)
    {
        var from = envelope.From.Node;
        if (context.Formation.Recovering && request is not FormationQuery)
        {
            OnRequestRecovering(envelope, request);
            return;
        }

        switch (request)
        {
            case Prepare prepare:
                OnPrepare(envelope, prepare);
                break;
            case Accept accept:
                OnAccept(envelope, accept);
                break;
            case Learn learn:
                learner.OnLearn(learn.Entries);
                context.ReplyNow(envelope, new Noted());
                break;
            case LearnQuery query:
                context.ReplyNow(envelope, learner.OnQuery(query));
                break;
            case Heartbeat heartbeat:
                OnHeartbeat(envelope, heartbeat);
                break;
            case Question question:
                context.ReplyNow(envelope, election.OnQuestion(question, LeadsWithQuorum(question)));
                break;
            case Handover handover:
                learner.OnLeaderCommit(from, handover.Ballot, handover.CommitIndex);
                if (leader is null && candidacy is null && !Simple && !Stuck) election.OnHandover(handover);
                context.ReplyNow(envelope, new Noted());
                break;
            case Forward forward:
                forwarding.OnForward(envelope, forward, Proposing && !Simple);
                break;
            case ReadIndexQuery query when Simple:
                context.ReplyNow(envelope, reads.AnswerSimple(query));
                break;
            case ReadIndexQuery query:
                reads.OnQuery(envelope, query, leader);
                break;
            case FormationQuery:
                context.ReplyWhenDurable(envelope, context.Formation.OnQuery(envelope));
                break;
            case SnapshotQuery query:
                if (query.Above >= AppliedIndex) context.ReplyNow(envelope, new Noted());
                else context.Out.Ready.SnapshotReads.Add(new SnapshotRead(envelope, query.Slot, query.Offset, query.Above));
                break;
            case RecoverQuery query:
                TakeNote(envelope.From, query);
                context.ReplyWhenDurable(envelope, Recovery.Answer(acceptor, context.Log, query));
                break;
            default:
                throw new UnreachableException(request.GetType().Name);
        }
    }

    private void OnReply(NodeId from, Envelope envelope)
    {
        switch (envelope.Message)
        {
            case Promise promise:
                candidacy?.OnPromise(from, promise);
                learner.OnPromise(promise);
                learner.Hears(from, promise.CommitIndex);
                LeadIfWon();
                break;
            case Accepted accepted:
                leader?.OnAccepted(from, accepted);
                break;
            case AlreadyChosen chosen:
                learner.Hears(from, chosen.CommitIndex);
                break;
            case Nack nack:
                if (nack.Reason == NackReason.PageGone) candidacy?.OnPageGone(from, nack.RefusedBallot);
                OnNack(nack);
                break;
            case LearnReply reply:
                learner.OnReply(from, reply);
                break;
            case HeartbeatReply reply:
                OnHeartbeatReply(from, reply);
                break;
            case Answer answer:
                learner.Hears(from, answer.CommitIndex);
                if (leader is null && candidacy is null) election.OnAnswer(from, answer);
                if (election.MayStand && !Stuck) Stand();
                break;
            case Forwarded forwarded:
                if (!forwarded.Ballot.IsNone) learner.OnLeaderCommit(from, forwarded.Ballot, forwarded.CommitIndex);
                forwarding.OnForwarded(forwarded);
                break;
            case ReadIndexReply reply when Simple:
                reads.OnReplySimple(from, reply);
                break;
            case ReadIndexReply reply:
                if (!reply.Ballot.IsNone) learner.OnLeaderCommit(from, reply.Ballot, reply.CommitIndex);
                reads.OnReply(reply);
                break;
            case FormationReply reply:
                context.Formation.OnReply(envelope, reply);
                break;
            case SnapshotChunk chunk:
                snapshot.OnChunk(from, chunk);
                break;
            case RecoverReply reply:
                learner.Hears(from, reply.CommitIndex);
                if (recovery is null) break;
                recovery.OnReply(from, reply);
                RecoverIfComplete();
                break;
            case Refused refused:
                context.Formation.OnRefused(envelope, refused);
                break;
            case Noted:
                break;
            default:
                throw new UnreachableException(envelope.Message.GetType().Name);
        }
    }

    private void OnPrepare(Envelope envelope, Prepare prepare)
    {
        if (prepare.Ballot.Node != envelope.From.Node)
        {
            context.ReplyNow(envelope, new Refused(RefusalReason.Member, $"{envelope.From.Node} prepares {prepare.Ballot}, which is not its own"));
            return;
        }

        var reply = acceptor.OnPrepare(prepare);
        if (reply is Promise)
        {
            GiveWayTo(prepare.Ballot);
            if (Simple) rounds.Defer();
            else election.BackOff();
        }

        context.ReplyWhenDurable(envelope, reply);
    }

    private void OnAccept(Envelope envelope, Accept accept)
    {
        if (accept.Ballot.Node != envelope.From.Node)
        {
            context.ReplyNow(envelope, new Refused(RefusalReason.Member, $"{envelope.From.Node} proposes in {accept.Ballot}, which is not its own"));
            return;
        }

        var reply = acceptor.OnAccept(accept);
        if (reply is not Nack)
        {
            GiveWayTo(accept.Ballot);
            if (!Simple) election.HeardLeader(accept.Ballot);
            learner.Accepted(accept.Ballot, accept.FirstSlot);
            learner.OnLeaderCommit(envelope.From.Node, accept.Ballot, accept.CommitIndex);
        }

        context.ReplyWhenDurable(envelope, reply);
    }

    private void OnHeartbeat(Envelope envelope, Heartbeat heartbeat)
    {
        var from = envelope.From.Node;
        context.Saw(heartbeat.Ballot);
        if (Simple)
        {
            learner.Hears(from, heartbeat.CommitIndex);
        }
        else if (heartbeat.Ballot.Node == from)
        {
            if (heartbeat.Ballot >= Promised) GiveWayTo(heartbeat.Ballot);
            election.HeardLeader(heartbeat.Ballot);
            learner.OnLeaderCommit(from, heartbeat.Ballot, heartbeat.CommitIndex);
        }

        context.HeardIndexes(from, heartbeat.CommitIndex, 0);
        HearsHashes(heartbeat.Hashes);
        context.ReplyNow(envelope, new HeartbeatReply(heartbeat.Ballot, heartbeat.ReadSequence, Promised, CommitIndex, AppliedIndex)
        {
            Hashes = heartbeat.Hashes is null ? null : divergence.Report,
            Lease = heartbeat.Ballot.Node == from ? acceptor.Lease.Grant(heartbeat.Ballot, Promised, heartbeat.Lease) : 0,
        });
    }

    private void OnHeartbeatReply(NodeId from, HeartbeatReply reply)
    {
        context.Saw(reply.Promised);
        context.HeardIndexes(from, reply.CommitIndex, reply.AppliedIndex);
        learner.Hears(from, reply.CommitIndex);
        HearsHashes(reply.Hashes);
        if (leader is null || Simple || reply.Ballot != leader.Ballot) return;
        if (reply.Promised > leader.Ballot)
        {
            StepDown(StepDownKind.HigherBallot, $"{from} promised {reply.Promised}");
            return;
        }

        leader.OnHeartbeatReply(from, reply);
        reads.OnConfirmed(leader);
    }

    /// <summary>A refusal of the present ballot ends it; one of an earlier ballot says nothing about this one.</summary>
    private void OnNack(Nack nack)
    {
        context.Saw(nack.Promised);
        if (candidacy is not null && nack.RefusedBallot == candidacy.Ballot && nack.Promised > candidacy.Ballot)
        {
            GiveUp(StepDownKind.HigherBallot, $"refused: {nack.Promised} is promised");
        }
        else if (leader is not null && nack.RefusedBallot == leader.Ballot && nack.Promised > leader.Ballot)
        {
            StepDown(StepDownKind.HigherBallot, $"refused: {nack.Promised} is promised");
        }
    }
}
