using Etalon.Schedules.Equivalence;

namespace Etalon.Schedules.Tests.Equivalence;

public class DocumentExample
{
    [Fact]
    public void The_example_of_the_document_runs_and_does_what_it_says()
    {
        var rate = new Steps(0.1, [31_280, 46_920], 0.1);
        var schedule = new UpdateSchedule
        {
            LearningRate = rate,
            WeightDecay = 5e-4,
            Momentum = 0.9,
            TotalSteps = 62_560,
            StepsPerEpoch = 391,
        };
        Conversion conversion = Converter.Convert(schedule, EquivalentForm.TexpPlusPlus);

        UpdateRow first = conversion.Target[0];               // what update 0 uses: ln η, λ, μ and, with Nesterov, ν
        double logScale = conversion.LogScaleAt(62_560);        // ln P at the end
        double growth = Math.Exp(conversion.Range.MeanLogGrowthPerEpoch!.Value);
        UpdateSchedule equivalent = conversion.ToSchedule();              // schedules again; the rate as a table of logarithms

        Conversion back = TargetDecay.Convert(conversion.Target, new Constant(5e-4));

        Assert.Equal(0.1 / (1 - 5e-5), first.Rate, 1e-15);
        Assert.Equal(2 * logScale, 160 * Math.Log(growth), 1e-9);
        Assert.True(Assert.IsType<Table>(equivalent.LearningRate).Logarithmic);
        for (var step = 0; step < 62_560; step++) Assert.Equal(conversion.Source[step].LogRate, back.Target[step].LogRate, 1e-12);
    }

    [Fact]
    public void The_code_of_the_document_is_that_of_this_file()
    {
        var document = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "docs", "equivalence.md"));
        using var stream = typeof(DocumentExample).Assembly.GetManifestResourceStream("DocumentExample.cs")!;
        var source = new StreamReader(stream).ReadToEnd();
        var begin = document.IndexOf("```csharp\n", StringComparison.Ordinal) + "```csharp\n".Length;
        var code = document[begin..document.IndexOf("```", begin, StringComparison.Ordinal)];
        Assert.Contains(
            "        "
                + code.TrimEnd().Replace("\n", "\n        ", StringComparison.Ordinal).Replace("\n        \n", "\n\n",
                StringComparison.Ordinal), source, StringComparison.Ordinal);
    }
}
