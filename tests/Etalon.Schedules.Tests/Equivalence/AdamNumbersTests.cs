using Etalon.Schedules.Equivalence;

namespace Etalon.Schedules.Tests.Equivalence;

public class AdamNumbersTests
{
    private static readonly int _dimension = SideBySide.Loss.Dimension;

    private static readonly AdamTable _source = OfSource(0.9, 0.999, 1e-8);

    /// <summary>
    /// Computed in 60 digits, printed to 15: the columns are step, rate, beta1, beta2, epsilon, and ln P after the update.
    /// </summary>
    public static TheoryData<string, int, double[]> SixtyDigits => new()
    {
        { "pretraining", 0, [0.001000100010001, 0.9, 0.999, 1e-08, 0.000100005000333358] },
        { "pretraining", 1, [0.00100019534178015, 0.899990999189927, 0.998999800170066, 9.9990004997745e-09, 0.000200010000666717] },
        { "pretraining", 10, [0.00100084680204128, 0.899941368073596, 0.998998008895615, 9.99005417690139e-09, 0.00110005500366694] },
        { "pretraining", 100, [0.00100972033086026, 0.899910002368869, 0.998980800692414, 9.9051696887983e-09, 0.0101005050336692] },
        { "pretraining", 1000, [0.00113474635741959, 0.89991, 0.998868277328718, 9.29785599017405e-09, 0.100105005333692] },
        { "pretraining", 10000, [0.00297517709693254, 0.89991, 0.998800211455306, 4.02928218479127e-09, 1.00015000833392] },
        { "pretraining", 100000, [24.119446866416, 0.89991, 0.99880020999, 4.97039198159051e-13, 10.000600038344] },
        { "large", 0, [0.0100502512562814, 0.9, 0.999, 1e-8, double.NaN] },
        { "large", 1, [0.0100983773570204, 0.899547965846308, 0.998989934673773, 9.95002505011851e-09, double.NaN] },
        { "large", 10, [0.0104326873386766, 0.897036566749464, 0.998895181081857, 9.51359136042562e-09, double.NaN] },
        { "large", 1000, [3.8066449737077, 0.8955, 0.989036753554947, 1.75244032036817e-10, 5.01755436536786] },
        { "warm-up and cosine", 99, [0.000596079461789764, 0.899951878731728, 0.949909540655123, 9.9793703339815e-09, double.NaN] },
        { "warm-up and cosine", 500, [0.000386143745605375, 0.89996525109335, 0.949924930025928, 9.77185242242867e-09, double.NaN] },
        {
            "warm-up and cosine", 999,
            [6.20017072198042e-05, 0.899994568800315, 0.949988344750497, 9.67920642845894e-09, 0.0327277146923961]
        },
        { "drop", 499, [0.239510762029444, 0.8955, 0.989463321602163, 1.673782365481e-09, double.NaN] },
        { "drop", 500, [0.0239858734581227, 0.8955, 0.989458806317667, 1.66699912848611e-09, double.NaN] },
        { "drop", 501, [0.0240133371101828, 0.895921517852697, 0.989548091157712, double.NaN, double.NaN] },
        { "drop", 1000, [0.0216777743606933, 0.89955, 0.997152725595363, 8.78267133504429e-10, 2.75683355765509] },
        { "to a decay", 10, [0.0103432425870365, 0.897644704770028, 0.998917344726093, 9.61051457489844e-09, 0.043911430511356] },
        { "to a decay", 1000, [0.0481982597783807, 0.899834565691416, 0.997866274075336, 3.17041461823596e-09, 1.36164729084165] },
    };

    public static TheoryData<AdamDenominator> Denominators => [.. Enum.GetValues<AdamDenominator>()];

    [Theory, MemberData(nameof(SixtyDigits))]
    public void The_numbers_are_those_of_sixty_digits(string schedule, int step, double[] expected)
    {
        var conversion = Case(schedule, step + 1);
        var actual = conversion.Target[step];
        var tolerance = step < 100_000 ? 1e-12 : 1e-10;
        double[] numbers = [actual.Rate, actual.Beta1, actual.Beta2, actual.Epsilon, conversion.StateAt(step + 1).LogScale];
        for (var i = 0; i < numbers.Length; i++)
            if (!double.IsNaN(expected[i]))
                Assert.InRange(numbers[i], expected[i] * (1 - tolerance), expected[i] * (1 + tolerance));
    }

