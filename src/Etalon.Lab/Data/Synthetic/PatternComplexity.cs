using Etalon.Numerics;

namespace Etalon.Lab.Data;

/// <summary>
/// The complexity of labeled patterns: the expected entropy of the patterns of a class, C = E_y[H(P(X | y))], in bits (You et al. 2019). Of
/// n equally likely patterns a class it is log2 n; noise added to every pixel adds the same constant to all, and is left out.
/// </summary>
/// <remarks>
/// An entropy estimated from N images of n patterns is too small by about (n - 1) / (2 N ln 2) bits (Miller 1955): 0.18 bits for 100
/// patterns in 400 images.
/// </remarks>
internal static class PatternComplexity
{
    /// <summary>The complexity of the images of a split that show a known pattern, from their counts.</summary>
    /// <param name="split">A split whose patterns are known.</param>
    /// <param name="group">The group to look at; null for all images.</param>
    /// <exception cref="InputException">The patterns of the images are not known, or no image of the group shows one.</exception>
    public static double Of(Split split, ExampleGroup? group = null)
    {
        ArgumentNullException.ThrowIfNull(split);
        if (split.Patterns is not { } patterns)
            throw new InputException(
                "which pattern each image shows is not known, so there is no complexity to compute; take the data set ps10");
        int[] examples =
            [.. Enumerable.Range(0, split.Count).Where(example => patterns[example] >= 0 && (group is null || group.Contains(example)))];
        if (examples.Length == 0)
            throw new InputException($"no image of \"{group?.Name ?? "the split"}\" shows a pattern that comes again");
        IReadOnlyList<byte> labels = split.TrueLabels ?? split.Labels.ToArray();
        return examples.GroupBy(example => labels[example])
            .Sum(ofClass => (double)ofClass.Count() / examples.Length * Entropy(ofClass.CountBy(example => patterns[example])));
    }

    private static double Entropy(IEnumerable<KeyValuePair<int, int>> counts)
    {
        double[] shares = [.. counts.Select(count => (double)count.Value)];
        double total = shares.Sum();
        return -shares.Sum(count => count / total * Elementary.Log2(count / total));
    }
}
