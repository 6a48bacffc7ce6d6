using System.Globalization;
using System.Text.RegularExpressions;
using AspirePaxos.Launcher;
using AspirePaxos.Node;
using AspirePaxos.Tests.Conventions;
using k8s.Models;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using YamlDotNet.Core;

namespace AspirePaxos.Tests.Deployment;

/// <summary>The manifest for Kubernetes against the API's models, the node's settings and aspire-manifest.json.</summary>
public sealed partial class KubernetesTests
{
    private const string Secret = "a-secret-for-tests-only";
    private static readonly KubernetesFile File = KubernetesFile.Parse(KubernetesFile.Text);

    [Fact]
    public void Every_document_fits_its_model() => Assert.Equal(
        [typeof(V1Service), typeof(V1Service), typeof(V1Service), typeof(V1NetworkPolicy), typeof(V1PodDisruptionBudget), typeof(V1StatefulSet), typeof(V1Deployment)],
        File.Documents.Select(document => document.GetType()));

    [Theory]
    [InlineData("podManagementPolicy:", "podManagmentPolicy:")]
    [InlineData("readOnlyRootFilesystem:", "readOnlyRootFileSystem:")]
    [InlineData("replicas: 3", "replicas: three")]
    [InlineData("maxUnavailable: 1\n  selector", "maxUnavailable: 1\n  selectors")]
    [InlineData("clusterIP: None", "clusterIP: None\n  headless: true")]
    [InlineData("      containers:\n        - name: node", "      containers:\n        name: node")]
    public void The_models_find_what_is_wrong(string right, string wrong)
    {
        Assert.Contains(right, KubernetesFile.Text, StringComparison.Ordinal);
        Assert.ThrowsAny<YamlException>(() => KubernetesFile.Parse(KubernetesFile.Text.Replace(right, wrong, StringComparison.Ordinal)));
    }

    [Fact]
    public void Every_selector_finds_the_replicas_or_the_console_and_the_policy_both()
    {
        var (replicas, console) = (File.StatefulSet.Spec.Template.Metadata.Labels, File.ConsoleDeployment.Spec.Template.Metadata.Labels);
        foreach (var document in File.Documents.Append(File.Pod.TopologySpreadConstraints.Single()))
        {
            var (selector, expected) = document switch
            {
                V1Service service => (service.Spec.Selector, (service != File.People, service == File.People)),
                V1NetworkPolicy policy => (policy.Spec.PodSelector.MatchLabels, (true, true)),
                V1PodDisruptionBudget budget => (budget.Spec.Selector.MatchLabels, (true, false)),
                V1StatefulSet set => (set.Spec.Selector.MatchLabels, (true, false)),
                V1TopologySpreadConstraint spread => (spread.LabelSelector.MatchLabels, (true, false)),
                V1Deployment deployment => (deployment.Spec.Selector.MatchLabels, (false, true)),
                _ => throw new InvalidOperationException($"a {document.GetType()} selects nothing that this test knows"),
            };

            Assert.NotEmpty(selector);
            Assert.Equal(expected, (selector.All(replicas.Contains), selector.All(console.Contains)));
        }
    }

    /// <summary>A replica becomes ready by hearing the others: they have to be started together and be found before they are ready.</summary>
    [Fact]
    public void Replicas_start_together_and_are_found_before_they_are_ready()
    {
        Assert.Equal("Parallel", File.StatefulSet.Spec.PodManagementPolicy);
        Assert.Equal("None", File.Peers.Spec.ClusterIP);
        Assert.True(File.Peers.Spec.PublishNotReadyAddresses);
        Assert.NotEqual(true, File.Clients.Spec.PublishNotReadyAddresses);
    }

    [Fact]
    public void The_node_accepts_the_settings_of_each_pod_and_finds_the_others()
    {
        Assert.All(File.Node.Env.Where(variable => variable.Name.StartsWith("Paxos__", StringComparison.Ordinal)), variable =>
            Assert.NotNull(typeof(NodeOptions).GetProperty(variable.Name["Paxos__".Length..])));
        Assert.All(File.Pods, pod =>
        {
            var configuration = ConfigurationOf(pod);
            var options = NodeOptionsValidation.Read(configuration);

            Assert.Equal(pod, options.NodeId);
            Assert.Equal(File.Pods, options.Members.Select(member => member.Name));
            Assert.Equal(Secret, options.ClusterSecret);
            Assert.All(File.Pods, peer => Assert.Equal(
                $"http://{peer}.{File.Peers.Metadata.Name}:{Port.ContainerPort}", configuration[$"services:{peer}:http:0"]));
        });
    }

    [Fact]
    public void A_pod_more_than_the_settings_name_is_refused_by_its_name()
    {
        var more = File.Name(File.Pods.Count);

        var refused = Assert.Throws<OptionsValidationException>(() => NodeOptionsValidation.Read(ConfigurationOf(more)));

        Assert.Contains($"Paxos:NodeId is '{more}'", Assert.Single(refused.Failures), StringComparison.Ordinal);
    }

    [Fact]
    public void A_pod_has_the_settings_and_the_volume_of_the_manifest_and_the_console_its_settings()
    {
        var manifest = DeployedServices.OfManifest(System.IO.File.ReadAllText(ManifestReader.Find(AppContext.BaseDirectory)));

        // NODE1_HTTP is for programs without service discovery; a service of Kubernetes publishes no port of the host.
        manifest.RemoveWhere(fact => ForOthers().IsMatch(fact));
        Assert.Equal(manifest, DeployedServices.OfPods(File));
    }

