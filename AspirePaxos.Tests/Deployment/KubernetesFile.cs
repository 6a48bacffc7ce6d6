using AspirePaxos.Tests.Conventions;
using k8s;
using k8s.Models;

namespace AspirePaxos.Tests.Deployment;

/// <summary>deploy/kubernetes/aspirepaxos.yaml, read strictly: a field that the API does not have is an error, as with kubectl's strict validation.</summary>
internal sealed class KubernetesFile
{
    private KubernetesFile(IEnumerable<object> documents) => Documents = [.. documents];

    public static string Text { get; } = File.ReadAllText(Path.Combine(SourceTree.Root, "deploy", "kubernetes", "aspirepaxos.yaml"));

    public IReadOnlyList<object> Documents { get; }

    public V1StatefulSet StatefulSet => Documents.OfType<V1StatefulSet>().Single();

    public V1PodSpec Pod => StatefulSet.Spec.Template.Spec;

    public V1Container Node => Pod.Containers.Single();

    public V1Deployment ConsoleDeployment => Documents.OfType<V1Deployment>().Single();

    public V1PodSpec ConsolePod => ConsoleDeployment.Spec.Template.Spec;

    public V1Container Console => ConsolePod.Containers.Single();

    public V1Service Peers => Documents.OfType<V1Service>().Single(service => service.Metadata.Name == StatefulSet.Spec.ServiceName);

    public V1Service Clients => Documents.OfType<V1Service>().Single(service => service.Metadata.Name == StatefulSet.Metadata.Name);

    public V1Service People => Documents.OfType<V1Service>().Single(service => service.Metadata.Name == ConsoleDeployment.Metadata.Name);

    public IList<V1PersistentVolumeClaim> Claims => StatefulSet.Spec.VolumeClaimTemplates;

    /// <summary>Their names, which the controller makes.</summary>
    public IReadOnlyList<string> Pods => [.. Enumerable.Range(0, StatefulSet.Spec.Replicas!.Value).Select(Name)];

    public static KubernetesFile Parse(string text) => new(KubernetesYaml.LoadAllFromString(text, typeMap: null, strict: true));

    public string Name(int ordinal) => $"{StatefulSet.Metadata.Name}-{ordinal}";

    public string MountOf(string volume) => Node.VolumeMounts.Single(mount => mount.Name == volume).MountPath;

    /// <summary>As the kubelet fills it in.</summary>
    /// <param name="secret">What the secret holds.</param>
    public IReadOnlyDictionary<string, string> EnvironmentOf(string pod, string secret) => Node.Env.ToDictionary(variable => variable.Name, variable => variable switch
    {
        { ValueFrom: null } => variable.Value,
        { ValueFrom.FieldRef.FieldPath: "metadata.name" } => pod,
        { ValueFrom.SecretKeyRef: not null } => secret,
        _ => throw new InvalidOperationException($"{variable.Name} comes from something that this test does not know"),
    });
}
