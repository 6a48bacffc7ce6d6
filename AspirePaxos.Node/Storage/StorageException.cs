namespace AspirePaxos.Node.Storage;

/// <summary>The data directory cannot be used. The message says why and what to do.</summary>
public sealed class StorageException(string message, Exception? inner = null) : Exception(message, inner);
