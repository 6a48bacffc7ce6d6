using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using AspirePaxos.Tests.Conventions;

namespace AspirePaxos.Tests.Telemetry;

/// <summary>deploy/prometheus: rules and dashboard ask for metrics that there are, and the rules do what their tests say.</summary>
public sealed partial class PrometheusFilesTests
{
    private static readonly string Folder = Path.Combine(SourceTree.Root, "deploy", "prometheus");

    [Theory]
    [InlineData("alerts.yaml")]
    [InlineData("alerts.test.yaml")]
    [InlineData("dashboard.json")]
    public void Every_metric_that_is_asked_for_is_one_of_the_node(string file)
    {
        // The documented ones are what the node publishes: DocumentedTelemetryTests.
        var known = File.ReadLines(Path.Combine(SourceTree.Root, "docs", "telemetry.md"))
            .Select(line => Row().Match(line))
            .Where(row => row.Success)
            .SelectMany(row => InPrometheus(row.Groups["name"].Value, row.Groups["kind"].Value, row.Groups["unit"].Value))
            .Append("paxos_node")
            .ToHashSet();

        var asked = Name().Matches(File.ReadAllText(Path.Combine(Folder, file))).Select(match => match.Value).ToHashSet();

        Assert.True(asked.Count > 5, string.Join(' ', asked));
        Assert.Empty(asked.Except(known));
    }

    [Fact]
    public void The_dashboard_has_panels_with_questions()
    {
        using var dashboard = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, "dashboard.json")));
        var panels = dashboard.RootElement.GetProperty("panels").EnumerateArray().ToList();

        Assert.Equal(panels.Count, panels.Select(panel => panel.GetProperty("id").GetInt32()).Distinct().Count());
        Assert.All(panels, panel => Assert.All(panel.GetProperty("targets").EnumerateArray(), target => Assert.Contains("$job", target.GetProperty("expr").GetString(), StringComparison.Ordinal)));
    }

    [Fact]
    public async Task The_rules_pass_their_tests()
    {
        using var promtool = Start("test", "rules", "alerts.test.yaml");
        if (promtool is null)
        {
            Assert.False(Environment.GetEnvironmentVariable("PAXOS_REQUIRE_ALL") == "1", "promtool is required here");
            Assert.Skip("promtool is not installed (Debian: apt-get install prometheus)");
        }

        var (output, errors) = (promtool.StandardOutput.ReadToEndAsync(), promtool.StandardError.ReadToEndAsync());
        await promtool.WaitForExitAsync();

        Assert.True(promtool.ExitCode == 0, await output + await errors);
    }

    /// <summary>Null where it is not installed.</summary>
    private static Process? Start(params string[] arguments)
    {
        try
        {
            return Process.Start(new ProcessStartInfo("promtool", arguments) { WorkingDirectory = Folder, RedirectStandardOutput = true, RedirectStandardError = true });
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private static IEnumerable<string> InPrometheus(string name, string kind, string unit)
    {
        var translated = name.Replace('.', '_');
        var suffix = unit switch { "s" => "_seconds", "By" => "_bytes", _ => "" };
        if (!translated.EndsWith(suffix, StringComparison.Ordinal)) translated += suffix;
        return kind switch
        {
            "counter" => [translated + "_total"],
            "histogram" => [translated + "_bucket", translated + "_sum", translated + "_count"],
            _ => [translated],
        };
    }

    [GeneratedRegex(@"^\| `(?<name>paxos\.[\w.]+)` \| (?<kind>\w+) \| `(?<unit>[^`]+)` \|")]
    private static partial Regex Row();

    [GeneratedRegex(@"\bpaxos_\w+")]
    private static partial Regex Name();
}
