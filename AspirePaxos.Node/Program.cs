using AspirePaxos.Node;
using AspirePaxos.Node.Storage;
using Microsoft.Extensions.Options;

// Requests are read on the thread that hears of them: a hop through the thread pool is a large part of a lone write, and handlers that may
// block leave it (SharedThreads). The runtime takes this setting from the environment only, before the first socket.
const string inlineCompletions = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";
if (Environment.GetEnvironmentVariable(inlineCompletions) is null) Environment.SetEnvironmentVariable(inlineCompletions, "1");

const int wrongSettings = 64, wrongDataDirectory = 65, cannotListen = 66;

var ending = CancellationToken.None;

try
{
    // Settings are read once. Watching their files means watching all folders beside them, the data among them.
    var app = NodeApplication.Build(WebApplication.CreateBuilder([.. args, "--hostBuilder:reloadConfigOnChange=false"]));
    ending = app.Lifetime.ApplicationStopping;
    await app.RunAsync();
    return 0;
}
catch (OperationCanceledException) when (ending.IsCancellationRequested)
{
    // It was asked to end before it listened.
    return 0;
}
catch (OptionsValidationException e)
{
    foreach (var failure in e.Failures) Console.Error.WriteLine(failure);
    return wrongSettings;
}
catch (StorageException e)
{
    Console.Error.WriteLine(e.Message);
    return wrongDataDirectory;
}
catch (IOException e) when (e.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException)
{
    Console.Error.WriteLine($"{e.Message} Stop the other program, or set ASPNETCORE_URLS to another address.");
    return cannotListen;
}
