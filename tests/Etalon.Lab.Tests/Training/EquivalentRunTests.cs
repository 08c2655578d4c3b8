using System.Collections.Concurrent;
using System.Numerics;
using Etalon.Engine;
using Etalon.Lab.Data;
using Etalon.Lab.Recipes;
using Etalon.Lab.Training;

namespace Etalon.Lab.Tests.Training;

/// <summary>
/// Theorems 2.9, 2.12 and 2.13 of Li and Arora 2019 on running networks: an equivalent recipe computes the same functions.
/// </summary>
public class EquivalentRunTests
{
    private const string Common = """
        name: equivalent
        duration: 150ba
        data: {set: digits, batch: 32, train: 320, test: 60}
        model: {name: preresnet-8, width: 4, affine: true, head: trained}
        precision: float64

        """;

    private const double Exact = 1e-8;

    // The recipe's own run and the one that only loses its decay, shared by all forms.
    private static readonly ConcurrentDictionary<string, (double[][] Outputs, double Control)> _runs = [];

    private static readonly Dictionary<string, string> Schedules = new()
    {
        ["constant"] = "learning_rate: 0.05\nweight_decay: 0.01\nmomentum: 0.9",
        ["steps"] = "learning_rate: {steps: {start: 0.1, at: [50ba, 100ba], factor: 0.1}}\nweight_decay: 0.01\nmomentum: 0.9",
        ["warm-up from 0 and cosine"] =
            "learning_rate: [{linear: {from: 0, to: 0.1, for: 15ba}}, {cosine: {from: 0.1, to: 0}}]\nweight_decay: 0.01\nmomentum: 0.9",
        ["restarts"] = "learning_rate: {restarts: {from: 0.1, to: 0.001, period: 37ba}}\nweight_decay: 0.01\nmomentum: 0.9",
        ["short warm-up and cosine"] =
            "learning_rate: [{linear: {from: 0, to: 0.1, for: 3ba}}, {cosine: {from: 0.1, to: 0}}]\nweight_decay: 0.01\nmomentum: 0.9",
        ["short restarts"] = "learning_rate: {restarts: {from: 0.1, to: 0.001, period: 8ba}}\nweight_decay: 0.01\nmomentum: 0.9",
        ["decay and momentum change"] =
            "learning_rate: 0.05\nweight_decay: {linear: {from: 0.02, to: 0}}\nmomentum: {linear: {from: 0.5, to: 0.9}}",
        ["no momentum"] = "learning_rate: 0.05\nweight_decay: 0.01",
        ["dampening"] = "learning_rate: 0.1\nweight_decay: 0.01\nmomentum: 0.9\noptimizer: {dampening: 0.5}",
        ["nesterov"] = "learning_rate: 0.05\nweight_decay: 0.01\nmomentum: 0.9\noptimizer: {nesterov: true}",
        ["decoupled"] = "learning_rate: 0.05\nweight_decay: 0.05\nmomentum: 0.9\noptimizer: {decay: decoupled}",
    };

    public static TheoryData<string, string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string, string>();
            // Every schedule with one normalization, and every normalization with a schedule that jumps and one that starts at 0.
            foreach (string schedule in Schedules.Keys.Where(key => !key.StartsWith("short ", StringComparison.Ordinal)))
                cases.Add(schedule, "texp++", "batch");
            foreach (string norm in (string[])["group", "layer"])
            {
                cases.Add("restarts", "texp++", norm);
                cases.Add("warm-up from 0 and cosine", "texp++", norm);
            }
            cases.Add("short restarts", "texp++", "instance");
            cases.Add("short warm-up and cosine", "texp++", "instance");
            cases.Add("constant", "exponential", "batch");
            cases.Add("constant", "texp", "batch");
            cases.Add("steps", "texp", "batch");
            cases.Add("no momentum", "exponential", "batch");
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void An_equivalent_run_computes_the_same_outputs_and_the_mere_loss_of_the_decay_does_not(string schedule, string form,
    string norm)
    {
        string text = Common + Schedules[schedule] + "\n";
        // Instance normalization over 2x2 pixels amplifies rounding to 1e-7 of the outputs within 30 updates, and to all of them in 60.
        string[] model = norm switch
        {
            "group" => ["model.norm=group", "model.groups=2"],
            "instance" => ["model.norm=instance", "duration=30ba"],
            _ => [$"model.norm={norm}"],
        };
        var (original, control) = _runs.GetOrAdd($"{schedule} {norm}", _ =>
        {
            var recipe = Outputs<double>(text, model);
            return (recipe, Difference(recipe, Outputs<double>(text, [.. model, "weight_decay=0"])));
        });
        double difference = Difference(original, Outputs<double>(text, [.. model, $"equivalent.form={form}"]));
        // Where a network amplifies rounding, the measure is how a change of the start in its last digits grows in the same run.
        double rounding = difference < Exact ? 0 : Difference(original, Outputs<double>(text, model, perturbation: 1e-15));
        double bound = Math.Max(Exact, 100 * rounding);
        Assert.True(difference < bound, $"the outputs differ by {difference:E1}; a start that differs by 1e-15 by {rounding:E1}");
        Assert.True(control > 1e-2, $"without decay and without conversion they differ by {control:E1} alone");
        Assert.True(bound < 1e-2 * control, $"a bound of {bound:E1} would miss much of the control's {control:E1}");
    }

