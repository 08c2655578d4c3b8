namespace Etalon.Lab.RunSpecs.Reading;

/// <summary>"Did you mean": the known word nearest to a written one.</summary>
internal static class Nearest
{
    // What the same thing is called in the tools that users come from.
    private static readonly Dictionary<string, string> Elsewhere = new(StringComparer.OrdinalIgnoreCase)
    {
        ["lr"] = "learning_rate", ["eta"] = "learning_rate", ["rate"] = "learning_rate", ["schedule"] = "learning_rate",
        ["lr_schedule"] = "learning_rate", ["max_lr"] = "learning_rate", ["peak_lr"] = "peak",
        ["wd"] = "weight_decay", ["lambda"] = "weight_decay", ["l2"] = "weight_decay", ["mu"] = "momentum", ["beta"] = "momentum",
        ["batch_size"] = "batch", ["bs"] = "batch", ["dataset"] = "set", ["epochs"] = "duration", ["steps"] = "duration",
        ["max_steps"] = "duration", ["total_steps"] = "duration", ["iterations"] = "duration", ["random_seed"] = "seed",
        ["milestones"] = "at", ["boundaries"] = "at", ["gamma"] = "factor", ["decay_rate"] = "factor", ["step_size"] = "every",
        ["eta_min"] = "to", ["min_lr"] = "to", ["end_value"] = "to", ["init_value"] = "from", ["initial"] = "start",
        ["t_max"] = "for", ["t_0"] = "period", ["t_mult"] = "growth", ["length"] = "for", ["begin"] = "for",
        ["width_multiplier"] = "width", ["eps"] = "epsilon", ["augmentation"] = "augment", ["dtype"] = "precision",
        ["weight_decay_mode"] = "decay", ["label_smooth"] = "label_smoothing", ["log_every"] = "every",
    };

    /// <summary>The nearest of the known words, or null when none is near.</summary>
    public static string? To(string written, IReadOnlyCollection<string> known)
    {
        if (Elsewhere.TryGetValue(written, out var here) && known.Contains(here)) return here;
        if (written.Length is 0 or > 40) return null;
        var spelled = written.Replace('-', '_').ToLowerInvariant();
        var best = known.Select(word => (Word: word, Distance: Distance(spelled, word.Replace('-', '_'))))
            .OrderBy(pair => pair.Distance).FirstOrDefault((Word: "", Distance: int.MaxValue));
        return best.Distance <= Math.Max(1, written.Length / 3) ? best.Word : null;
    }

    // Edits between two words, a swap of neighbors counting as one (optimal string alignment).
    private static int Distance(string a, string b)
    {
        var table = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++) table[i, 0] = i;
        for (var j = 0; j <= b.Length; j++) table[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var change = table[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                table[i, j] = Math.Min(change, Math.Min(table[i - 1, j], table[i, j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    table[i, j] = Math.Min(table[i, j], table[i - 2, j - 2] + 1);
            }
        }
        return table[a.Length, b.Length];
    }
}
