namespace AspirePaxos.Web.Observation;

/// <summary>Something that a person wants to have seen.</summary>
/// <param name="Role">The colour: a role, or <c>silent</c>, or empty.</param>
public sealed record ClusterEvent(DateTimeOffset At, string Role, string Text);

/// <summary>How long a replica had a role.</summary>
public sealed record RoleSpan(string Role, DateTimeOffset From, DateTimeOffset Through);
