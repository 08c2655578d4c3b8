using System.Globalization;
using Etalon.Lab.Diagnosis;
using Etalon.Lab.Diagnosis.Logs;
using Etalon.Lab.Recipes;

namespace Etalon.Lab.Tests.Diagnosis;

/// <summary>What explains a rate that is not the recipe's: logs whose rate was written with one mistake each.</summary>
public sealed class GuessedRatesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    // 0.1 after a warm-up over 100 updates, a tenth from update 500 on, a hundredth from 800 on.
    private static double Meant(double step) => step < 100 ? 0.1 * (step + 1) / 101 : step < 500 ? 0.1 : step < 800 ? 0.01 : 0.001;

    public static TheoryData<string, string> Mistakes => new()
    {
        { "none", "" },
        { "size", "another size|times" },
        { "last-drop", "last drop of the rate at update 800 is missing" },
        { "length", "the schedule has another length" },
        { "never", "the rate never changes" },
        { "late", "behind by one update" },
        { "warm-up", "the warm-up is missing" },
        { "per-epoch", "once per epoch" },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void The_mistake_in_a_schedule_is_named(string mistake, string cause)
    {
        Func<int, double> rate = mistake switch
        {
            "size" => step => 0.3 * Meant(step),
            "last-drop" => step => Meant(Math.Min(step, 799)),
            "length" => step => Meant(1.6 * step),
            "never" => _ => 0.1,
            "late" => step => Meant(Math.Max(0, step - 1)),
            "warm-up" => step => Meant(Math.Max(step, 100)),
            "per-epoch" => step => Meant(step / 100 * 100),
            _ => step => Meant(step),
        };
        var flags = RunDiagnosis.Of(Log(rate, _ => 5e-3), Recipe()).Flags;
        if (cause.Length == 0) Assert.Empty(flags);
        else
        {
            Assert.Equal(FlagKind.RateDiffers, flags[0].Kind);
            Assert.True(
                cause.Split('|').Any(word => $"{flags[0].Cause} {flags[0].Shown}".Contains(word, StringComparison.OrdinalIgnoreCase)),
                $"{flags[0].Cause}: {flags[0].Shown}");
        }
    }

    [Theory]
    [InlineData(0.05)]
    [InlineData(0.3)]
    public void A_constant_tail_is_not_what_comes_after_the_recipe_ended_in_another_size(double tail)
    {
        var flag = RunDiagnosis.Of(Log(step => step < 60 ? Meant(step) : tail, _ => 5e-3), Recipe()).Flags[0];
        Assert.Equal(FlagKind.RateDiffers, flag.Kind);
        Assert.DoesNotContain("the recipe's at ", $"{flag.Cause} {flag.Shown}", StringComparison.Ordinal);
    }

    [Fact]
    public void A_decay_that_goes_with_the_rate_is_a_difference_of_the_decay()
    {
        var flag = RunDiagnosis.Of(Log(step => Meant(step), step => 5e-3 * Meant(step) / 0.1), Recipe()).Flags[0];
        Assert.Equal((FlagKind.DecayDiffers, "The weight decay is scaled by the rate"), (flag.Kind, flag.Cause));
        Assert.StartsWith("It first differs at update 0: 4.95e-5 in the log, 0.005 in ", flag.Shown, StringComparison.Ordinal);
        Assert.EndsWith("times the rate over its peak of 0.1: it fits in every row, to 0.1 %.", flag.Shown, StringComparison.Ordinal);
        Assert.Equal(1, flag.Value, 1e-9);
        Assert.InRange(flag.Margin, 0, 1e-9);
    }

    [Fact]
    public void A_decay_that_goes_with_the_rate_and_has_another_size_has_its_factor_and_what_the_fit_leaves()
    {
        // Printed with two digits, as loggers do: off by up to half a percent of 3.
        var flag = RunDiagnosis.Of(
            Log(step => Meant(step),
                step => double.Parse(FormattableString.Invariant($"{1.5e-2 * Meant(step) / 0.1:E2}"), CultureInfo.InvariantCulture)),
                Recipe()).Flags[0];
        Assert.Equal("The weight decay is scaled by the rate", flag.Cause);
        Assert.Contains("3 times ", flag.Shown, StringComparison.Ordinal);
        Assert.Equal(3, flag.Value, 0.01);
        Assert.InRange(flag.Margin, 1e-6, 5e-3);
    }

    public void Dispose() => Directory.Delete(_folder, true);

    private Reference Recipe()
    {
        string file = Path.Combine(_folder, "recipe.yaml");
        File.WriteAllText(file, """
            duration: 10ep
            steps_per_epoch: 100
            learning_rate:
              - warmup: {peak: 0.1, for: 1ep}
              - steps: {start: 0.1, at: [5ep, 8ep], factor: 0.1}
            weight_decay: 0.005
            momentum: 0.9
            """);
        return Reference.Of(RecipeReader.ReadFile(file).Recipe);
    }

    private static RunLog Log(Func<int, double> rate, Func<int, double> decay)
    {
        var rows = Enumerable.Range(0, 1000).Select(step => FormattableString.Invariant($"{step},{rate(step):R},{decay(step):R},0.9,3\n"));
        return CsvLog.Read(new StringReader($"step,lr,weight_decay,momentum,norm/conv1\n{string.Concat(rows)}"), "log.csv");
    }
}
