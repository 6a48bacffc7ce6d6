using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace AspirePaxos.Mutants;

/// <summary>
/// The simulator with one bug in it: the projects that a mutant touches are compiled anew from the same sources, patched, and take the
/// place of the ordinary assemblies; all others are those that were built, byte for byte.
/// </summary>
internal sealed class MutantAssemblies : AssemblyLoadContext
{
    /// <summary>In the order in which they depend on each other.</summary>
    private static readonly string[] projects = ["AspirePaxos.Protocol", "AspirePaxos.KeyValue", "AspirePaxos.Simulation"];

    private static readonly CSharpParseOptions parseOptions = new(LanguageVersion.Latest, DocumentationMode.None);

    private static readonly string usings = string.Join('\n', new[]
    {
        "System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Net.Http", "System.Threading", "System.Threading.Tasks",
    }.Select(name => $"global using {name};"));

    private readonly Dictionary<string, byte[]> compiled = [];

    private MutantAssemblies()
        : base("mutant", isCollectible: false)
    {
    }

    /// <exception cref="StaleMutantException">A text to be replaced is not there exactly once, or the result does not compile.</exception>
    public static MutantAssemblies Of(Mutant mutant, string root)
    {
        var context = new MutantAssemblies();
        foreach (var project in projects)
        {
            if (mutant.Edits.Any(edit => edit.Project == project)) context.compiled[project] = context.Compile(mutant, project, root);
        }

        return context;
    }

    /// <summary>The ordinary entry of the simulator.</summary>
    public Action<ulong> SeedRunner()
    {
        var run = LoadFromAssemblyName(new AssemblyName("AspirePaxos.Simulation")).GetType("AspirePaxos.Simulation.Run", throwOnError: true)!;
        var seed = run.GetMethod("Seed", BindingFlags.Public | BindingFlags.Static) ?? throw new MissingMethodException("Run.Seed");
        var inputs = (int)run.GetField("DefaultInputs")!.GetRawConstantValue()!;
        return number => seed.Invoke(null, BindingFlags.DoNotWrapExceptions, null, [number, inputs, null], null);
    }

    protected override Assembly? Load(AssemblyName assemblyName)
    {
        if (assemblyName.Name is not { } name || !projects.Contains(name)) return null;
        using var image = new MemoryStream(compiled.TryGetValue(name, out var bytes) ? bytes : File.ReadAllBytes(BuiltPath(name)));
        return LoadFromStream(image);
    }

    private byte[] Compile(Mutant mutant, string project, string root)
    {
        var folder = Path.Combine(root, project);
        var edits = mutant.Edits.Where(edit => edit.Project == project).ToList();
        var trees = new List<SyntaxTree> { CSharpSyntaxTree.ParseText(usings, parseOptions) };
        foreach (var path in Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var file = Path.GetRelativePath(root, path).Replace('\\', '/');
            if (file.Contains("/obj/", StringComparison.Ordinal) || file.Contains("/bin/", StringComparison.Ordinal)) continue;
            var text = File.ReadAllText(path).ReplaceLineEndings("\n");
            foreach (var edit in edits.Where(edit => edit.File == file)) text = Apply(mutant, edit, text);
            trees.Add(CSharpSyntaxTree.ParseText(text, parseOptions, path));
        }

        foreach (var edit in edits)
        {
            if (!File.Exists(Path.Combine(root, edit.File))) throw new StaleMutantException($"{mutant.Name}: there is no {edit.File}.");
        }

        var options = new CSharpCompilationOptions(
            project == "AspirePaxos.Simulation" ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary,
            optimizationLevel: OptimizationLevel.Release, allowUnsafe: true, nullableContextOptions: NullableContextOptions.Enable);
        using var image = new MemoryStream();
        var result = CSharpCompilation.Create(project, trees, References(), options).Emit(image);
        if (result.Success) return image.ToArray();
        var error = result.Diagnostics.First(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);
        throw new StaleMutantException($"{mutant.Name} does not compile: {error}");
    }

    private static string Apply(Mutant mutant, Edit edit, string text)
    {
        var find = edit.Find.ReplaceLineEndings("\n");
        var at = text.IndexOf(find, StringComparison.Ordinal);
        if (at < 0 || text.IndexOf(find, at + 1, StringComparison.Ordinal) >= 0)
        {
            throw new StaleMutantException($"{mutant.Name}: this is {(at < 0 ? "not" : "more than once")} in {edit.File}:\n{find}");
        }

        return string.Concat(text.AsSpan(0, at), edit.Replace, text.AsSpan(at + find.Length));
    }

    private List<MetadataReference> References()
    {
        var paths = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path) is var name && (name.StartsWith("System.", StringComparison.Ordinal) || name is "netstandard.dll" or "mscorlib.dll"));
        var references = paths.Select(path => (MetadataReference)MetadataReference.CreateFromFile(path)).ToList();
        foreach (var project in projects)
        {
            references.Add(compiled.TryGetValue(project, out var bytes)
                ? MetadataReference.CreateFromImage(bytes)
                : MetadataReference.CreateFromFile(BuiltPath(project)));
        }

        return references;
    }

    private static string BuiltPath(string project) => Path.Combine(AppContext.BaseDirectory, project + ".dll");
}
