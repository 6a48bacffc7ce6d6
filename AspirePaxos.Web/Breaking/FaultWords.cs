using AspirePaxos.Web.Nodes;

namespace AspirePaxos.Web.Breaking;

internal static class FaultWords
{
    /// <summary>Continues a sentence that begins with the node's name; empty where it suffers nothing.</summary>
    public static string Of(NodeFaults faults)
    {
        var words = new List<string>(3);
        if (faults.PausedMs > 0) words.Add($"stands still for {Math.Ceiling(faults.PausedMs.Value / 1000):0} s more");
        if (faults.DiskDelayMs > 0) words.Add($"needs {faults.DiskDelayMs:0} ms more for each sync to its disk");
        if (faults.CutOff is { Count: > 0 } peers) words.Add($"is cut off from {Words.List(peers)}");
        return Words.List(words);
    }
}
