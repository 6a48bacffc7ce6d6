namespace AspirePaxos.Node.Storage;

/// <summary>
/// How many rows there are beside the acceptor's, and the sum of their checksums; kept in the acceptor's row. A row's own checksum says
/// that it is what was written once; this says that all of them are there, none more, and each as it was written last.
/// </summary>
/// <remarks>A sum and no exclusive or, so that the same row twice does not vanish from it.</remarks>
internal readonly record struct RowTotal(long Count, long Sum)
{
    public RowTotal With(long checksum) => new(Count + 1, unchecked(Sum + checksum));

    public RowTotal Without(long checksum) => new(Count - 1, unchecked(Sum - checksum));
}