    [Theory, MemberData(nameof(Denominators))]
    public void Adam_with_its_numbers_is_adamw_without_decay(AdamDenominator denominator)
    {
        foreach (var epsilon in new[] { 1e-8, 1e-2 })
        {
            var source = OfSource(0.9, 0.95, epsilon);
            var reference = Run(source, denominator);
            var target = Run(AdamNumbers.Convert(source, denominator: denominator).Target, denominator);
            Assert.InRange(DecoupledRun.Distance(reference, target), 0, SideBySide.Exact);
            Assert.True(DecoupledRun.Distance(reference, Run(WithoutDecay(source), denominator)) > SideBySide.Different);
        }
    }

    [Fact]
    public void Any_target_decay_is_the_same_run()
    {
        foreach (var decay in new Schedule[] { new Constant(0.1), new Constant(1), new Cosine(0.8, 0, 200) })
            Assert.InRange(DecoupledRun.Distance(Run(_source), Run(AdamNumbers.Convert(_source, decay).Target)), 0, SideBySide.Exact);
    }

    [Fact]
    public void Betas_and_epsilon_that_change_are_the_same_run()
    {
        var changing = new AdamTable(_source.Steps.ToArray().Select((row, t) => row with
        {
            Beta1 = 0.5 + 0.4 * t / 300,
            Beta2 = 0.999 - 0.1 * t / 300,
            Epsilon = 1e-3 / (t + 1),
        }));
        Assert.InRange(DecoupledRun.Distance(Run(changing), Run(AdamNumbers.Convert(changing).Target)), 0, SideBySide.Exact);
    }

    [Fact]
    public void The_large_epsilon_of_the_source_is_another_run()
    {
        var source = OfSource(0.9, 0.95, 1e-2);
        var wrong = new AdamTable(AdamNumbers.Convert(source).Target.Steps.ToArray().Select(row => row with { Epsilon = 1e-2 }));
        Assert.True(DecoupledRun.Distance(Run(source), Run(wrong)) > SideBySide.Different / 10);
    }

    [Fact]
    public void The_state_is_that_of_the_map_and_a_checkpoint_needs_none_at_its_start()
    {
        var conversion = AdamNumbers.Convert(_source);
        var (source, target) = (Rule(_source), Rule(conversion.Target));
        DecoupledRun.Directions(source, t => _source[t].Rate, t => _source[t].WeightDecay);
        DecoupledRun.Directions(target, t => conversion.Target[t].Rate, _ => 0);
        var map = conversion.StateAt(DecoupledRun.Updates);
        for (var i = 0; i < _dimension; i++)
        {
            Assert.Equal(source.Mean[i] / Math.Exp(map.LogMean), target.Mean[i], 1e-12);
            Assert.Equal(source.Square[i] / Math.Exp(map.LogSquares), target.Square[i], 1e-12);
        }

        // A run that goes on from update 100: both sides start from the same weights and moments there, with a counter of 100.
        var rest = new AdamTable(_source.Steps[100..].ToArray(), firstStep: 100);
        var later = AdamNumbers.Convert(rest).Target;
        Assert.InRange(DecoupledRun.Distance(From100(rest), From100(later)), 0, SideBySide.Exact);
    }

    [Fact]
    public void The_way_there_and_back_returns_the_numbers()
    {
        var there = AdamNumbers.Convert(_source);
        var back = AdamNumbers.Convert(there.Target, new Constant(0.5));
        for (var t = 1; t < _source.Count; t++)
        {
            Assert.Equal(_source[t].LogRate, back.Target[t].LogRate, 1e-13);
            Assert.Equal(0.9, back.Target[t].Beta1, 1e-13);
            Assert.Equal(0.999, back.Target[t].Beta2, 1e-13);
            Assert.Equal(1, back.Target[t].Epsilon / 1e-8, 1e-12);
        }
    }

