using Etalon.Engine;

namespace Etalon.Lab.Data;

/// <summary>Makes labels of a split wrong and keeps the true ones.</summary>
/// <remarks>
/// The groups clean and corrupted say which labels are wrong in the end: a symmetric redraw that gave the true class again counts as clean,
/// so of K classes a fraction f (1 - 1/K) is corrupted.
/// </remarks>
internal static class LabelNoise
{
    /// <summary>The split with labels made wrong.</summary>
    /// <exception cref="InputException">There is but one class.</exception>
    public static Split Apply(Split split, int classes, LabelNoiseSpec spec, ulong seed)
    {
        if (classes < 2) throw new InputException($"data.label_noise: of {classes} class no label can be wrong; remove the key");
        byte[] truth = split.Labels.ToArray(), labels = [.. truth];
        var isChosen = Permutation.Choose(split.Count, spec.Fraction, new CounterStream(seed, "label noise choice"));
        for (int i = 0; i < labels.Length; i++)
        {
            if (!isChosen[i]) continue;
            labels[i] = spec.Kind == LabelNoiseKind.Symmetric
                ? (byte)new CounterStream(seed, "label noise", (ulong)i).NextBelow((uint)classes)
                : (byte)((truth[i] + 1) % classes);
        }
        bool[] isCorrupted = [.. labels.Zip(truth, (label, was) => label != was)];
        return new Split(split.Pixels.ToArray(), labels)
        {
            Groups = [.. split.Groups, new(ExampleGroup.Clean, Array.ConvertAll(isCorrupted, value => !value)),
                new(ExampleGroup.Corrupted, isCorrupted)],
            TrueLabels = truth,
            Patterns = split.Patterns,
        };
    }
}
