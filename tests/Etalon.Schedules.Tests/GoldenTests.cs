using System.Globalization;

namespace Etalon.Schedules.Tests;

/// <summary>Tables of PyTorch's own schedulers, made by Golden/make_golden.py with the real PyTorch 1.13.1.</summary>
public class GoldenTests
{
    private const double Tolerance = 1e-9;

    public static TheoryData<string, Schedule> Equal() => new()
    {
        { "multi_step", new Steps(0.1, [30, 80, 81], 0.1) },
        { "cosine", new Cosine(0.1, 0.001, 100) },
        { "exponential", new Exponential(0.1, 0.97) },
        { "exponential_growing", new Exponential(0.1, 1.05) },
        { "linear", new Linear(0.025, 0.1, 40) },
        { "polynomial", new Polynomial(0.1, 0, 50, power: 2) },
        { "restarts", new Restarts(0.1, 0.002, 10) },
        { "restarts_doubling", new Restarts(0.1, 0.002, 10, growth: 2) },
        { "restarts_tripling", new Restarts(0.1, 0, 1, growth: 3) },
        { "one_cycle_cos_2", OneCycle.OfPeak(0.4, 97) },
        { "one_cycle_cos_3", OneCycle.OfPeak(0.4, 97, threePhase: true) },
        { "one_cycle_linear_2", OneCycle.OfPeak(0.4, 97, shape: RampShape.Linear) },
        { "one_cycle_linear_3", OneCycle.OfPeak(0.4, 97, shape: RampShape.Linear, threePhase: true) },
        { "cyclic_triangular", new Triangular(0.01, 0.1, 30) },
        { "cyclic_triangular2", new Triangular(0.01, 0.1, 30, decay: 0.5) },
        { "sequential", WarmThenCosine() },
        { "sequential_three", new Sequence(new Constant(0.01, 7), new Exponential(0.1, 0.9, length: 13), new Steps(0.1, [5], 0.5)) },
    };

    [Theory, MemberData(nameof(Equal), DisableDiscoveryEnumeration = true)]
    public void Values_equal_those_of_pytorch(string table, Schedule schedule) =>
        Assert.All(Read(table), row => AssertEqual(row[1], schedule.ValueAt((long)row[0])));

    [Theory]
    [InlineData("one_cycle_cos_2", RampShape.Cosine, false)]
    [InlineData("one_cycle_cos_3", RampShape.Cosine, true)]
    [InlineData("one_cycle_linear_2", RampShape.Linear, false)]
    [InlineData("one_cycle_linear_3", RampShape.Linear, true)]
    public void The_momentum_of_one_cycle_equals_that_of_pytorch(string table, RampShape shape, bool threePhase)
    {
        var momentum = OneCycle.OfPeak(0.4, 97, shape: shape, threePhase: threePhase).WithMomentum();
        Assert.All(Read(table), row => AssertEqual(row[2], momentum.ValueAt((long)row[0])));
    }

    [Theory]
    [InlineData("cos", 2, 1)]
    [InlineData("cos", 2, 0)]
    [InlineData("cos", 3, 0)]
    [InlineData("cos", 3, 0.5)]
    [InlineData("linear", 2, 1)]
    [InlineData("linear", 2, 0)]
    [InlineData("linear", 3, 0)]
    [InlineData("linear", 3, 0.5)]
    public void A_cycle_with_a_phase_of_no_width_equals_pytorchs(string anneal, int phases, double rise)
    {
        var rate =
            OneCycle.OfPeak(0.4, 12, rise: rise, shape: anneal == "cos" ? RampShape.Cosine : RampShape.Linear, threePhase: phases == 3);
        var (theirs, momentum) =
            (Read(string.Create(CultureInfo.InvariantCulture, $"one_cycle_{anneal}_{phases}_rise_{rise}")), rate.WithMomentum());
        Assert.All(theirs, row => AssertEqual(row[1], rate.ValueAt((long)row[0])));
        Assert.All(theirs, row => AssertEqual(row[2], momentum.ValueAt((long)row[0])));
        Assert.Equal(rate.ValueAt(11), rate.ValueAt(12));
    }

    [Fact]
    public void Past_its_end_pytorchs_cosine_rises_again_to_its_peak_and_ours_holds()
    {
        var ours = new Cosine(0.1, 0, 20);
        var theirs = Read("cosine_past_end");
        Assert.All(theirs[..20], row => AssertEqual(row[1], ours.ValueAt((long)row[0])));
        Assert.All(theirs[20..], row => Assert.Equal(0, ours.ValueAt((long)row[0])));
        AssertEqual(0.1, theirs[40][1]);
    }

    [Fact]
    public void A_milestone_at_0_runs_pytorchs_wrong_scheduler_and_none_of_our_steps()
    {
        var ours = new Sequence(new Constant(0.01, 0), new Exponential(0.1, 0.9));
        var theirs = Read("sequential_milestone_0");
        Assert.All(theirs, row => AssertEqual(0.1 * Math.Pow(0.9, row[0]), ours.ValueAt((long)row[0])));
        AssertEqual(0.01, theirs[0][1]);
        AssertEqual(0.01 * Math.Pow(0.9, 18), theirs[19][1]);
    }

    [Fact]
    public void A_sequence_built_again_in_mid_run_restarts_in_pytorch_at_a_tenth_and_ours_goes_on()
    {
        var ours = WarmThenCosine();
        var uninterrupted = Read("sequential");
        var resumed = Read("sequential_resumed");
        Assert.All(resumed, row => AssertEqual(uninterrupted[(int)row[0]][1], ours.ValueAt((long)row[0])));
        AssertEqual(0.01, resumed[0][1]);
        AssertEqual(0.0853553390593274, ours.ValueAt(20));
    }

    [Fact]
    public void Asked_at_a_milestone_pytorch_answers_with_the_factor_squared_and_we_with_the_value_in_use()
    {
        var ours = new Steps(0.1, [30, 80, 81], 0.1);
        var asked = Read("multi_step_asked");
        AssertEqual(0.001, asked[30][1]);
        AssertEqual(0.01, ours.ValueAt(30));
        AssertEqual(Read("multi_step")[30][1], ours.ValueAt(30));
    }

    private static Sequence WarmThenCosine() => new(new Linear(0.01, 0.1, 10), new Cosine(0.1, 0, 40));

    private static void AssertEqual(double expected, double actual) => Assert.Equal(expected, actual, Math.Abs(expected) * Tolerance);

    private static List<double[]> Read(string table) =>
    [
        .. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Golden", table + ".csv")).Skip(1)
            .Select(line => line.Split(',').Select(number => double.Parse(number, CultureInfo.InvariantCulture)).ToArray()),
    ];
}