    [Fact]
    public void Any_weight_decay_can_stand_in_for_another()
    {
        string text = Common + Schedules["warm-up from 0 and cosine"] + "\n";
        double difference =
            Difference(Outputs<double>(text, []), Outputs<double>(text, ["equivalent.form=weight-decay", "equivalent.weight_decay=0.003"]));
        Assert.True(difference < 1e-8, $"the outputs differ by {difference:E1}");
    }

    [Theory]
    [InlineData("float32", "equivalent.form=texp++", "momentum=0")]
    [InlineData("float64", "equivalent.form=texp++", "momentum=0")]
    // With a buffer, which is re-centered too, and with a decay, which follows the square of the scale.
    [InlineData("float32", "equivalent.form=texp++", "momentum=0.2")]
    [InlineData("float64", "equivalent={form: weight-decay, weight_decay: 0.01}", "momentum=0.5")]
    // The correction of a buffer that jumps with the rate is a share of the stored weights, so it follows the square of the scale.
    [InlineData("float64", "equivalent.form=texp", "momentum=0.2", "learning_rate={steps: {start: 0.05, at: [50ba, 100ba], factor: 0.5}}")]
    // Adam's moments and epsilon follow the scale, and with scaled gradients nothing of the optimizer does.
    [InlineData("float32", "equivalent={form: adam, weight_decay: 0.1}", "momentum=0", "optimizer={name: adamw, epsilon: 1e-3}")]
    [InlineData("float64", "equivalent={form: scaled-gradient, weight_decay: 0.1}", "momentum=0", "optimizer={name: adamw}")]
    [InlineData("float64", "equivalent.form=scaled-gradient", "momentum=0.9", "optimizer={decay: decoupled, nesterov: true}")]
    public void Re_centering_at_every_step_now_and_then_and_never_gives_the_same_directions_to_the_bit(
        string precision, string equivalent, params string[] changes)
    {
        string text = Common + Schedules["warm-up from 0 and cosine"] + "\n";
        string[] form = [equivalent, $"precision={precision}", "weight_decay=1", .. changes];
        if (precision == "float32") Check<float>();
        else Check<double>();

        void Check<T>() where T : unmanaged, IFloatingPointIeee754<T>
        {
            var (never, exponent) = Weights<T>(text, form, slack: int.MaxValue);
            Assert.Equal(0, exponent);
            foreach (int slack in (int[])[0, 1])
            {
                var (weights, shift) = Weights<T>(text, form, slack);
                Assert.True(shift >= 1, "the run did not grow enough to be re-centered");
                Assert.Equal(never, weights.Select(weight => T.ScaleB(weight, shift)));
            }
        }
    }

