using System.Globalization;

namespace Etalon.Lab.Diagnosis.Causes;

/// <summary>What the logger wrote down of the network's modules: "modules: conv1 Conv2d bias; bn1 BatchNorm2d eps 1e-05; ...".</summary>
/// <param name="LargestEpsilon">The largest epsilon of a normalization; null where none is known.</param>
/// <param name="BiasesBeforeNormalization">Modules with a bias that the next module, a normalization, takes out again.</param>
internal sealed record ModuleList(double? LargestEpsilon, IReadOnlyList<string> BiasesBeforeNormalization)
{
    /// <summary>PyTorch's.</summary>
    public const double UsualEpsilon = 1e-4;

    private const string Label = "modules:";

    /// <summary>Of a note; of none, nothing is known.</summary>
    public static ModuleList Of(string? note)
    {
        double? epsilon = null;
        var biases = new List<string>();
        int begin = note?.IndexOf(Label, StringComparison.Ordinal) ?? -1;
        if (begin < 0) return new(null, []);
        string? biased = null;
        foreach (string module in note![(begin + Label.Length)..].Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            string[] words = module.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length < 2) continue;
            int at = Array.IndexOf(words, "eps");
            if (at > 0 && at + 1 < words.Length && double.TryParse(words[at + 1], NumberStyles.Float, CultureInfo.InvariantCulture, out double own))
            {
                epsilon = Math.Max(epsilon ?? 0, own);
                if (biased is not null) biases.Add(biased);
            }
            biased = words.Contains("bias") && at < 0 ? words[0] : null;
        }
        return new(epsilon, biases);
    }
}
