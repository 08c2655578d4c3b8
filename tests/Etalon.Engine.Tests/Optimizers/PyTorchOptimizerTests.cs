using Etalon.Engine.Tests.Golden;

namespace Etalon.Engine.Tests.Optimizers;

/// <summary>Optimizers against what PyTorch's own made of the same gradients.</summary>
public sealed class PyTorchOptimizerTests
{
    private static readonly GoldenFile Golden = GoldenFile.Load();

    [Theory]
    [InlineData("sgd")]
    [InlineData("nesterov")]
    [InlineData("adam")]
    [InlineData("adamw")]
    public void Each_of_40_steps_is_that_of_PyTorch(string name)
    {
        using Region<double> w = new(), g = new();
        w.Declare("w", 6);
        g.Mirror(w);
        w.Allocate();
        g.Allocate();
        Golden["flat.initial"].Values.CopyTo(w.Tensors[0].Span);
        using Optimizer<double> optimizer = name.StartsWith("adam", StringComparison.Ordinal)
            ? new Adam<double>(w, g, new AdamOptions { IsDecayDecoupled = name == "adamw" })
            : new Sgd<double>(w, g, new SgdOptions { IsNesterov = name == "nesterov" });
        using var workers = new Workers(1);

        double[] path = new double[40 * 6];
        for (int step = 0; step < 40; step++)
        {
            Golden["flat.gradients"].Values.AsSpan(step * 6, 6).CopyTo(g.Tensors[0].Span);
            optimizer.Update([new(0.01 * (step % 3 + 1), 0.02, 0.9)], workers);
            w.Tensors[0].Span.CopyTo(path.AsSpan(step * 6));
        }
        Assert.InRange(Golden[$"flat.{name}"].RelativeErrorOf<double>(path), 0, 1e-13);
    }
}
