using System.Globalization;
using System.Text.Json.Nodes;
using Etalon.Schedules.Equivalence;
using Etalon.Schedules.Export;

namespace Etalon.Schedules.Tests.Export;

/// <summary>The exports that hold values or the recipe itself: CSV and JSON.</summary>
public class TableExportTests
{
    private const int Million = 1_000_000;

    private static readonly UpdateSchedule _long = new UpdateSchedule
    {
        LearningRate = new Sequence(new Warmup(0.4, 5_000), new Cosine(0.4, 0.001, 900_000), new Exponential(0.001, 0.9999)),
        WeightDecay = new Exponential(5e-4, 0.999_999),
        Momentum = 0.9,
        TotalSteps = Million,
    };

    [Fact]
    [Trait("speed", "slow")]
    public void A_million_updates_are_a_million_rows_that_read_back_exactly()
    {
        var rows = Csv(_long).Split('\n');
        Assert.Equal("step,lr,weight_decay,momentum,log_lr", rows[0]);
        Assert.Equal(Million + 2, rows.Length);
        Assert.Equal("", rows[^1]);
        for (var step = 0; step < Million; step++)
        {
            var row = rows[step + 1].Split(',');
            if (row.Length != 5 || row[0] != step.ToString(CultureInfo.InvariantCulture)
                || Number(row[1]) != _long.LearningRate.ValueAt(step) || Number(row[2]) != _long.WeightDecay.ValueAt(step)
                || Number(row[3]) != _long.Momentum.ValueAt(step) || Number(row[4]) != _long.LearningRate.LogValueAt(step))
                Assert.Fail($"step {step} is written {rows[step + 1]}");
        }
    }

    [Fact]
    public void A_rate_beyond_float64_is_inf_with_its_logarithm_and_a_rate_of_zero_has_none()
    {
        var grows = new UpdateSchedule
        {
            LearningRate = new Exponential(1, 1e300),
            WeightDecay = 0,
            Momentum = 0,
            TotalSteps = 3,
        };
        Assert.Equal($"0,1,0,0,0\n1,{Math.Exp(Math.Log(1e300)):R},0,0,{Math.Log(1e300):R}\n2,inf,0,0,{2 * Math.Log(1e300):R}\n",
            Body(grows));
        Assert.Equal("0,0,0,0,-inf\n1,0.5,0,0,-0.6931471805599453\n",
            Body(new UpdateSchedule
            {
                LearningRate = new Linear(0, 1, 2),
                WeightDecay = 0,
                Momentum = 0,
                TotalSteps = 2,
            }));
        Assert.Equal("", Body(new UpdateSchedule { LearningRate = 1, WeightDecay = 0, Momentum = 0, TotalSteps = 0 }));
    }

    // The modules for PyTorch carry the pieces; a rate taken from the table of logarithms differed from them in the last digit.
    [Theory]
    [InlineData(EquivalentForm.Exponential)]
    [InlineData(EquivalentForm.Texp)]
    [InlineData(EquivalentForm.TexpPlusPlus)]
    public void The_rates_of_an_equivalent_are_those_of_the_pieces_that_every_export_writes(EquivalentForm form)
    {
        const int Steps = 250;
        var source = new UpdateSchedule { LearningRate = 0.1, WeightDecay = 5e-4, Momentum = 0.9, TotalSteps = Steps };
        var schedule = GroupedSchedule.Of(source, Converter.Convert(source, form));
        using var text = new StringWriter();
        CsvExporter.Write(schedule, text);
        var rows = text.ToString().Split('\n')[1..^1];
        Assert.Equal(Enumerable.Range(0, Steps).Select(step => schedule.Groups[0].LearningRate.ValueAt(step)),
            rows.Select(row => Number(row.Split(',')[1])));
    }

    [Fact]
    public void Json_says_where_it_is_from_and_holds_a_recipe_that_reads_back()
    {
        using var text = new StringWriter();
        JsonExporter.Write(_long, "long", text);
        var export = JsonNode.Parse(text.ToString())!;
        Assert.Equal("long", (string?)export["name"]);
        Assert.Equal(_long.ContentHash(), (string?)export["recipe_hash"]);
        Assert.StartsWith("0.", (string?)export["etalon_version"], StringComparison.Ordinal);
        Assert.Equal(_long, UpdateSchedule.FromJson(export["recipe"]!.ToJsonString()));
    }

    private static string Csv(UpdateSchedule schedule)
    {
        using var text = new StringWriter();
        CsvExporter.Write(schedule, text);
        return text.ToString();
    }

    private static string Body(UpdateSchedule schedule) => Csv(schedule)["step,lr,weight_decay,momentum,log_lr\n".Length..];

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
