namespace Etalon.Engine.Tests.Symmetry;

/// <summary>Small networks put together at random from every layer there is.</summary>
/// <remarks>
/// Behind a normalization there is always a ReLU: the mean of a normalized channel is 0, which would make everything behind an average
/// independent of it. A normalization of each channel of each image needs several pixels for the same reason.
/// </remarks>
internal sealed class RandomNetworks(ulong seed)
{
    private const int Width = 4;
    private CounterStream _stream = new(seed, "random network");
    private int _count;

    public Signal<double> Build(NetworkBuilder<double> b)
    {
        var x = Unit(b, b.Input);
        for (int i = (int)_stream.NextBelow(4); i > 0; i--)
            x = _stream.NextBelow(4) switch
            {
                0 => Unit(b, x),
                1 when x.Map.Pixels >= 16 => Chance(2) ? b.MaxPool(Name("max"), x, 2, 2) : b.AveragePool(Name("mean"), x, 2, 2),
                _ => Block(b, x),
            };
        if (Chance(2)) x = b.GlobalAveragePool(Name("pool"), x);
        x = b.Linear("head", x, 3, isFrozen: Chance(2));
        if (Chance(3)) x = b.Bias("head.bias", x, isFrozen: Chance(2));
        return Chance(4) ? b.BatchNormalization("logits", b.Sum(Name("copy"), x), affine: Chance(2), epsilon: 0) : x;
    }

    // Convolution, perhaps a bias, perhaps a normalization, ReLU.
    private Signal<double> Unit(NetworkBuilder<double> b, Signal<double> x)
    {
        x = Convolution(b, x, null);
        if (Chance(4)) x = b.Sum(Name("copy"), b.Bias(Name("bias"), x));
        if (Chance(4)) x = Convolution(b, x, null);
        return Chance(4) ? b.Rectify(x) : Normalize(b, x);
    }

    private Signal<double> Block(NetworkBuilder<double> b, Signal<double> x)
    {
        bool isPreActivated = Chance(2);
        var read = isPreActivated ? Normalize(b, x) : x;
        var inner = Convolution(b, read, null);
        if (!Chance(3)) inner = Normalize(b, inner);
        var shortcut = Chance(3) ? b.Convolution(Name("projection"), Chance(2) ? read : x, Width, 1) : x;
        if (isPreActivated) return b.Convolution(Name("conv"), inner, Width, 3, residual: shortcut);
        var sum = b.Sum(Name("sum"), b.Convolution(Name("conv"), inner, Width, 3), shortcut);
        return Chance(3) ? sum : Normalize(b, sum);
    }

    private Signal<double> Convolution(NetworkBuilder<double> b, Signal<double> x, Signal<double>? residual) =>
        b.Convolution(Name("conv"), x, Width, Chance(3) ? 1 : 3, residual: residual);

    private Signal<double> Normalize(NetworkBuilder<double> b, Signal<double> x)
    {
        if (!x.IsPlain) x = b.Sum(Name("copy"), x);
        bool affine = Chance(2);
        return b.Rectify(_stream.NextBelow(4) switch
        {
            0 => b.GroupNormalization(Name("group"), x, 2, affine, epsilon: 0),
            1 => b.GroupNormalization(Name("layer"), x, 1, affine, epsilon: 0),
            2 => b.GroupNormalization(Name("instance"), x, Width, affine, epsilon: 0),
            _ => b.BatchNormalization(Name("batch"), x, affine, epsilon: 0),
        });
    }

    private bool Chance(uint of) => _stream.NextBelow(of) == 0;

    private string Name(string kind) => $"{kind}{++_count}";
}
