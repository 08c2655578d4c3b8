using Etalon.Engine;
using Etalon.Lab.Charts;
using Etalon.Lab.Numerics;
using Etalon.Numerics;
using Etalon.Schedules.Dynamics;

namespace Etalon.Lab.Simulations.Scenarios;

/// <summary>
/// Where norm and angle settle under rules whose updates have a size of their own: <see cref="DirectionRule"/> against the optimizers of
/// the engine, driven by noise alone.
/// </summary>
/// <remarks>
/// Each replica is a tensor of 256 weights of one optimizer, with gradients orthogonal to the weights and 1/|w| as large. It starts at its
/// predicted norm; means are taken over 3 mixing units after 1, and after the memory of the squares. Beside standard errors 0.5 % is
/// allowed, 1 % of Muon, whose correlations are interpolated, and of LAMB's norm.
/// </remarks>
internal sealed class OptimizersScenario : Scenario
{
    private const int Side = 16, Dimension = Side * Side;
    private const double UnitsToSettle = 1, UnitsToMeasure = 3, Shortest = 0.2;

    /// <inheritdoc/>
    public override string Name => "optimizers";

    /// <inheritdoc/>
    public override string Summary => "norm and angle at equilibrium for AdamW, Adam with L2, sign, Signum, Lion, Muon and LAMB";

    /// <inheritdoc/>
    public override string Example => "--replicas 200";

    /// <inheritdoc/>
    public override ScenarioInputs Inputs => ScenarioInputs.None;

    /// <inheritdoc/>
    public override int Replicas => 24;

    internal override ScenarioReport Run(ScenarioOptions options, Workers workers, CancellationToken cancellation)
    {
        int replicas = options.Replicas ?? Replicas;
        var findings = new List<Finding>();
        var lines = new List<ChartLine>();
        foreach (var each in Table())
        {
            var (norms, versines, curve) = Measure(each, replicas, options.Seed, workers, cancellation);
            string name = $"{each.Name}: {Axis.Label(each.Numbers.Rate)}, {Axis.Label(each.Numbers.WeightDecay)}";
            if (each.NormShare is { } share)
                findings.Add(Finding.Within(name, "norm", each.Predicted.Norm, Estimate.OfMean(norms, Math.Sqrt), share));
            findings.Add(Finding.Within(
                name, "angle of an update", each.Predicted.Angle,
                Estimate.OfMean(versines, versine => 2 * Elementary.Atan2(Math.Sqrt(versine), Math.Sqrt(2 - versine))), each.AngleShare));
            lines.Add(new(name, [.. curve.Select((_, i) => i * (UnitsToSettle + UnitsToMeasure) / curve.Length)], curve)
            {
                Color = lines.Count,
            });
        }
        return new(
            "equilibrium by optimizer",
            [
                $"loss     noise alone; d = {Dimension}",
                $"runs     {replicas} replicas from their predicted norm; means over {UnitsToMeasure} mixing units after {UnitsToSettle}",
            ],
            findings,
            new("Norm over its equilibrium", "mixing units", [new("|w| / |w|*", lines) { Height = 320 }])
            {
                Legend = [.. lines.Select(line => line.Name)],
            },
            "Where decay is decoupled, norm and angle of the weights follow from rate, decay and betas alone; the root mean square of "
            + "AdamW's weights is √(η/(2 λ)). With decay in Adam's gradient they follow the size of the gradients.");
    }

    private static IEnumerable<Case> Table()
    {
        Case AdamW(double rate, double decay, double beta1, double beta2, double share) => new(
            $"adamw ({beta1:0.###}, {beta2:0.###})", new(rate, decay, 0),
            DirectionRule.AdamW(beta1, beta2).Equilibrium(rate, decay, Dimension), share, share, 3 / (1 - beta2),
            (w, g) => Mover.Of(
                new Adam<double>(w, g, new() { IsDecayDecoupled = true, Beta1 = beta1, Beta2 = beta2, Epsilon = 1e-20 })));
        Case Of(DirectionRule rule, Hyperparameters numbers, double? normShare, double angleShare,
            Func<Region<double>, Region<double>, Optimizer<double>> create) => new(
            rule.Name, numbers, rule.Equilibrium(numbers.Rate, numbers.WeightDecay, Dimension), normShare, angleShare, 0,
            (w, g) => Mover.Of(create(w, g)));
        yield return AdamW(0.02, 0.1, 0.9, 0.999, 0.005);
        yield return AdamW(0.02, 0.1, 0.9, 0.95, 0.005);
        yield return AdamW(0.005, 1, 0.9, 0.99, 0.005);
        yield return AdamW(0.02, 0.1, 0, 0.999, 0.005);
        yield return Of(DirectionRule.Signum(0), new(0.005, 0.4, 0), 0.005, 0.005, (w, g) => new Signum<double>(w, g));
        yield return Of(DirectionRule.Signum(0.9), new(0.005, 0.4, 0.9), 0.005, 0.005, (w, g) => new Signum<double>(w, g));
        yield return Of(DirectionRule.Lion(0.9, 0.99), new(0.001, 2, 0), 0.005, 0.005, (w, g) => new Lion<double>(w, g, new()));
        foreach (double momentum in (double[])[0, 0.9])
            yield return Of(DirectionRule.Muon(momentum, Side, Side, nesterov: false), new(0.02, 0.1, momentum), 0.01, 0.01,
                (w, g) => new Muon<double>(w, g, new() { IsNesterov = false }));
        yield return new(
            "adam with L2 (0.9, 0.999)", new(0.02, 0.01, 0),
            DirectionEquilibrium.AdamWithL2(0.02, 0.01, Dimension, Dimension - 1, 0.9), 0.005, 0.005, 3000,
            (w, g) => Mover.Of(new Adam<double>(w, g, new() { Epsilon = 1e-20 })));
        foreach (double beta1 in (double[])[0, 0.9])
            yield return new(
                $"lamb ({beta1:0.###}, 0.999)", new(0.03, 0.01, 0), DirectionEquilibrium.Lamb(0.03, 0.01, Dimension, beta1), 0.01, 0.005,
                3000, (w, g) => new(new LambSteps(w, g, beta1, 0.999).Update, null));
    }

