using System.Numerics;
using Etalon.Engine;

namespace Etalon.Lab.Models;

/// <summary>
/// A pre-norm transformer that scores the next character of a text at each of its tokens (Radford et al. 2019, with the parts that later
/// models took in). No layer has a bias.
/// </summary>
internal static class Transformer
{
    /// <summary>The scores of every token.</summary>
    public static Signal<T> Scores<T>(NetworkBuilder<T> build, ModelSpec spec, int symbols) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var form = spec.Transformer!;
        var embedding = build.Embedding("embedding", symbols, spec.Width, form.Positions == PositionKind.Learned);
        var x = embedding;
        for (int layer = 1; layer <= form.Layers; layer++)
        {
            x = Attend(build, spec, form, $"block{layer}", x);
            x = Think(build, spec, form, $"block{layer}", x);
        }
        x = Normalize(build, spec, "final_norm", x);
        return spec.Head == HeadMode.Tied
            ? build.TiedScores("head", x, embedding)
            : build.Project("head", x, symbols, isFrozen: spec.Head == HeadMode.Frozen);
    }

    private static Signal<T> Attend<T>(NetworkBuilder<T> build, ModelSpec spec, TransformerSpec form, string block, Signal<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var read = Normalize(build, spec, $"{block}.norm1", x);
        Signal<T> query = build.Project($"{block}.query", read, spec.Width), key = build.Project($"{block}.key", read, spec.Width);
        if (form.HasQkNorm)
        {
            query = Normalize(build, spec, $"{block}.query_norm", query, form.Heads);
            key = Normalize(build, spec, $"{block}.key_norm", key, form.Heads);
        }
        var value = build.Project($"{block}.value", read, spec.Width);
        var seen =
            build.CausalAttention($"{block}.attention", query, key, value, form.Heads, form.Positions == PositionKind.Rotary);
        return build.Project($"{block}.output", seen, spec.Width, residual: x);
    }

    private static Signal<T> Think<T>(NetworkBuilder<T> build, ModelSpec spec, TransformerSpec form, string block, Signal<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int hidden = form.HiddenOf(spec.Width);
        var read = Normalize(build, spec, $"{block}.norm2", x);
        var inner = form.Activation == Activation.Gelu
            ? build.Gelu($"{block}.activation", build.Project($"{block}.up", read, hidden))
            : build.SwiGlu(
                $"{block}.activation", build.Project($"{block}.gate", read, hidden), build.Project($"{block}.up", read, hidden));
        return build.Project($"{block}.down", inner, spec.Width, residual: x);
    }

    private static Signal<T> Normalize<T>(NetworkBuilder<T> build, ModelSpec spec, string name, Signal<T> x, int parts = 1)
        where T : unmanaged, IFloatingPointIeee754<T> => spec.Norm switch
        {
            NormKind.Layer => build.TokenNormalization(name, x, parts, spec.Affine, spec.Epsilon),
            NormKind.None => x,
            _ => build.RmsNormalization(name, x, parts, spec.Affine, spec.Epsilon),
        };
}
