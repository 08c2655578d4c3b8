using Etalon.Schedules.Export;

namespace Etalon.Schedules.Tests.Export;

/// <summary>
/// The exported Optax and Keras modules against Etalon's own values: with NumPy under the names of <c>jax.numpy</c> and <c>keras.ops</c>, in float64.
/// </summary>
public class ArrayExportTests
{
    // NumPy has its own cos, exp and pow, each right to an ulp; a logarithm of up to 700 makes 700 ulps of them.
    private const string Tolerance = "1e-12";

    public static TheoryData<string, Action<Recipe, string, TextWriter>> Targets => new()
    {
        { "optax", OptaxExporter.Write },
        { "keras", KerasExporter.Write },
    };

    [Theory, MemberData(nameof(Targets), DisableDiscoveryEnumeration = true)]
    public void Every_kind_of_schedule_has_the_same_values(string target, Action<Recipe, string, TextWriter> export) =>
        Compare(ExportedModules.EveryKind(), target, export);

    [Theory, MemberData(nameof(Targets), DisableDiscoveryEnumeration = true)]
    public void Schedules_at_random_have_the_same_values(string target, Action<Recipe, string, TextWriter> export) =>
        Compare(ExportedModules.AtRandom(), target, export);

    private static void Compare(IEnumerable<Recipe> recipes, string target, Action<Recipe, string, TextWriter> export)
    {
        Python.Need("numpy");
        using var modules = new ExportedModules();
        AddStandIns(modules.Folder);
        modules.Add(recipes, export);
        var report = Python.Run(ExportedModules.Beside("compare_values.py"), modules.Folder, Tolerance, "numpy");
        TestContext.Current.TestOutputHelper?.WriteLine($"{target}: modules, values, greatest relative error: {report}");
    }

    private static void AddStandIns(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(ExportedModules.Beside("standins"), "*.py", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(folder, Path.GetRelativePath(ExportedModules.Beside("standins"), file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }
}
