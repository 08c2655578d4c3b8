namespace Etalon.Lab.ScalarLogs;

/// <summary>What tools call the numbers of a run. The first name that a log has counts: as it is, then in any case, then by its last part.
/// </summary>
internal static class SeriesNames
{
    private static readonly string[] _steps =
        ["step", "global_step", "train/global_step", "trainer/global_step", "_step", "iteration", "iter", "update"];

    private static readonly Dictionary<LoggedQuantity, string[]> _names = new()
    {
        [LoggedQuantity.Rate] =
        [
            "lr", "learning_rate", "train/lr", "train/learning_rate", "optim/learning_rate", "optim/learning_rate_group0", "lr-*", "lr/pg0",
            "lr/group0", "epoch_learning_rate", "learning-rate", "train/epoch_learning_rate",
        ],
        [LoggedQuantity.WeightDecay] = ["weight_decay", "*-weight_decay", "wd", "weight-decay"],
        [LoggedQuantity.Momentum] = ["momentum", "lr-*-momentum"],
        [LoggedQuantity.GradientNorm] =
        [
            "grad_norm", "train/grad_norm", "gradient_norm", "grad-norm", "optim/total_grad_norm", "grad_norm/global", "global_grad_norm",
        ],
        [LoggedQuantity.Loss] =
        [
            "loss", "train_loss", "train/loss", "training_loss", "lm loss", "train/CrossEntropyLoss", "loss_metrics/global_avg_loss",
            "batch_loss",
            "epoch_loss", "train/epoch_loss",
        ],
    };

    /// <summary>The column of updates; null where there is none.</summary>
    public static string? StepOf(IEnumerable<string> names)
    {
        var all = names as IReadOnlyCollection<string> ?? [.. names];
        return _steps.Select(step => all.FirstOrDefault(name => name == step)).FirstOrDefault(name => name is not null)
            ?? _steps.Select(step => all.FirstOrDefault(name => name.Equals(step, StringComparison.OrdinalIgnoreCase)))
                .FirstOrDefault(name => name is not null);
    }

    /// <summary>Whether one of some columns is the rate, by its name.</summary>
    public static bool HasRate(IEnumerable<string> names) => names.Any(name => _names[LoggedQuantity.Rate].Any(pattern =>
        Matches(name, pattern, StringComparison.OrdinalIgnoreCase)
        || name[(name.LastIndexOf('/') + 1)..].Equals(pattern, StringComparison.OrdinalIgnoreCase)));

    /// <summary>The series of a quantity; null where the log has none.</summary>
    /// <param name="log">The log.</param>
    /// <param name="quantity">The quantity.</param>
    /// <param name="map">The names that the user gave, by the first name of a quantity.</param>
    /// <exception cref="InputException">Several have as good a claim, or the one that was named is not there.</exception>
    public static ScalarSeries? Find(ScalarLog log, LoggedQuantity quantity, IReadOnlyDictionary<string, string> map)
    {
        var patterns = _names[quantity];
        if (map.TryGetValue(patterns[0], out var given))
            return log.Series.TryGetValue(given, out var mapped) ? mapped
                : throw new InputException($"--map {patterns[0]}={given}: {log.Source} has no \"{given}\"; it has {Names(log)}");
        foreach (var comparison in new[] { StringComparison.Ordinal, StringComparison.OrdinalIgnoreCase })
            foreach (var pattern in patterns)
                if (Only(log, patterns[0], name => Matches(name, pattern, comparison)) is { } found) return found;
        foreach (var pattern in patterns.Where(pattern => !pattern.Contains('*', StringComparison.Ordinal)))
            if (Only(log, patterns[0],
                name => name[(name.LastIndexOf('/') + 1)..].Equals(pattern, StringComparison.OrdinalIgnoreCase)) is { } last)
                return last;
        return null;
    }

    /// <summary>Some of the names of a log, for messages.</summary>
    public static string Names(ScalarLog log) =>
        string.Join(", ", log.Series.Keys.Take(12)) + (log.Series.Count > 12 ? $" and {log.Series.Count - 12} more" : "");

    private static ScalarSeries? Only(ScalarLog log, string quantity, Func<string, bool> matches)
    {
        var found = log.Series.Where(series => matches(series.Key)).ToList();
        return found.Count switch
        {
            0 => null,
            1 => found[0].Value,
            // Parameter groups with the same numbers are one.
            _ when found.All(series => series.Value.Points.SequenceEqual(found[0].Value.Points)) => found[0].Value,
            _ => throw new InputException($"{log.Source}: {string.Join(", ", found.Take(8).Select(series => series.Key))} may each be the "
                + $"{quantity}; choose one: --map {quantity}={found[0].Key}"
                + (log.Runs.Count > 0 ? $", or a run: --run {log.Runs[0]}" : "")),
        };
    }

    // A star stands for a name without a slash and without another dash: lr-AdamW, not lr-AdamW-momentum.
    private static bool Matches(string name, string pattern, StringComparison comparison)
    {
        int star = pattern.IndexOf('*', StringComparison.Ordinal);
        if (star < 0) return name.Equals(pattern, comparison);
        string before = pattern[..star], after = pattern[(star + 1)..];
        return name.Length > pattern.Length - 1 && name.StartsWith(before, comparison) && name.EndsWith(after, comparison)
            && (after.Length > 0 || !name[before.Length..].Contains('-', StringComparison.Ordinal));
    }
}

/// <summary>A number of a run that tools log under many names.</summary>
internal enum LoggedQuantity
{
    /// <summary>The learning rate.</summary>
    Rate,

    /// <summary>The weight decay.</summary>
    WeightDecay,

    /// <summary>The momentum, or β₁.</summary>
    Momentum,

    /// <summary>The norm of the gradient of all parameters, before any clip.</summary>
    GradientNorm,

    /// <summary>The training loss.</summary>
    Loss,
}
