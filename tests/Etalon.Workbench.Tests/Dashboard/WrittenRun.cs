namespace Etalon.Workbench.Tests.Dashboard;

/// <summary>Run folders as files alone, of any length and with any fault.</summary>
internal static class WrittenRun
{
    /// <summary>A resolved.json with a few keys.</summary>
    public static string Resolved(long updates = 1000, long seed = 1, string rate = "0.1") => $$"""
        {
          "etalon": "0.1.0", "arithmetic": 2, "recipe_sha256": "00{{seed}}", "data_sha256": "11", "overrides": [],
          "recipe": {
            "name": "written", "seed": {{seed}}, "duration": "{{updates}}ba", "steps_per_epoch": 90,
            "data": {"set": "digits", "train": 1437, "test": 360, "batch": 16, "augment": "none", "drop_last": false},
            "model": {"name": "cnn", "width": 4}, "learning_rate": {{rate}}, "weight_decay": 0.0005, "momentum": 0.9
          }
        }
        """;

    /// <summary>Writes a folder.</summary>
    public static string Write(string root, string name, string? resolved = null, string metrics = "", string? result = null)
    {
        string path = Path.Combine(root, name);
        Directory.CreateDirectory(path);
        File.WriteAllText(Path.Combine(path, "resolved.json"), resolved ?? Resolved());
        File.WriteAllText(Path.Combine(path, "recipe.yaml"), "name: written\nduration: 1000ba\n");
        File.WriteAllText(Path.Combine(path, "metrics.jsonl"), metrics);
        if (result is not null) File.WriteAllText(Path.Combine(path, "result.json"), result);
        return path;
    }

    /// <summary>A result of a run that is done.</summary>
    public static string Done(double accuracy = 0.9, long steps = 1000) => $$"""
        {
          "status": "done", "steps": {{steps}}, "test_accuracy": {{accuracy}}, "best_test_accuracy": {{accuracy}},
          "seconds": 1, "images_per_second": 100, "threads": 1
        }
        """;

    /// <summary>Lines of training, with evaluations among them, in the words that a run writes.</summary>
    public static IEnumerable<string> Lines(int count, int seed = 1)
    {
        for (int i = 0; i < count; i++)
        {
            double noise = Noise(seed, i);
            string place = $"{{\"step\":{i},\"epoch\":{(i + 1) / 100.0:R}";
            yield return $"{place},\"train/loss\":{1 / (1 + i / 50.0) + noise:R},\"train/accuracy\":{0.5 + noise:R},"
                + $"\"lr\":{0.1 - 1e-5 * i:R},\"images_per_second\":{1000 + i}}}";
            if ((i + 1) % 100 == 0) yield return $"{place},\"test/loss\":{noise:E17},\"test/accuracy\":{1 - noise:R}}}";
        }
    }

    /// <summary>A number in [0, 0.1) that a seed and a place decide.</summary>
    public static double Noise(int seed, int place) => new Random(seed * 1_000_003 + place).NextDouble() / 10;

    /// <summary>Lines as a file.</summary>
    public static string Text(IEnumerable<string> lines) => string.Concat(lines.Select(line => line + "\n"));
}