    [Fact]
    public void Rho_that_is_not_positive_is_refused_with_its_step()
    {
        var table = new AdamTable([new(Math.Log(0.5), 0.5, 0.9, 0.999, 1e-8), new(Math.Log(2), 0.5, 0.9, 0.999, 1e-8)]);
        Assert.Equal(1, Assert.Throws<EquivalenceException>(() => AdamNumbers.Convert(table)).Step);
    }

    [Fact]
    public void Adam_with_decay_in_the_gradient_is_refused()
    {
        var schedule = new UpdateSchedule { LearningRate = 1e-3, WeightDecay = 0.1, Momentum = 0.9, TotalSteps = 10 };
        Assert.Contains(
            "use AdamW",
            Assert.Throws<EquivalenceException>(() => AdamTable.Of(schedule, new OptimizerRule("adam"))).Message,
            StringComparison.Ordinal);
        Assert.Equal(0.95, AdamTable.Of(schedule, new OptimizerRule("adamw") { Beta2 = 0.95 })[3].Beta2);
    }

    [Theory]
    [InlineData(1, 0.999), InlineData(0.9, 1), InlineData(-0.1, 0.9)]
    public void Betas_out_of_range_are_refused(double beta1, double beta2) =>
        Assert.Contains(
            "betas from 0 to below 1",
            Assert.Throws<ArgumentException>(() => new AdamTable([new(0, 0, beta1, beta2, 1e-8)])).Message,
            StringComparison.Ordinal);

    private static AdamConversion Case(string name, int count)
    {
        AdamTable Of(Func<int, double> rate, double decay, double beta2) =>
            new(Enumerable.Range(0, count).Select(t => new AdamRow(Math.Log(rate(t)), decay, 0.9, beta2, 1e-8)));
        double WarmupAndCosine(int t) => t < 100 ? 6e-4 * (t + 1) / 101 : 6e-5 + 0.5 * 5.4e-4 * (1 + Math.Cos(Math.PI * (t - 100) / 900));
        return name switch
        {
            "pretraining" => AdamNumbers.Convert(Of(_ => 1e-3, 0.1, 0.999)),
            "large" => AdamNumbers.Convert(Of(_ => 0.01, 0.5, 0.999)),
            "warm-up and cosine" => AdamNumbers.Convert(Of(WarmupAndCosine, 0.1, 0.95)),
            "drop" => AdamNumbers.Convert(Of(t => t < 500 ? 0.01 : 0.001, 0.5, 0.999)),
            _ => AdamNumbers.Convert(Of(_ => 0.01, 0.5, 0.999), new Constant(0.1)),
        };
    }

    internal static AdamTable OfSource(double beta1, double beta2, double epsilon) =>
        new(DecoupledRun.Source.Steps.ToArray().Select(row => new AdamRow(row.LogRate, row.WeightDecay, beta1, beta2, epsilon)));

    internal static AdamTable WithoutDecay(AdamTable table) => new(table.Steps.ToArray().Select(row => row with { WeightDecay = 0 }));

    internal static List<double[]> Run(AdamTable table, AdamDenominator denominator = AdamDenominator.OutsideRoot) =>
        DecoupledRun.Directions(Rule(table, denominator), t => table[t].Rate, t => table[t].WeightDecay);

    private static AdamRule Rule(AdamTable table, AdamDenominator denominator = AdamDenominator.OutsideRoot) =>
        new(_dimension, t => (table[t].Beta1, table[t].Beta2, table[t].Epsilon), denominator);

    private static List<double[]> From100(AdamTable table)
    {
        var first = new AdamRule(_dimension, t => t < 100 ? (0.9, 0.999, 1e-8) : (table[t].Beta1, table[t].Beta2, table[t].Epsilon));
        return DecoupledRun.Directions(first, t => t < 100 ? _source[t].Rate : table[t].Rate, t => t < 100 ? 0.5 : table[t].WeightDecay);
    }
}