    [Fact]
    public void Ports_and_probes_are_those_of_the_container()
    {
        Assert.Equal(Port.ContainerPort.ToString(CultureInfo.InvariantCulture), ConfigurationOf(File.Pods[0])["HTTP_PORTS"]);
        Assert.All([File.Peers, File.Clients, File.People], service => Assert.Equal((Port.ContainerPort, Port.Name), (service.Spec.Ports.Single().Port, service.Spec.Ports.Single().TargetPort.Value)));
        Assert.Equal(Port.Name, File.Documents.OfType<V1NetworkPolicy>().Single().Spec.Ingress.Single().Ports.Single().Port.Value);
        Assert.All([File.Node.StartupProbe, File.Node.LivenessProbe, File.Node.ReadinessProbe], probe => Assert.Equal(Port.Name, probe.HttpGet.Port.Value));

        // A replica that has no quorum is not ready, and restarting it does not help.
        Assert.Equal(["/health/live", "/health/live", "/health/ready"], [File.Node.StartupProbe.HttpGet.Path, File.Node.LivenessProbe.HttpGet.Path, File.Node.ReadinessProbe.HttpGet.Path]);
    }

    /// <summary>The console answers to names of this machine only: a probe of the pod's address would be refused.</summary>
    [Fact]
    public void The_probes_of_the_console_ask_under_a_name_that_it_answers_to()
    {
        Assert.Equal((Port.ContainerPort, Port.Name), (File.Console.Ports.Single().ContainerPort, File.Console.Ports.Single().Name));
        Assert.Equal(["/health/live", "/health/ready"], [File.Console.LivenessProbe.HttpGet.Path, File.Console.ReadinessProbe.HttpGet.Path]);
        Assert.All([File.Console.LivenessProbe, File.Console.ReadinessProbe], probe =>
        {
            Assert.Equal(Port.Name, probe.HttpGet.Port.Value);
            Assert.Equal(("Host", "localhost"), (probe.HttpGet.HttpHeaders.Single().Name, probe.HttpGet.HttpHeaders.Single().Value));
        });
    }

    [Fact]
    public void A_pod_writes_into_its_claim_alone_and_has_no_right_that_it_does_not_need()
    {
        Assert.Equal(File.Claims.Single().Metadata.Name, File.Node.VolumeMounts.Single().Name);
        Assert.Null(File.Console.VolumeMounts);
        Assert.Equal(File.Pod.SecurityContext.RunAsUser, File.Pod.SecurityContext.FsGroup);
        Assert.All([File.Pod, File.ConsolePod], pod =>
        {
            Assert.Null(pod.Volumes);
            Assert.True(pod.SecurityContext.RunAsNonRoot);
            Assert.Equal(File.Pod.SecurityContext.RunAsUser, pod.SecurityContext.RunAsUser);
            Assert.Equal("RuntimeDefault", pod.SecurityContext.SeccompProfile.Type);
            Assert.False(pod.AutomountServiceAccountToken);
            var rights = pod.Containers.Single().SecurityContext;
            Assert.True(rights.ReadOnlyRootFilesystem);
            Assert.False(rights.AllowPrivilegeEscalation);
            Assert.Equal(["ALL"], rights.Capabilities.Drop);
        });
    }

    [Fact]
    public async Task A_pod_has_time_to_hand_over_and_to_drain()
    {
        Assert.Equal("sleep", File.Node.Lifecycle.PreStop.Exec.Command[0]);
        var before = TimeSpan.FromSeconds(int.Parse(File.Node.Lifecycle.PreStop.Exec.Command[1], CultureInfo.InvariantCulture));

        Assert.True(TimeSpan.FromSeconds(File.Pod.TerminationGracePeriodSeconds!.Value) > before + await Shutdown.OfTheNodeAsync());
    }

    [Fact]
    public void A_drain_leaves_a_majority() => Assert.True(
        int.Parse(File.Documents.OfType<V1PodDisruptionBudget>().Single().Spec.MaxUnavailable.Value, CultureInfo.InvariantCulture) <= (File.Pods.Count - 1) / 2);

    [Fact]
    public void The_docs_make_the_secret_that_the_pods_look_for()
    {
        var wanted = File.Node.Env.Select(variable => variable.ValueFrom?.SecretKeyRef).OfType<V1SecretKeySelector>().Single();
        var command = $"kubectl create secret generic {wanted.Name} --from-literal={wanted.Key}=";

        Assert.Contains(command, KubernetesFile.Text, StringComparison.Ordinal);
        Assert.Contains(command, System.IO.File.ReadAllText(Path.Combine(SourceTree.Root, "docs", "operations.md")), StringComparison.Ordinal);
    }

    private static V1ContainerPort Port => File.Node.Ports.Single();

    /// <summary>As the node reads its environment.</summary>
    private static IConfigurationRoot ConfigurationOf(string pod) => new ConfigurationBuilder()
        .AddInMemoryCollection(File.EnvironmentOf(pod, Secret).Select(variable => KeyValuePair.Create(variable.Key.Replace("__", ":", StringComparison.Ordinal), (string?)variable.Value)))
        .Build();

    [GeneratedRegex(@" has NODE\d_HTTP=| publishes ")]
    private static partial Regex ForOthers();
}
