using System.Numerics;
using Etalon.Engine;

namespace Etalon.Lab.Models;

/// <summary>The normalization that a model names, in the places where its layers have one.</summary>
internal static class Normalization
{
    /// <summary>The normalized signal; the signal itself where the model has none.</summary>
    public static Signal<T> Normalize<T>(this NetworkBuilder<T> build, ModelSpec spec, string name, Signal<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> => spec.Norm switch
        {
            NormKind.Batch => build.BatchNormalization(name, x, spec.Affine, spec.Epsilon, spec.StatisticsMomentum),
            NormKind.Group => build.GroupNormalization(name, x, spec.Groups, spec.Affine, spec.Epsilon),
            NormKind.Layer => build.GroupNormalization(name, x, 1, spec.Affine, spec.Epsilon),
            NormKind.Rms =>
                throw new ArgumentException("root mean squares of tokens are for transformers; write norm: batch, group or layer"),
            NormKind.Instance => build.GroupNormalization(name, x, x.Map.Channels, spec.Affine, spec.Epsilon),
            _ => x,
        };

    /// <summary>The normalized, rectified signal.</summary>
    public static Signal<T> NormalizeAndRectify<T>(this NetworkBuilder<T> build, ModelSpec spec, string name, Signal<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> => build.Rectify(build.Normalize(spec, name, x));
}
