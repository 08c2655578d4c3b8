using System.Numerics;

namespace Etalon.Engine.Tests.Networks;

/// <summary>A small pre-norm transformer for characters, with the names of bench/peers/transformer.py.</summary>
internal sealed record TestTransformer
{
    public int Tokens { get; init; } = 9;

    public int Symbols { get; init; } = 11;

    public int Width { get; init; } = 12;

    public int Heads { get; init; } = 2;

    public int Hidden { get; init; } = 20;

    public bool IsRms { get; init; } = true;

    public bool HasQkNorm { get; init; } = true;

    public bool IsSwiGlu { get; init; } = true;

    public bool IsRotary { get; init; } = true;

    public bool IsTied { get; init; }

    public bool IsAffine { get; init; } = true;

    public double Epsilon { get; init; } = 1e-5;

    public static TestTransformer Modern { get; } = new();

    public static TestTransformer Classic { get; } =
        new() { IsRms = false, HasQkNorm = false, IsSwiGlu = false, IsRotary = false, IsTied = true };

    public static TestTransformer Mixed { get; } = new() { IsRms = false, IsSwiGlu = false };

    public Network<T> Build<T>(int maxBatch, Workers workers, Communicator? ranks = null) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var build = new NetworkBuilder<T>(1, Tokens, 1);
        return build.Build(Scores(build), new SoftmaxCrossEntropy(), maxBatch, workers, ranks);
    }

    public Signal<T> Scores<T>(NetworkBuilder<T> b) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var embedding = b.Embedding("embedding", Symbols, Width, hasPlaces: !IsRotary);
        var x = embedding;
        for (int i = 1; i <= 2; i++)
        {
            string block = $"block{i}";
            var read = Normalize(b, $"{block}.norm1", x);
            Signal<T> query = b.Project($"{block}.query", read, Width), key = b.Project($"{block}.key", read, Width);
            var value = b.Project($"{block}.value", read, Width);
            if (HasQkNorm)
                (query, key) = (Normalize(b, $"{block}.query_norm", query, Heads), Normalize(b, $"{block}.key_norm", key, Heads));
            x = b.Project($"{block}.output", b.CausalAttention($"{block}.attention", query, key, value, Heads, IsRotary), Width, x);
            read = Normalize(b, $"{block}.norm2", x);
            var inner = IsSwiGlu
                ? b.SwiGlu($"{block}.activation", b.Project($"{block}.gate", read, Hidden), b.Project($"{block}.up", read, Hidden))
                : b.Gelu($"{block}.activation", b.Project($"{block}.up", read, Hidden));
            x = b.Project($"{block}.down", inner, Width, x);
        }
        x = Normalize(b, "final_norm", x);
        return IsTied ? b.TiedScores("head", x, embedding) : b.Project("head", x, Symbols);
    }

    private Signal<T> Normalize<T>(NetworkBuilder<T> b, string name, Signal<T> x, int parts = 1)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        IsRms ? b.RmsNormalization(name, x, parts, IsAffine, Epsilon) : b.TokenNormalization(name, x, parts, IsAffine, Epsilon);

    /// <summary>Uniform symbols and labels.</summary>
    public TestBatch<T> RandomBatch<T>(int count, ulong seed) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var batch = new TestBatch<T>(count, Tokens, Tokens);
        var stream = new CounterStream(seed, "test text");
        foreach (ref T symbol in batch.Images.AsSpan()) symbol = T.CreateTruncating(stream.NextBelow((uint)Symbols));
        foreach (ref int label in batch.Labels.AsSpan()) label = (int)stream.NextBelow((uint)Symbols);
        return batch;
    }
}
