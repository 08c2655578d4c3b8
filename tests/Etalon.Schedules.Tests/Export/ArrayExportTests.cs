using System.Globalization;
using Etalon.Schedules.Equivalence;
using Etalon.Schedules.Export;

namespace Etalon.Schedules.Tests.Export;

/// <summary>
/// The exported Optax and Keras modules against Etalon's own values: with NumPy under the names of <c>jax.numpy</c> and <c>keras.ops</c>,
/// in float64.
/// </summary>
[Trait("speed", "slow")]
public class ArrayExportTests
{
    // NumPy has its own cos, exp and pow, each right to an ulp; a logarithm of up to 700 makes 700 ulps of them.
    private const string Tolerance = "1e-12";

    public static TheoryData<string, Action<UpdateSchedule, string, TextWriter>> Targets => new()
    {
        { "optax", OptaxExporter.Write },
        { "keras", KerasExporter.Write },
    };

    [Theory, MemberData(nameof(Targets), DisableDiscoveryEnumeration = true)]
    public void Every_kind_of_schedule_has_the_same_values(string target, Action<UpdateSchedule, string, TextWriter> export) =>
        Compare(ExportedModules.EveryKind(), target, export, Tolerance, "int64");

    [Theory, MemberData(nameof(Targets), DisableDiscoveryEnumeration = true)]
    public void In_float32_values_are_right_to_float32_and_jump_at_the_same_steps(string target,
    Action<UpdateSchedule, string, TextWriter> export) =>
        Compare(ExportedModules.EveryKind(), target, export, "1e-5", "float32");

    [Theory, MemberData(nameof(Targets), DisableDiscoveryEnumeration = true)]
    public void Schedules_at_random_have_the_same_values(string target, Action<UpdateSchedule, string, TextWriter> export) =>
        Compare(ExportedModules.AtRandom(), target, export, Tolerance, "int64");

    [Theory]
    [InlineData(0.5)]
    [InlineData(1)]
    public void The_keras_schedule_and_callback_set_the_tabled_values_and_refuse_to_be_ignored(double decayFactor)
    {
        Python.Need("numpy");
        Schedule decay = decayFactor == 1 ? new Constant(5e-4) : new Steps(5e-4, [30], decayFactor);
        var schedule = new UpdateSchedule
        {
            LearningRate = new Polynomial(0.5, 0, 50, power: 2),
            WeightDecay = decay,
            Momentum = 0.9,
            TotalSteps = 60,
        };
        using var modules = new ExportedModules();
        AddStandIns(modules.Folder);
        modules.Add([schedule], KerasExporter.Write);
        var rows = Python.Run(ExportedModules.Beside("drive_keras.py"), modules.Folder).TrimEnd().Split('\n');
        Assert.Equal(60, rows.Length);
        Assert.All(rows.Index(), row =>
        {
            var numbers = row.Item.Split(',').Select(number => double.Parse(number, CultureInfo.InvariantCulture)).ToArray();
            Assert.Equal([row.Index, schedule.LearningRate.ValueAt(row.Index), schedule.WeightDecay.ValueAt(row.Index), 0.9], numbers);
        });
    }

    public static TheoryData<string, Action<GroupedSchedule, string, TextWriter>, EquivalentForm> Equivalents => new()
    {
        { "optax", OptaxExporter.Write, EquivalentForm.TexpPlusPlus },
        { "optax", OptaxExporter.Write, EquivalentForm.Texp },
        { "keras", KerasExporter.Write, EquivalentForm.TexpPlusPlus },
        { "keras", KerasExporter.Write, EquivalentForm.Texp },
    };

    [Theory, MemberData(nameof(Equivalents), DisableDiscoveryEnumeration = true)]
    public void The_module_of_an_equivalent_gives_the_directions_of_its_recipe(string target,
    Action<GroupedSchedule, string, TextWriter> export, EquivalentForm form)
    {
        Python.Need("numpy");
        // P passes 2^16 and is centered again; the rate falls twice.
        var schedule = new UpdateSchedule
        {
            LearningRate = new Steps(0.2, [100, 200], 0.5),
            WeightDecay = 0.2,
            Momentum = 0.5,
            TotalSteps = 300,
        };
        using var modules = new ExportedModules();
        AddStandIns(modules.Folder);
        modules.Write("m0.py", writer => export(GroupedSchedule.Of(schedule, Converter.Convert(schedule, form)), "equivalent", writer));
        var distances =
            Python.Run(ExportedModules.Beside("drive_groups.py"), modules.Folder, target).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => double.Parse(line, CultureInfo.InvariantCulture)).ToArray();
        TestContext.Current.TestOutputHelper?.WriteLine($"{target}, {form}: {distances[0]:E1}, without decay {distances[1]:E1}");
        // At such a decay the recipe itself amplifies what rounding changes, to 1e-7: no equivalent comes nearer.
        Assert.InRange(distances[0], 0, 100 * distances[2]);
        Assert.InRange(distances[2], 0, 1e-5);
        Assert.InRange(distances[1], 1e-2, 2);
    }

    private static void Compare(IEnumerable<UpdateSchedule> recipes, string target, Action<UpdateSchedule, string, TextWriter> export,
        string tolerance, string count)
    {
        Python.Need("numpy");
        using var modules = new ExportedModules();
        AddStandIns(modules.Folder);
        modules.Add(recipes, export);
        var report = Python.Run(ExportedModules.Beside("compare_values.py"), modules.Folder, tolerance, count);
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
