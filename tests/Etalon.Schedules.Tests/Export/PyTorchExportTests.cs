using System.Globalization;
using Etalon.Schedules.Export;

namespace Etalon.Schedules.Tests.Export;

/// <summary>The exported PyTorch module against Etalon's own values, in Python and with the real PyTorch.</summary>
public class PyTorchExportTests
{
    private static readonly UpdateSchedule _schedule = new UpdateSchedule
    {
        LearningRate = new Sequence(new Warmup(0.4, 20), new Cosine(0.4, 0.01, 50), new Steps(0.01, [10, 20], 0.1)),
        WeightDecay = new Sequence(new Constant(5e-4, 40), new Exponential(5e-4, 0.9)),
        Momentum = new OneCycle(0.95, 0.85, 0.95, 120),
        TotalSteps = 120,
    };

    [Fact]
    public void Every_kind_of_schedule_has_the_same_bits_in_python()
    {
        Python.Need("math");
        using var modules = new ExportedModules();
        modules.Add(ExportedModules.EveryKind(), PyTorchExporter.Write);
        // The module carries the cosine, exponential, logarithm and power that Etalon computes with, operation by operation.
        Python.Run(ExportedModules.Beside("compare_values.py"), modules.Folder, "0", "int");
    }

    [Fact]
    public void Schedules_at_random_have_the_same_values_in_python()
    {
        Python.Need("math");
        using var modules = new ExportedModules();
        modules.Add(ExportedModules.AtRandom(), PyTorchExporter.Write);
        Python.Run(ExportedModules.Beside("compare_values.py"), modules.Folder, "1e-12", "int");
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(57)]
    [InlineData(119)]
    [Trait("speed", "slow")]
    public void PyTorch_sets_the_tabled_values_on_two_groups_also_when_resumed(int resumeAt)
    {
        Python.Need("torch");
        using var modules = new ExportedModules();
        modules.Add([_schedule], PyTorchExporter.Write);
        var rows = Python.Run(ExportedModules.Beside("drive_scheduler.py"), modules.Folder, resumeAt.ToString(CultureInfo.InvariantCulture))
            .TrimEnd().Split('\n');
        Assert.Equal(120, rows.Length);
        Assert.All(rows.Index(), row =>
        {
            var numbers = row.Item.Split(',').Select(number => double.Parse(number, CultureInfo.InvariantCulture)).ToArray();
            Assert.Equal(
                [row.Index, _schedule.LearningRate.ValueAt(row.Index), _schedule.WeightDecay.ValueAt(row.Index),
                    _schedule.Momentum.ValueAt(row.Index)], numbers);
        });
    }

    [Fact]
    [Trait("speed", "slow")]
    public void The_scheduler_is_one_of_PyTorchs_own_in_sequences_too_and_where_updates_are_skipped()
    {
        Python.Need("torch");
        using var modules = new ExportedModules();
        modules.Add([_schedule], PyTorchExporter.Write);
        Assert.Equal("ok", Python.Run(ExportedModules.Beside("drive_companion.py"), modules.Folder).Trim());
    }

    [Fact]
    public void An_export_states_the_hash_of_its_recipe()
    {
        using StringWriter module = new(), json = new();
        var numbers = GroupedSchedule.Of(_schedule) with { RecipeHash = new string('a', 64) };
        PyTorchExporter.Write(numbers, "name", module);
        JsonExporter.Write(numbers, "name", json);
        Assert.Contains($"RECIPE_HASH = \"{numbers.RecipeHash}\"\n", module.ToString(), StringComparison.Ordinal);
        Assert.Contains($"\"recipe_hash\": \"{numbers.RecipeHash}\"", json.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_module_states_its_source_and_needs_only_python()
    {
        using var text = new StringWriter();
        PyTorchExporter.Write(_schedule, "odd \"name\"\n\\", text);
        var module = text.ToString();
        Assert.Contains("""RECIPE = "odd \"name\"\u000a\\" """.TrimEnd() + "\n", module, StringComparison.Ordinal);
        Assert.Contains($"RECIPE_HASH = \"{_schedule.ContentHash()}\"\n", module, StringComparison.Ordinal);
        Assert.Contains("Written by Etalon 0.", module, StringComparison.Ordinal);
        Assert.Equal(["import math"],
            module.Split('\n')
                .Where(line => line.StartsWith("import", StringComparison.Ordinal) || line.StartsWith("from", StringComparison.Ordinal)));
        // PyTorch only where there is one.
        Assert.Contains("        LRScheduler = object", module, StringComparison.Ordinal);
        Assert.DoesNotContain('\r', module);
    }

    [Fact]
    public void A_run_of_a_million_updates_is_formulas_and_no_table()
    {
        using var text = new StringWriter();
        PyTorchExporter.Write(new UpdateSchedule
        {
            LearningRate = new Cosine(0.1, 0, 1_000_000),
            WeightDecay = 0,
            Momentum = 0.9,
            TotalSteps = 1_000_000,
        }, "long",
            text);
        Assert.InRange(text.ToString().Length, 1000, 8000);
    }
}
