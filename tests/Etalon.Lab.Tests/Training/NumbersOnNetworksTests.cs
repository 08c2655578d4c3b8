using Etalon.Engine;
using Etalon.Lab.Data;
using Etalon.Lab.Models;
using Etalon.Lab.Recipes;
using Etalon.Schedules;
using Etalon.Schedules.Equivalence;

namespace Etalon.Lab.Tests.Training;

/// <summary>
/// Rules with decoupled decay beside the same without, by numbers of each update or by scaled gradients, on a residual network and on a
/// transformer in float64 over 300 updates; and what is nearly that, which is another run.
/// </summary>
[Trait("speed", "slow")]
public class NumbersOnNetworksTests
{
    private const double Exact = 1e-12, Different = 1e-2;
    private const int Updates = 300;

    private static readonly Dictionary<string, (ModelSpec Model, DataSet Data)> Networks = new()
    {
        ["residual"] = Read("data: {set: digits, batch: 32, train: 320, test: 32}", "{name: preresnet-8, width: 4, epsilon: 0}"),
        ["transformer"] = Read("data: {set: text, context: 12, batch: 8, train: 160, test: 8}",
            "{name: transformer, layers: 2, width: 16, heads: 2, epsilon: 0}"),
    };

    public static TheoryData<string> Names => [.. Networks.Keys];

    [Theory, MemberData(nameof(Names))]
    public void Lion_and_signum_by_numbers_are_the_same_run_and_by_the_rate_alone_another(string name)
    {
        var source = Schedule(0.003, 0.5);
        Optimizer<double> Lion(Network<double> network, Func<string, int> groupOf) =>
            new Lion<double>(network.Parameters, network.Gradients, new(), groupOf);
        Optimizer<double> Signum(Network<double> network, Func<string, int> groupOf) =>
            new Signum<double>(network.Parameters, network.Gradients, groupOf);
        var (lion, signum) = (MeanNumbers.Lion(source, 0.99), MeanNumbers.Signum(source));
        var own = Train(name, Lion, Own(source));
        Assert.InRange(Distance(own, Train(name, Lion, t => new(lion[t].Rate, 0, 0)
        {
            Beta1 = lion[t].Direction,
            Beta2 = lion[t].Mean,
        })), 0, Exact);
        Assert.True(Distance(own, Train(name, Lion, t => new(lion[t].Rate, 0, 0))) > Different);
        Assert.True(Distance(own, Train(name, Lion, WithoutDecay(source))) > Different);
        own = Train(name, Signum, Own(source));
        Assert.InRange(Distance(own, Train(name, Signum, t => new(signum[t].Rate, 0, signum[t].Mean))), 0, Exact);
        Assert.True(Distance(own, Train(name, Signum, t => new(signum[t].Rate, 0, 0.9))) > Different);
    }

    // Five steps of Newton and Schulz make 3.4445^5 = 485 times as much of a small singular value: what rounds grows, as a changed start
    // does.
    [Theory]
    [InlineData("residual", false)]
    [InlineData("residual", true)]
    [InlineData("transformer", false)]
    [InlineData("transformer", true)]
    public void Muon_by_numbers_is_the_same_run_as_far_as_rounding_goes_and_with_one_momentum_for_both_another(string name, bool nesterov)
    {
        var source = Schedule(0.02, 0.5);
        Optimizer<double> Muon(Network<double> network, Func<string, int> groupOf) => new Muon<double>(
            network.Parameters, network.Gradients, new() { IsNesterov = nesterov }, groupOf, tensor => groupOf(tensor) == 1);
        var rows = MeanNumbers.Muon(source, nesterov);
        Hyperparameters Numbers(int t) => new(rows[t].Rate, 0, rows[t].Mean, nesterov ? rows[t].Direction : null)
        {
            Epsilon = 1e-7 * rows[t].EpsilonFactor,
        };
        var own = Train(name, Muon, Own(source));
        double rounding = Distance(own, Train(name, Muon, Own(source), perturbation: 2e-16)),
            distance = Distance(own, Train(name, Muon, Numbers));
        TestContext.Current.SendDiagnosticMessage(
            $"muon on the {name}, nesterov {nesterov}: {distance:E1}, a start changed by 2e-16 {rounding:E1}");
        Assert.InRange(rounding, 0, 1e-8);
        Assert.InRange(distance, 0, Math.Max(Exact, 30 * rounding));
        Assert.True(Distance(own, Train(name, Muon, WithoutDecay(source))) > Different);
        if (nesterov) Assert.True(Distance(own, Train(name, Muon, t => Numbers(t) with { LookAhead = null })) > Different);
    }

