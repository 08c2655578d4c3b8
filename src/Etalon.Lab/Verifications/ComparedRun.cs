using System.Numerics;
using Etalon.Engine;
using Etalon.Lab.Data;
using Etalon.Lab.Recipes;
using Etalon.Lab.Runs;
using Etalon.Lab.Training;
using Etalon.Numerics;

namespace Etalon.Lab.Verifications;

/// <summary>One of the runs that are trained side by side. A run that diverges stops, and is infinitely far from all others.</summary>
internal sealed class ComparedRun<T> : IDisposable where T : unmanaged, IFloatingPointIeee754<T>
{
    private const double Ln2 = 0.693147180559945309417;

    private readonly List<double> _losses = [];
    private double _logScale;

    /// <param name="recipe">What to train.</param>
    /// <param name="data">The data that it names.</param>
    /// <param name="threads">Threads that compute.</param>
    /// <param name="perturbation">By how much, relative, each parameter's start is changed, times a normal number.</param>
    /// <param name="draw">Which of the normal numbers: runs with others start elsewhere.</param>
    public ComparedRun(Recipe recipe, DataSet data, int threads, double perturbation = 0, int draw = 0)
    {
        Trainer = new Trainer<T>(recipe, data, threads);
        if (perturbation == 0) return;
        var stream = new CounterStream(recipe.Seed, "perturbation", (ulong)draw);
        foreach (ref var number in Trainer.Network.Parameters.Span) number *= T.CreateTruncating(1 + perturbation * stream.NextNormal());
    }

    public Trainer<T> Trainer { get; }

    /// <summary>The loss of each update's batch.</summary>
    public IReadOnlyList<double> Losses => _losses;

    /// <summary>Why the run stopped; null while it goes on.</summary>
    public DivergedException? Divergence { get; private set; }

    public void Update(Batch<T> batch)
    {
        if (Divergence is not null) return;
        try
        {
            var report = Trainer.Update(batch);
            _losses.Add(report.Batch.Loss);
            _logScale = report.LogScale ?? 0;
        }
        catch (DivergedException exception)
        {
            Divergence = exception;
        }
    }

    /// <summary>All outputs for a batch, in evaluation mode.</summary>
    public double[] Outputs(Batch<T> probe)
    {
        Trainer.Network.Forward(probe.Pixels, probe.Labels, isTraining: false);
        return [.. Enumerable.Range(0, probe.Count).SelectMany(image => Trainer.Network.OutputsOf(image).ToArray())
            .Select(double.CreateTruncating)];
    }

    /// <summary>The weights that a conversion covers: their direction, and ln of their norm in the units of the recipe's own run.</summary>
    public (double[] Direction, double LogNorm) Weights(ParameterGroups groups)
    {
        double[] weights =
        [
            .. Trainer.Network.Parameters.Tensors.Where(tensor => groups.IsConverted(Trainer.Classes, tensor.Name))
                .SelectMany(tensor => tensor.Span.ToArray()).Select(double.CreateTruncating),
        ];
        double norm = Math.Sqrt(weights.Sum(weight => weight * weight));
        return (Array.ConvertAll(weights, weight => weight / norm), Elementary.Log(norm) + Trainer.ScaleExponent * Ln2 - _logScale);
    }

    public void Dispose() => Trainer.Dispose();
}
