using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Threading.Channels;

namespace AspirePaxos.Benchmarks.Load;

/// <summary>Releases the requests of an open loop when they are due. A thread of its own: timers of the runtime tick in milliseconds.</summary>
internal sealed partial class Pacer(double rate)
{
    private readonly Channel<long> due = Channel.CreateUnbounded<long>(new UnboundedChannelOptions { SingleWriter = true });

    /// <summary>The intended times of requests that are due, for whichever connection is free.</summary>
    public ChannelReader<long> Due => due.Reader;

    /// <summary>Due, and not sent since no connection was free.</summary>
    public int Waiting => due.Reader.Count;

    public void Start(CancellationToken end) => new Thread(() => Release(end)) { IsBackground = true, Name = "pacer" }.Start();

    private void Release(CancellationToken end)
    {
        var schedule = new Schedule(Stopwatch.GetTimestamp(), rate);
        for (long released = 0; !end.IsCancellationRequested;)
        {
            for (var through = schedule.DueBy(Stopwatch.GetTimestamp()); released < through; released++) due.Writer.TryWrite(schedule.TimeOf(released));
            var wait = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), schedule.TimeOf(released));
            if (wait > TimeSpan.Zero) Sleep(wait < Shortest ? Shortest : wait > Longest ? Longest : wait);
        }

        due.Writer.Complete();
    }

    /// <summary>A shorter sleep costs more processor time than it makes the times more exact.</summary>
    private static readonly TimeSpan Shortest = TimeSpan.FromMicroseconds(100);
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(50);

    private static void Sleep(TimeSpan time)
    {
        if (OperatingSystem.IsWindows()) Thread.Sleep(1);
        else _ = NanoSleep(new TimeSpec(0, time.Ticks * 100), 0);
    }

    [LibraryImport("libc", EntryPoint = "nanosleep")]
    private static partial int NanoSleep(in TimeSpec time, nint remaining);

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct TimeSpec(long seconds, long nanoseconds)
    {
        private readonly long seconds = seconds;
        private readonly long nanoseconds = nanoseconds;
    }
}