    // In other units, weights c times, rate c times, decay 1/c and gradients c times, a run is the same without any theorem, and to the bit
    // where c is a power of two. What other factors do to rounding, five steps of Newton and Schulz and the network enlarge.
    [Theory]
    [InlineData("residual", false)]
    [InlineData("residual", true)]
    [InlineData("transformer", false)]
    [InlineData("transformer", true)]
    public void Muon_by_scaled_gradients_is_as_far_as_a_mere_change_of_units(string name, bool nesterov)
    {
        var source = Schedule(0.02, 0.5);
        var scaled = ScaledGradient.Convert(source);
        Optimizer<double> Muon(Network<double> network, Func<string, int> groupOf) => new Muon<double>(
            network.Parameters, network.Gradients, new() { IsNesterov = nesterov }, groupOf, tensor => groupOf(tensor) == 1);
        var own = Train(name, Muon, Own(source));
        double InUnits(double c) => Distance(own, Train(name, Muon,
            t => new(c * source[t].Rate, source[t].WeightDecay / c, source[t].Momentum), factor: _ => c, scale: c));
        Assert.Equal(0, InUnits(2));
        double rounding = new[] { 1.5, 1.0 / 3, 0.7 }.Max(InUnits), distance = Distance(own, Train(name, Muon,
            t => new(scaled.Target[t].Rate, 0, source[t].Momentum), factor: t => Math.Exp(scaled.LogScaleAt(t))));
        TestContext.Current.SendDiagnosticMessage(
            $"muon on the {name}, nesterov {nesterov}: {distance:E1}, in other units {rounding:E1}");
        Assert.InRange(rounding, 0, 1e-8);
        Assert.InRange(distance, 0, Math.Max(Exact, 10 * rounding));
    }

    [Theory, MemberData(nameof(Names))]
    public void Sgd_with_nesterov_keeps_its_look_ahead_and_one_that_follows_the_momentum_is_another_run(string name)
    {
        var source = UpdateTable.Of(new UpdateSchedule
        {
            LearningRate = new Sequence(new Linear(0, 0.05, 30), new Cosine(0.05, 0, Updates - 30)),
            WeightDecay = 0.2,
            Momentum = 0.9,
            TotalSteps = Updates,
            Rule = new() { Decay = DecayForm.Decoupled, Nesterov = true },
        });
        var target = TexpPlusPlus.Convert(source).Target;
        Optimizer<double> Sgd(Network<double> network, Func<string, int> groupOf) => new Sgd<double>(
            network.Parameters, network.Gradients, new() { IsNesterov = true, IsDecayDecoupled = true }, groupOf);
        var own = Train(name, Sgd, Own(source));
        Assert.InRange(Distance(own, Train(name, Sgd, t => new(target[t].Rate, 0, target[t].Momentum, target[t].LookAhead))), 0, Exact);
        Assert.True(Distance(own, Train(name, Sgd, t => new(target[t].Rate, 0, target[t].Momentum))) > Different);
        Assert.True(Distance(own, Train(name, Sgd, WithoutDecay(source))) > Different);
    }

    [Theory, MemberData(nameof(Names))]
    public void A_clip_of_all_gradients_needs_scaled_gradients_and_a_threshold_of_each_update_will_not_do(string name)
    {
        const double Threshold = 0.3;
        var source = Schedule(0.01, 0.5);
        var scaled = ScaledGradient.Convert(source);
        var numbers = AdamNumbers.Convert(new AdamTable(Enumerable.Range(0, Updates).Select(t =>
            new AdamRow(source[t].LogRate, source[t].WeightDecay, 0.9, 0.999, 1e-8)))).Target;
        var own = Train(name, AdamW, Own(source), Threshold);
        Assert.InRange(Distance(own, Train(name, AdamW, t => new(scaled.Target[t].Rate, 0, 0), Threshold,
            factor: t => Math.Exp(scaled.LogScaleAt(t)))), 0, Exact);
        Assert.True(Distance(own, Train(name, AdamW, t => new(numbers[t].Rate, 0, 0)
        {
            Beta1 = numbers[t].Beta1,
            Beta2 = numbers[t].Beta2,
            Epsilon = numbers[t].Epsilon,
        }, Threshold)) > Different);
    }

