namespace AspirePaxos.Web.Observation;

/// <summary>Something that a person wants to have seen.</summary>
/// <param name="State">The colour: as of <see cref="ReplicaState"/>, or empty.</param>
public sealed record ClusterEvent(DateTimeOffset At, string State, string Text);

/// <summary>How long a replica was shown as what.</summary>
/// <param name="State">As of <see cref="ReplicaState"/>.</param>
public sealed record RoleSpan(string State, DateTimeOffset From, DateTimeOffset Through);
