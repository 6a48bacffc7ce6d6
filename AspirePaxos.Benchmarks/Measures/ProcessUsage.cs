using System.Diagnostics;

namespace AspirePaxos.Benchmarks.Measures;

/// <summary>What a process has taken so far.</summary>
internal readonly record struct ProcessUsage(TimeSpan Cpu, long Resident)
{
    public static readonly ProcessUsage None = new(TimeSpan.Zero, 0);

    public static ProcessUsage Own
    {
        get
        {
            using var process = Process.GetCurrentProcess();
            return new(process.TotalProcessorTime, process.WorkingSet64);
        }
    }

    /// <returns><see cref="None"/> where no such process runs.</returns>
    public static ProcessUsage Of(int pid)
    {
        if (pid == 0) return None;
        try
        {
            using var process = Process.GetProcessById(pid);
            return new(process.TotalProcessorTime, process.WorkingSet64);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            return None;
        }
    }

    /// <summary>100 is one processor, busy all the time.</summary>
    public static double Percent(ProcessUsage before, ProcessUsage after, TimeSpan time) => Math.Max(0, (after.Cpu - before.Cpu) / time) * 100;
}