    private static Optimizer<double> AdamW(Network<double> network, Func<string, int> groupOf) =>
        new Adam<double>(network.Parameters, network.Gradients, new() { IsDecayDecoupled = true }, groupOf);

    private static UpdateTable Schedule(double rate, double decay) => UpdateTable.Of(new UpdateSchedule
    {
        LearningRate = new Sequence(new Linear(0, rate, 30), new Cosine(rate, 0, Updates - 30)),
        WeightDecay = decay,
        Momentum = 0.9,
        TotalSteps = Updates,
        Rule = new() { Decay = DecayForm.Decoupled },
    });

    private static Func<int, Hyperparameters> Own(UpdateTable source) =>
        t => new(source[t].Rate, source[t].WeightDecay, source[t].Momentum);

    private static Func<int, Hyperparameters> WithoutDecay(UpdateTable source) => t => new(source[t].Rate, 0, source[t].Momentum);

    // The scale-invariant weights follow the numbers of each update, everything else the same constant ones on all sides.
    private static double[] Train(
        string name, Func<Network<double>, Func<string, int>, Optimizer<double>> create, Func<int, Hyperparameters> numbersOf,
        double clip = double.PositiveInfinity, Func<int, double>? factor = null, double perturbation = 0, double scale = 1)
    {
        var (model, data) = Networks[name];
        int images = name == "residual" ? 32 : 8;
        using var workers = new Workers(1);
        using var network = Model.Build<double>(model, data.Image, data.ClassCount, new SoftmaxCrossEntropy(), images, workers);
        network.Initialize(seed: 1);
        var classes = ParameterClasses.Of(network.Layers);
        int GroupOf(string tensor) => classes.IsIn(ParameterClass.ScaleInvariant, tensor) ? 1 : 0;
        using var optimizer = create(network, GroupOf);
        var stream = new CounterStream(1, "perturbation");
        if (perturbation > 0)
            foreach (ref double weight in network.Parameters.Span) weight *= 1 + perturbation * stream.NextNormal();
        foreach (var tensor in network.Parameters.Tensors.Where(tensor => GroupOf(tensor.Name) == 1))
            foreach (ref double weight in tensor.Span) weight *= scale;
        var batches = BatchSource<double>.ForTraining(data, images, new BatchOptions { Seed = 1 });
        var batch = new Batch<double>(batches);
        for (int step = 0; step < Updates; step++)
        {
            batch.Read(batches, step / batches.BatchesPerEpoch, step % batches.BatchesPerEpoch);
            network.Forward(batch.Pixels, batch.Labels, isTraining: true);
            network.Backward();
            Clip(network.Gradients, GroupOf, factor?.Invoke(step) ?? 1, clip);
            optimizer.Update([new(0.001, 0, 0.9), numbersOf(step)], workers);
        }
        // By the batch's own statistics: running ones are those of weights that have grown since.
        network.Forward(batch.Pixels, batch.Labels, isTraining: true);
        return [.. Enumerable.Range(0, 8).SelectMany(image => network.OutputsOf(image).ToArray())];
    }

    private static void Clip(Region<double> gradients, Func<string, int> groupOf, double factor, double threshold)
    {
        if (factor != 1)
            foreach (var tensor in gradients.Tensors.Where(tensor => groupOf(tensor.Name) == 1))
                foreach (ref double number in tensor.Span) number *= factor;
        double squares = 0;
        foreach (double number in gradients.Span) squares += number * number;
        if (Math.Sqrt(squares) <= threshold) return;
        foreach (ref double number in gradients.Span) number *= threshold / Math.Sqrt(squares);
    }

    private static (ModelSpec, DataSet) Read(string data, string model)
    {
        var recipe = RecipeReader.Read($"name: read\nduration: 1ba\n{data}\nmodel: {model}\nlearning_rate: 0.1\n").Recipe;
        return (recipe.Model!, RecipeData.Load(recipe.Data!));
    }

    private static double Distance(double[] own, double[] other) =>
        own.Zip(other, (a, b) => Math.Abs(a - b)).Max() / own.Max(Math.Abs);
}
