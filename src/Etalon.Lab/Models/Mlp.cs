using System.Numerics;
using Etalon.Engine;

namespace Etalon.Lab.Models;

/// <summary>A multi-layer perceptron: linear, normalization (or bias where there is none), ReLU for each hidden layer.</summary>
internal static class Mlp
{
    public static Signal<T> Features<T>(NetworkBuilder<T> build, ModelSpec spec) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var x = build.Input;
        for (int i = 0; i < spec.Hidden.Length; i++)
        {
            string name = $"hidden{i + 1}";
            x = build.Linear(name, x, spec.Hidden[i]);
            x = spec.Norm == NormKind.None
                ? build.Rectify(build.Bias($"{name}.bias", x))
                : build.NormalizeAndRectify(spec, $"{name}.norm", x);
        }
        return x;
    }
}
