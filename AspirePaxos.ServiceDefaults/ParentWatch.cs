using Microsoft.Extensions.Configuration;

namespace Microsoft.Extensions.Hosting;

/// <summary>Where the launcher asks for it, a service ends when its standard input does: so with a launcher that was killed.</summary>
internal sealed class ParentWatch(IHostApplicationLifetime lifetime, IConfiguration configuration) : IHostedService
{
    private const string ExitWithParent = "PAXOS_EXIT_WITH_PARENT";

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (configuration.GetValue<bool>(ExitWithParent)) new Thread(Watch) { Name = "parent", IsBackground = true }.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void Watch()
    {
        using var input = Console.OpenStandardInput();
        var ignored = new byte[256];
        try
        {
            while (input.Read(ignored) > 0)
            {
            }
        }
        catch (IOException)
        {
            // As good as its end.
        }

        lifetime.StopApplication();
    }
}
