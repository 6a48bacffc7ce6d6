using System.Text;

namespace AspirePaxos.Launcher;

/// <summary>Replaces <c>{node1.bindings.http.url}</c>, <c>{cluster-secret.value}</c> and the like in the manifest's texts.</summary>
/// <param name="inputOf">The value of a parameter's input: given, remembered or newly made.</param>
internal sealed class Expressions(Manifest manifest, Func<string, string, ParameterInput, string> inputOf)
{
    /// <summary>Parameters may refer to parameters; a chain longer than this is a circle.</summary>
    private const int MaxDepth = 16;

    /// <exception cref="LaunchRefusedException">An expression that refers to nothing.</exception>
    public string Resolve(string text) => Resolve(text, 0);

    private string Resolve(string text, int depth)
    {
        if (depth > MaxDepth) throw new LaunchRefusedException($"The expression '{text}' in {manifest.Path} refers to itself.");
        var result = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            var doubled = i + 1 < text.Length && text[i + 1] == text[i];
            switch (text[i])
            {
                case '{' or '}' when doubled:
                    result.Append(text[i++]);
                    break;
                case '{' when text.IndexOf('}', i) is var end and > 0:
                    result.Append(Evaluate(text[(i + 1)..end], depth));
                    i = end;
                    break;
                default:
                    result.Append(text[i]);
                    break;
            }
        }

        return result.ToString();
    }

    private string Evaluate(string expression, int depth) => expression.Split('.') switch
    {
        [var name, "bindings", var binding, var property] when BindingOf(name, binding) is { } found => property switch
        {
            "url" => found.Url,
            "scheme" => found.Scheme,
            "host" => Binding.Host,
            // A process listens on the port that others use; a container would have one of its own.
            "port" or "targetPort" => found.Port.ToString()!,
            _ => throw Unknown(expression),
        },
        [var name, "value"] when manifest.Parameters.TryGetValue(name, out var parameter) => Resolve(parameter.Value, depth + 1),
        [var name, "inputs", var input] when manifest.Parameters.TryGetValue(name, out var parameter)
            && parameter.Inputs.TryGetValue(input, out var found) => inputOf(name, input, found),
        _ => throw Unknown(expression),
    };

    private Binding? BindingOf(string resource, string binding) =>
        manifest.Resources.FirstOrDefault(r => r.Name == resource)?.Bindings.GetValueOrDefault(binding);

    private LaunchRefusedException Unknown(string expression) =>
        new($"'{{{expression}}}' in {manifest.Path} refers to nothing that runs here. Correct the manifest, or restore it from the repository.");
}