    [Fact]
    [Trait("speed", "slow")]
    public void A_constant_growth_goes_on_far_past_the_largest_float64()
    {
        // With eta lambda = 0.05 and no momentum ln eta grows by -2 ln(1 - 0.05) = 0.103 a step: 1,000 after some 9,750 steps.
        const string text = """
            name: long
            duration: 10000ba
            data: {set: digits, batch: 32, train: 320, test: 60}
            model: {name: mlp, hidden: [8], epsilon: 0}
            learning_rate: 0.05
            weight_decay: 1
            optimizer: {groups: {head: {weight_decay: 0}}}

            """;
        foreach (string precision in (string[])["float32", "float64"])
        {
            double twin = Accuracy(text, [$"precision={precision}"], out _);
            double grown = Accuracy(text, [$"precision={precision}", "equivalent.form=exponential"], out double logScale);
            Assert.True(2 * logScale > 1000, $"ln eta grew by {2 * logScale} only");
            // Sixty test images: chaos between two runs of the same law is worth a few of them.
            Assert.InRange(grown, twin - 0.15, twin + 0.15);
            Assert.InRange(grown, 0.5, 1);
        }
    }

    [Theory]
    [InlineData("optimizer.dampening=0.5", "texp")]
    [InlineData("learning_rate=3", "exponential")]
    [InlineData("model.norm=none", "texp++")]
    [InlineData("equivalent.weight_decay=0.1", "texp++")]
    [InlineData("optimizer.nesterov=true", "adam")]
    [InlineData("weight_decay=0.02", "scaled-gradient")]
    public void What_has_no_such_equivalent_is_refused_with_the_reason(string change, string form)
    {
        var recipe = RecipeReader.Read(Common + Schedules["constant"], overrides: [change, $"equivalent.form={form}"]).Recipe;
        var problem = Assert.Throws<InputException>(() => new Trainer<double>(recipe, DataCatalog.Load("digits"), 1));
        Assert.StartsWith("equivalent", problem.Message, StringComparison.Ordinal);
    }

    private static double[][] Outputs<T>(string text, string[] overrides, double perturbation = 0)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var trainer = Train<T>(text, overrides, EquivalentGroup<T>.DefaultSlack, out _, perturbation);
        trainer.Evaluate();
        return [.. Enumerable.Range(0, 28)
            .Select(image => trainer.Network.OutputsOf(image).ToArray().Select(value => double.CreateTruncating(value)).ToArray())];
    }

    private static (T[] Weights, int Exponent) Weights<T>(string text, string[] overrides, int slack)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var trainer = Train<T>(text, overrides, slack, out _);
        return ([.. trainer.Network.Parameters.Tensors.Where(
            tensor => tensor.Name.EndsWith("weight", StringComparison.Ordinal) && tensor.Name != "head.weight")
            .SelectMany(tensor => tensor.Span.ToArray())], trainer.ScaleExponent);
    }

    private static double Accuracy(string text, string[] overrides, out double logScale)
    {
        var recipe = RecipeReader.Read(text, overrides: overrides).Recipe;
        if (recipe.Precision == Precision.Float32)
        {
            using var single = Train<float>(text, overrides, EquivalentGroup<float>.DefaultSlack, out logScale);
            return single.Evaluate().Accuracy;
        }
        using var trainer = Train<double>(text, overrides, EquivalentGroup<double>.DefaultSlack, out logScale);
        return trainer.Evaluate().Accuracy;
    }

    private static Trainer<T> Train<T>(string text, string[] overrides, int slack, out double logScale, double perturbation = 0)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var trainer = new Trainer<T>(RecipeReader.Read(text, overrides: overrides).Recipe, DataCatalog.Load("digits"), threads: 1, slack);
        var stream = new CounterStream(1, "perturbation");
        foreach (ref T weight in trainer.Network.Parameters.Span) weight *= T.CreateTruncating(1 + perturbation * stream.NextNormal());
        var observer = new LastScale();
        trainer.Run(observer, TestContext.Current.CancellationToken);
        logScale = observer.LogScale;
        return trainer;
    }

    // Relative to the largest output.
    private static double Difference(double[][] a, double[][] b)
    {
        double largest = a.Max(row => row.Max(Math.Abs));
        return a.Zip(b, (x, y) => x.Zip(y, (u, v) => Math.Abs(u - v)).Max()).Max() / largest;
    }

    private sealed class LastScale : ITrainingObserver
    {
        public double LogScale { get; private set; }

        public void Updated(in UpdateReport report) => LogScale = report.LogScale ?? 0;

        public void Evaluated(in EvaluationReport report) { }
    }
}
