using Etalon.Lab.Curvature;
using Etalon.Lab.Data;
using Etalon.Lab.Recipes;
using Etalon.Lab.Training;

namespace Etalon.Lab.Tests.Curvature;

public class HessianProbeTests
{
    private const string Recipe =
        "duration: 5ep\ndata: {set: digits, batch: 20, train: 40, test: 10}\nmodel: {name: mlp, hidden: [2]}\nlearning_rate: "
        + "0.1\nprecision: float64";

    // The Hessian of 162 parameters is written out column by column, and a hundred times as many products are taken with it.
    [Theory]
    [InlineData("none")]
    [InlineData("batch")]
    public void Power_iteration_on_gradients_finds_the_leading_eigenvalue_of_the_hessian(string norm)
    {
        using var trainer = Trained($"model.norm={norm}");
        double[][] hessian = Columns(trainer);
        double[] v = [.. Enumerable.Range(0, hessian.Length).Select(i => 1 + i % 7 / 10.0)];
        double eigenvalue = 0;
        for (int i = 0; i < 5000; i++)
        {
            double[] product = [.. Enumerable.Range(0, v.Length).Select(row => hessian.Select((column, j) => column[row] * v[j]).Sum())];
            double length = Math.Sqrt(product.Sum(value => value * value));
            eigenvalue = product.Zip(v, (a, b) => a * b).Sum() / v.Sum(value => value * value);
            v = Array.ConvertAll(product, value => value / length);
        }
        var reading = new HessianProbe<double>(trainer, images: 40).Measure(iterations: 300);
        // Third differences of the loss times the squared steps, 1e-3 and 1e-4; and the convergence of power iteration, whose residual is
        // shown.
        Assert.Equal(eigenvalue, reading.Eigenvalue, Math.Abs(eigenvalue) * 1e-3);
        Assert.InRange(reading.Residual, 0, 0.02);
        Assert.Equal(40, reading.Images);
        Assert.Equal(2 / reading.Eigenvalue, reading.LargestStableRate);
    }

    [Fact]
    public void The_network_is_afterwards_as_it_was()
    {
        using var trainer = Trained("model.norm=batch");
        double[] weights = trainer.Network.Parameters.Span.ToArray(), state = trainer.Network.State.Span.ToArray();
        new HessianProbe<double>(trainer, images: 30).Measure(iterations: 3);
        Assert.Equal(weights, trainer.Network.Parameters.Span.ToArray());
        Assert.Equal(state, trainer.Network.State.Span.ToArray());
        Assert.NotEmpty(state);
    }

    private static Trainer<double> Trained(string change)
    {
        var trainer = new Trainer<double>(RecipeReader.Read(Recipe, overrides: [change]).Recipe, DataCatalog.Load("digits"), threads: 1);
        trainer.Run(NullObserver.Instance, TestContext.Current.CancellationToken);
        return trainer;
    }

    private static double[][] Columns(Trainer<double> trainer)
    {
        const double Step = 1e-4;
        var weights = trainer.Network.Parameters;
        return [.. weights.Tensors.SelectMany(tensor => Enumerable.Range((int)tensor.Offset, (int)tensor.Length)).Select(i =>
        {
            double was = weights.Span[i];
            weights.Span[i] = was + Step;
            double[] up = Gradient(trainer);
            weights.Span[i] = was - Step;
            double[] down = Gradient(trainer);
            weights.Span[i] = was;
            return up.Zip(down, (a, b) => (a - b) / (2 * Step)).ToArray();
        })];
    }

    // The mean over two batches of 20.
    private static double[] Gradient(Trainer<double> trainer)
    {
        var source = BatchSource<double>.InOrder(trainer.Data, trainer.Data.Training, 20);
        var batch = new Batch<double>(source);
        var sums = new double[trainer.Network.Parameters.Length];
        for (int index = 0; index < 2; index++)
        {
            batch.Read(source, 0, index);
            trainer.Network.Forward(batch.Pixels, batch.Labels, isTraining: true);
            trainer.Network.Backward();
            for (int i = 0; i < sums.Length; i++) sums[i] += trainer.Network.Gradients.Span[i] / 2;
        }
        return [.. trainer.Network.Parameters.Tensors.SelectMany(tensor => sums[(int)tensor.Offset..(int)(tensor.Offset + tensor.Length)])];
    }
}
