namespace AspirePaxos.Node.Transport;

/// <summary>A body that is no message; the text says what is wrong with it. Answered with 400, counted nowhere.</summary>
internal sealed class MalformedMessageException(string message, Exception? inner = null) : Exception(message, inner);