    private static (double[] Norms, double[] Versines, double[] Curve) Measure(
        Case each, int replicas, ulong seed, Workers workers, CancellationToken cancellation)
    {
        using Region<double> weights = new(), gradients = new();
        for (int i = 0; i < replicas; i++) weights.Declare($"w{i}", Side, Side);
        weights.Allocate();
        gradients.Mirror(weights);
        gradients.Allocate();
        using var mover = each.Create(weights, gradients);
        var start = new CounterStream(seed, "start");
        foreach (var tensor in weights.Tensors)
        {
            foreach (ref double weight in tensor.Span) weight = start.NextNormal();
            double norm = Math.Sqrt(Dot(tensor.Span, tensor.Span));
            foreach (ref double weight in tensor.Span) weight *= each.Predicted.Norm / norm;
        }
        // Weights start at equilibrium, so that the long way of squares that lag behind them is not waited for to its end.
        double unit = Math.Max(each.Predicted.RelaxationRate / 2, Shortest * each.Numbers.Rate * each.Numbers.WeightDecay);
        long settle = (long)Math.Ceiling(Math.Max(UnitsToSettle / unit, each.Memory));
        long steps = settle + (long)Math.Ceiling(UnitsToMeasure / unit);
        double[] norms = new double[replicas], versines = new double[replicas];
        var curve = new List<double>();
        Hyperparameters[] numbers = [each.Numbers];
        for (long step = 0; step < steps; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            var stream = new CounterStream(seed, "gradients", (ulong)step);
            foreach (var (w, g) in weights.Tensors.Zip(gradients.Tensors)) Draw(ref stream, w.Span, g.Span);
            double[][] old = step < settle ? [] : [.. weights.Tensors.Select(tensor => tensor.Span.ToArray())];
            mover.Update(numbers, workers);
            if (step % Math.Max(1, steps / 200) == 0)
                curve.Add(Math.Sqrt(weights.Tensors.Average(tensor => Dot(tensor.Span, tensor.Span))) / each.Predicted.Norm);
            for (int i = 0; i < old.Length; i++)
            {
                var now = weights.Tensors[i].Span;
                double square = Dot(old[i], old[i]), next = Dot(now, now);
                norms[i] += square / (steps - settle);
                versines[i] += (1 - Dot(old[i], now) / Math.Sqrt(square * next)) / (steps - settle);
            }
        }
        return (norms, versines, [.. curve]);
    }

    // A normal gradient without its part along w, over |w|.
    private static void Draw(ref CounterStream stream, Span<double> w, Span<double> g)
    {
        foreach (ref double number in g) number = stream.NextNormal();
        double square = Dot(w, w), along = Dot(w, g) / square, norm = Math.Sqrt(square);
        for (int i = 0; i < g.Length; i++) g[i] = (g[i] - along * w[i]) / norm;
    }

    private static double Dot(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        double sum = 0;
        for (int i = 0; i < x.Length; i++) sum += x[i] * y[i];
        return sum;
    }

    /// <summary>One rule with its numbers.</summary>
    /// <param name="Name">What it is called.</param>
    /// <param name="Numbers">Rate, decay and momentum of every update.</param>
    /// <param name="Predicted">Where it settles.</param>
    /// <param name="NormShare">What the law of the norm leaves out; null where there is none.</param>
    /// <param name="AngleShare">What the law of the angle leaves out.</param>
    /// <param name="Memory">Updates that the optimizer remembers.</param>
    /// <param name="Create">Makes the optimizer.</param>
    private sealed record Case(
        string Name, Hyperparameters Numbers, DirectionEquilibrium Predicted, double? NormShare, double AngleShare, double Memory,
        Func<Region<double>, Region<double>, Mover> Create);

    /// <summary>What changes the weights: an optimizer of the engine, or a rule that it does not have.</summary>
    private sealed record Mover(Action<Hyperparameters[], Workers> Update, IDisposable? Owned) : IDisposable
    {
        public static Mover Of(Optimizer<double> optimizer) => new((numbers, workers) => optimizer.Update(numbers, workers), optimizer);

        public void Dispose() => Owned?.Dispose();
    }
}
