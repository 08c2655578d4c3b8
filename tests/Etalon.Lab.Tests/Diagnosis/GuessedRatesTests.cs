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
        { "moved", "The drop of ×0.1 comes at update 600 instead of 500." },
        { "moved-by-5", "The drop of ×0.1 comes at update 505 instead of 500." },
        { "both-moved", "The drop of ×0.1 comes at update 400 instead of 500 and the drop of ×0.1 comes at update 700 instead of 800." },
        { "shallower", "The rate drops by ×0.2 instead of ×0.1 at update 500." },
        { "deeper", "The rate drops by ×0.05 instead of ×0.1 at update 800." },
        { "extra", "There is a drop of ×0.5 at update 900 that was not meant." },
        { "longer-warm-up", "The warm-up takes 200 updates instead of 100." },
        { "shorter-warm-up", "The warm-up takes 50 updates instead of 100." },
        { "cosine", "The rate follows a cosine from 0.1 to 0 that ends at update 1,000, while the recipe's goes in steps" },
        { "line", "The rate follows a straight line from 0.1 towards 0 at update 1,009, while the recipe's goes in steps" },
        { "exponential", "The rate follows an exponential from 0.1 to 0.00112, while the recipe's goes in steps" },
        { "cosine-without-warm-up", "ends at update 1,000, while the recipe's goes in steps, by ×0.1 at update 500 and by ×0.1 at update "
            + "800; "
            + "and the warm-up is missing" },
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
            "moved" => step => step is >= 500 and < 600 ? 0.1 : Meant(step),
            "moved-by-5" => step => step is >= 500 and < 505 ? 0.1 : Meant(step),
            "both-moved" => step => step < 400 ? Meant(step) : step < 700 ? 0.01 : 0.001,
            "shallower" => step => step < 500 ? Meant(step) : 2 * Meant(step),
            "deeper" => step => step < 800 ? Meant(step) : Meant(step) / 2,
            "extra" => step => step < 900 ? Meant(step) : Meant(step) / 2,
            "longer-warm-up" => step => step < 200 ? 0.1 * (step + 1) / 201 : Meant(step),
            "shorter-warm-up" => step => step < 50 ? 0.1 * (step + 1) / 51 : Meant(Math.Max(step, 100)),
            "cosine" => step => step < 100 ? Meant(step) : 0.05 * (1 + Math.Cos(Math.PI * (step - 100) / 900)),
            "line" => step => step < 100 ? Meant(step) : 0.1 - 0.099 * (step - 100) / 900,
            "exponential" => step => step < 100 ? Meant(step) : 0.1 * Math.Exp(-0.005 * (step - 100)),
            "cosine-without-warm-up" => step => 0.05 * (1 + Math.Cos(Math.PI * step / 1000)),
            _ => step => Meant(step),
        };
        var flags = RunDiagnosis.Of(Log(rate, _ => 5e-3), Recipe()).Flags;
        if (cause.Length == 0) Assert.Empty(flags);
        else
        {
            Assert.Equal(FlagKind.RateDiffers, flags[0].Kind);
            Assert.True(
                cause.Split('|').Any(word => $"{flags[0].Cause}. {flags[0].Shown}".Contains(word, StringComparison.OrdinalIgnoreCase)),
                $"{flags[0].Cause}: {flags[0].Shown}");
        }
    }

    // What a scheduler that counts in epochs has at its step k, of a warm-up of one epoch a half of the peak.
    [Theory]
    [InlineData(1, 1, "The scheduler steps once per batch, and counts in epochs")]
    [InlineData(20, 1, "The scheduler steps once per batch, and counts in epochs")]
    [InlineData(1, 0.1, "The scheduler steps once per batch, and counts in epochs, and the rate is a tenth of what was meant")]
    public void A_scheduler_per_batch_is_told_before_what_it_does_to_each_milestone(int every, double size, string cause) =>
        Assert.Equal(cause, RunDiagnosis.Of(
            Log(step => size * (step < 1 ? 0.05 : step < 5 ? 0.1 : step < 8 ? 0.01 : 0.001), _ => 5e-3, every), Recipe()).Flags[0].Cause);

    [Theory]
    [InlineData(1)]
    [InlineData(20)]
    public void A_schedule_of_twice_the_length_is_told_as_such_also_where_its_updates_lie_between_the_recipe_s(int every) =>
        Assert.Contains("as of a schedule of 2,000 updates instead of 1,000", RunDiagnosis.Of(
            Log(step => step < 200 ? 0.1 * (step / 2.0 + 1) / 101 : 0.1, _ => 5e-3, every), Recipe()).Flags[0].Shown,
            StringComparison.Ordinal);

    [Fact]
    public void Drops_that_moved_do_not_pass_each_other() => Assert.Equal(
        "The drop of ×0.1 comes at update 150 instead of 500 and the drop of ×0.1 comes at update 400 instead of 800",
        RunDiagnosis.Of(Log(step => step < 150 ? Meant(step) : step < 400 ? 0.01 : 0.001, _ => 5e-3), Recipe()).Flags[0].Cause);

    [Fact]
    public void A_cosine_with_another_length_and_another_end_is_told_in_its_own_numbers()
    {
        var meant = Reference.Of(Log(step => 0.05 * (1 + Math.Cos(Math.PI * step / 1000)), _ => 5e-3));
        Func<int, double> ended = step => 0.01 + 0.045 * (1 + Math.Cos(Math.PI * Math.Min(step, 800) / 800));
        var flag = RunDiagnosis.Of(Log(ended, _ => 5e-3), meant).Flags[0];
        Assert.Equal("It ends at update 800 instead of 1,000 and it goes to 0.01 instead of 0", flag.Cause);
        Assert.Contains("it fits in every row", flag.Shown, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    public void A_warm_up_that_counts_from_1_is_a_convention_and_no_schedule_that_is_ahead(int every)
    {
        // The recipe's is (t + 1)/101.
        foreach (var (share, words) in (ReadOnlySpan<(Func<int, double>, string)>)
            [(step => step / 100.0, "its rate is t/100 of the peak, there (t + 1)/101"),
            (step => (step + 1) / 100.0, "its rate is (t + 1)/100 of the peak, there (t + 1)/101")])
        {
            var diagnosis = RunDiagnosis.Of(Log(step => step < 100 ? 0.1 * share(step) : Meant(step), _ => 5e-3, every), Recipe());
            Assert.Empty(diagnosis.Flags);
            Assert.Contains(diagnosis.Remarks, remark => remark.Contains(words, StringComparison.Ordinal));
            Assert.Contains(diagnosis.Checked, each => each.StartsWith("other differences from", StringComparison.Ordinal));
        }
        // What differs behind the warm-up, too, is no convention.
        Assert.NotEmpty(RunDiagnosis.Of(
            Log(step => step < 100 ? 0.1 * step / 100 : step < 600 ? 0.1 : 0.01, _ => 5e-3, every), Recipe()).Flags);
    }

    [Fact]
    public void The_end_of_a_cosine_has_no_drops()
    {
        Func<int, double> cosine = step => 0.05 * (1 + Math.Cos(Math.PI * step / 1000));
        var flag = RunDiagnosis.Of(Log(step => 0.7 * cosine(step), _ => 5e-3, 20), Reference.Of(Log(cosine, _ => 5e-3))).Flags[0];
        Assert.DoesNotContain("drop", $"{flag.Cause} {flag.Shown}", StringComparison.Ordinal);
        flag = RunDiagnosis.Of(
            Log(step => cosine(Math.Min(step, 990)), _ => 5e-3), Reference.Of(Log(cosine, _ => 5e-3))).Flags[0];
        Assert.DoesNotContain("drop", $"{flag.Cause} {flag.Shown}", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 0.004)]
    [InlineData(20, 0.004)]
    [InlineData(50, 0.001)]
    public void The_floor_of_a_cosine_that_the_rows_do_not_reach_is_told_by_its_bend(int every, double floor)
    {
        Func<int, double> cosine = step => floor + (0.1 - floor) / 2 * (1 + Math.Cos(Math.PI * Math.Min(step, 1040) / 1040));
        var meant = Reference.Of(Log(step => 0.05 * (1 + Math.Cos(Math.PI * step / 1040)), _ => 5e-3, every));
        var flag = RunDiagnosis.Of(Log(cosine, _ => 5e-3, every), meant).Flags[0];
        Assert.Contains($"it goes to {floor}", $"{flag.Cause}. {flag.Shown}", StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(20)]
    public void Warm_restarts_have_words(int every)
    {
        static double Restarting(int step, int period) => 0.05 * (1 + Math.Cos(Math.PI * (step % period) / period));
        var flag = RunDiagnosis.Of(Log(step => Restarting(step, 250), _ => 5e-3, every), Recipe()).Flags[0];
        Assert.Contains("a cosine from 0.1 to 0 that starts again at updates 250, 500 and 750, while the recipe's goes in steps",
            $"{flag.Cause}. {flag.Shown}", StringComparison.OrdinalIgnoreCase);
        var other = Reference.Of(Log(step => Restarting(step, 200), _ => 5e-3, every));
        Assert.Contains("starts again at updates 250, 500 and 750 instead of 200, 400, 600 and 800",
            RunDiagnosis.Of(Log(step => Restarting(step, 250), _ => 5e-3, every), other).Flags[0].Cause, StringComparison.Ordinal);
        // Restarts turn the rate as often as a scheduler that steps too often does, and are meant.
        foreach (int period in (int[])[100, 50])
            Assert.DoesNotContain(RunDiagnosis.Of(Log(step => Restarting(step, period), _ => 5e-3, 5)).Remarks,
                remark => remark.Contains("stepped per batch", StringComparison.Ordinal));
        // One that goes back up the way it came is not.
        Assert.Contains(RunDiagnosis.Of(Log(step => 0.05 * (1 + Math.Cos(Math.PI * step / 50)), _ => 5e-3, 5)).Remarks,
            remark => remark.Contains("stepped per batch", StringComparison.Ordinal));
    }

    [Fact]
    public void Two_rates_that_print_alike_are_printed_with_the_digits_that_tell_them_apart()
    {
        var flag = RunDiagnosis.Of(Log(step => Meant(step) * (step < 500 ? 1 : 1.0004), _ => 5e-3), Recipe()).Flags[0];
        Assert.Contains("0.010004 in the log, 0.01 in ", flag.Shown, StringComparison.Ordinal);
        Assert.Contains("a factor of 1.0004", flag.Shown, StringComparison.Ordinal);
    }

    [Fact]
    public void A_log_is_compared_with_one_of_other_rows_by_what_may_have_been_between_them()
    {
        Func<int, double> cosine = step => 0.05 * (1 + Math.Cos(Math.PI * step / 1000));
        Assert.Empty(RunDiagnosis.Of(Log(cosine, _ => 5e-3, 10), Reference.Of(Log(cosine, _ => 5e-3, 50))).Flags);
        Assert.NotEmpty(RunDiagnosis.Of(Log(step => cosine(step) * 0.9, _ => 5e-3, 10), Reference.Of(Log(cosine, _ => 5e-3, 50))).Flags);
    }

    [Fact]
    public void Between_rows_of_every_20_updates_a_moved_milestone_is_told_by_the_rows_around_it()
    {
        Func<int, double> late = step => step is >= 500 and < 610 ? 0.1 : Meant(step);
        var flag = RunDiagnosis.Of(Log(late, _ => 5e-3, 20), Recipe()).Flags[0];
        Assert.Equal("The drop of ×0.1 comes between updates 600 and 620 instead of 500", flag.Cause);
        // And one that is where it should be between two rows is no difference.
        Assert.Empty(RunDiagnosis.Of(Log(step => Meant(step), _ => 5e-3, 30), Recipe()).Flags);
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

    private static RunLog Log(Func<int, double> rate, Func<int, double> decay, int every = 1)
    {
        var rows = Enumerable.Range(0, 1000).Where(step => step % every == 0)
            .Select(step => FormattableString.Invariant($"{step},{rate(step):R},{decay(step):R},0.9,3\n"));
        return CsvLog.Read(new StringReader($"step,lr,weight_decay,momentum,norm/conv1\n{string.Concat(rows)}"), "log.csv");
    }
}
