using Spectre.Console;

namespace AspirePaxos.Cli.Output;

/// <summary>A bar on the standard error while something goes on; nothing where that is no terminal.</summary>
internal static class Progress
{
    private static readonly TimeSpan pause = TimeSpan.FromMilliseconds(100);

    /// <param name="done">Of <paramref name="total"/>, asked now and then.</param>
    public static async Task WhileAsync(Screen screen, string what, double total, Func<double> done, Task work)
    {
        if (screen.ErrorIsTerminal)
        {
            await screen.Error.Progress()
                .AutoClear(true)
                .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
                .StartAsync(async bars =>
                {
                    var bar = bars.AddTask(Markup.Escape(what), maxValue: Math.Max(1, total));
                    while (!work.IsCompleted)
                    {
                        bar.Value = done();
                        await Task.WhenAny(work, Task.Delay(pause));
                    }
                });
        }

        await work;
    }
}
