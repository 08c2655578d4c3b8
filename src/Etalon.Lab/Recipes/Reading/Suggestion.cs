namespace Etalon.Lab.Recipes;

/// <summary>"Did you mean": the known word nearest to a written one.</summary>
internal static class Suggestion
{
    // What the tools that users come from call the same thing.
    private static readonly Dictionary<string, string[]> Elsewhere = new()
    {
        ["learning_rate"] = ["lr", "eta", "rate", "schedule", "lr_schedule", "max_lr"],
        ["weight_decay"] = ["wd", "lambda", "l2"],
        ["momentum"] = ["mu", "beta"],
        ["duration"] = ["epochs", "steps", "max_steps", "total_steps", "iterations"],
        ["seed"] = ["random_seed"],
        ["set"] = ["dataset"],
        ["batch"] = ["batch_size", "bs"],
        ["augment"] = ["augmentation"],
        ["precision"] = ["dtype"],
        ["epsilon"] = ["eps"],
        ["decay"] = ["weight_decay_mode"],
        ["peak"] = ["peak_lr", "max_lr"],
        ["at"] = ["milestones", "boundaries"],
        ["factor"] = ["gamma", "decay_rate"],
        ["every"] = ["step_size", "log_every"],
        ["from"] = ["init_value"],
        ["to"] = ["eta_min", "min_lr", "end_value"],
        ["for"] = ["t_max", "length"],
        ["period"] = ["t_0"],
        ["growth"] = ["t_mult"],
        ["test/accuracy"] =
        [
            "test/acc", "test_acc", "test_accuracy", "accuracy", "acc", "val/acc", "val_acc", "val/accuracy", "val_accuracy",
            "eval/accuracy", "top1", "eval_top1",
        ],
        ["test/loss"] = ["test_loss", "val/loss", "val_loss", "eval/loss", "eval_loss"],
        ["train/loss"] = ["loss", "train_loss", "training_loss"],
        ["train/accuracy"] = ["train/acc", "train_acc", "train_accuracy"],
    };

    /// <summary>The nearest of the known words, or null when none is near.</summary>
    public static string? To(string written, IReadOnlyCollection<string> known)
    {
        if (written.Length is 0 or > 40) return null;
        var spelled = written.Replace('-', '_').ToLowerInvariant();
        if (known.FirstOrDefault(word => Elsewhere.TryGetValue(word, out var names) && names.Contains(spelled)) is { } here) return here;
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
