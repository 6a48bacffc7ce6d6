using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace AspirePaxos.Launcher;

/// <summary>Gives each binding its port on the loopback interface. Free ports stay reserved among launchers until this is disposed.</summary>
internal sealed class Ports : IDisposable
{
    private readonly List<FileStream> reservations = [];
    private readonly HashSet<int> taken = [];

    public Manifest Assign(Manifest manifest, int? portBase)
    {
        var given = manifest.Resources.SelectMany(resource => resource.Bindings.Values).Select(binding => binding.Port).OfType<int>().DefaultIfEmpty(0);
        var shift = portBase is > 0 ? portBase.Value - given.Min() : 0;
        return manifest with
        {
            Resources = [.. manifest.Resources.Select(resource => resource with
            {
                Bindings = resource.Bindings.ToDictionary(
                    binding => binding.Key,
                    binding => binding.Value with { Port = portBase == 0 || binding.Value.Port is null ? TakeFree() : binding.Value.Port + shift }),
            })],
        };
    }

    /// <summary>Free ones, for processes that no manifest describes.</summary>
    public IEnumerable<int> Take(int count) => Enumerable.Range(0, count).Select(_ => TakeFree());

    /// <exception cref="LaunchRefusedException">Two resources share a port, or somebody else listens on one.</exception>
    public void RequireFree(Manifest manifest)
    {
        var owners = new Dictionary<int, string>();
        foreach (var (resource, port) in manifest.Resources.SelectMany(resource => resource.Bindings.Values.Select(binding => (resource.Name, binding.Port!.Value))))
        {
            if (!owners.TryAdd(port, resource)) throw new LaunchRefusedException($"{owners[port]} and {resource} have the same port {port} in {manifest.Path}: give one of them another.");

            // Those taken here were just tried. A second try can fail: a process being forked elsewhere holds the first one's socket a while.
            if (!taken.Contains(port) && !IsFree(port))
            {
                throw new LaunchRefusedException(
                    $"Port {port}, which {resource} needs, is in use on {Binding.Host}. Stop the program that listens there, or use other ports: --port-base {(port < 60_000 ? port + 1_000 : 9_000)}, or --port-base 0 for free ones."
                    + (resource == Resource.ConsoleName ? " Or do without the console: --no-console." : ""));
            }
        }
    }

    public static bool IsFree(int port)
    {
        if (port is < 1 or > ushort.MaxValue) return false;
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            socket.Listen();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    public void Dispose()
    {
        reservations.ForEach(reservation => reservation.Dispose());
        reservations.Clear();
    }

    /// <summary>
    /// Below the range from which the system takes the ports of outgoing connections: one of these could take the port of a replica
    /// that is down for a moment. The reservation keeps another launcher from taking it then.
    /// </summary>
    private int TakeFree()
    {
        var folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), "paxos-ports-" + Environment.UserName)).FullName;
        for (var attempt = 0; attempt < 1_000; attempt++)
        {
            var port = Random.Shared.Next(10_000, 32_000);
            if (!IsFree(port)) continue;
            try
            {
                var path = Path.Combine(folder, port.ToString(CultureInfo.InvariantCulture));
                reservations.Add(new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose));
                taken.Add(port);
                return port;
            }
            catch (IOException)
            {
                // Another launcher has reserved it.
            }
        }

        throw new LaunchRefusedException("No free port was found between 10000 and 32000. Choose some yourself: --port-base N.");
    }
}
