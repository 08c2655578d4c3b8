using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Etalon.Lab.Tests.ScalarLogs;

/// <summary>
/// One schedule in every format, as each tool writes it: a warm-up of 20 updates to 5e-4, then straight down to 0 at 726.
/// </summary>
internal static class SampleLogs
{
    public const long Updates = 726;

    public static readonly IReadOnlyList<string> Formats =
        ["tensorboard", "huggingface", "huggingface-old", "lightning", "wandb-chart", "wandb-history", "mlflow", "jsonl", "csv"];

    /// <summary>The rate of an update, as transformers' linear schedule has it.</summary>
    public static double Rate(long update) => update < 20 ? 5e-4 * update / 20 : 5e-4 * (Updates - update) / (Updates - 20);

    /// <summary>Writes the schedule in a format; the file or folder to read.</summary>
    public static string Write(string folder, string format)
    {
        long[] rows = [.. Enumerable.Range(0, 146).Select(i => 5L * i)];
        string File(string name, string text)
        {
            string path = Path.Combine(folder, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            System.IO.File.WriteAllText(path, text);
            return path;
        }

        switch (format)
        {
            case "tensorboard":
                var events = new EventWriter();
                foreach (long row in rows) events.Scalar(row, "train/learning_rate", (float)Rate(row));
                string path = Path.Combine(folder, "events.out.tfevents.1700000000.host.1.0");
                System.IO.File.WriteAllBytes(path, events.File);
                return path;
            case "huggingface" or "huggingface-old":
                bool isNew = format == "huggingface";
                var history = new JsonArray();
                // Rows at 5, 10, ... completed updates; the last has the end of the run.
                foreach (long done in rows.Skip(1).Append(Updates))
                    history.Add(new JsonObject
                    {
                        ["epoch"] = done / 242.0,
                        ["grad_norm"] = 1.5,
                        ["learning_rate"] = Rate(isNew ? done - 1 : done),
                        ["loss"] = 2.5,
                        ["step"] = done,
                    });
                history.Add(new JsonObject { ["epoch"] = 3.0, ["eval_loss"] = 2.2, ["step"] = Updates });
                history.Add(new JsonObject { ["epoch"] = 3.0, ["train_runtime"] = 1800.5, ["train_loss"] = 2.4, ["step"] = Updates });
                var state =
                    new JsonObject { ["epoch"] = 3.0, ["global_step"] = Updates, ["log_history"] = history, ["max_steps"] = Updates };
                if (isNew) state["best_global_step"] = null;
                return File("trainer_state.json",
                    state.ToJsonString().Replace("\"loss\":2.5,\"step\":5}", "\"loss\":NaN,\"step\":5}", StringComparison.Ordinal));
            case "lightning":
                return File("version_0/metrics.csv", Table("epoch,lr-AdamW,step,train_loss",
                    rows.SelectMany(row => new[] { Line($"0,{Rate(row):R},{row},"), Line($"0,,{row},2.5") })));
            case "wandb-chart":
                return File("wandb_export.csv", "\ufeff" + Table(
                    "\"Step\",\"big - run 2 - train/lr\",\"big - run 2 - train/lr__MIN\",\"big - run 2 - train/lr__MAX\",\"other - "
                    + "train/lr\",\"other - train/lr__MIN\",\"other - train/lr__MAX\"",
                    rows.Select(row => Line($"\"{row}\",\"{Rate(row):R}\",\"{Rate(row):R}\",\"{Rate(row):R}\",\"\",\"\",\"\""))));
            case "wandb-history":
                return File("history.csv", Table(",_step,_runtime,_timestamp,train/global_step,train/learning_rate,note",
                    rows.Select((row, i) => Line($"{i},{i},{0.5 * i:R},{1700000000 + i},{row},{Rate(row):R},\"a, b\""))));
            case "mlflow":
                File("run/params/weight_decay", "0.1");
                File("run/metrics/loss", Table("1700000000000 nan 0", ["1700000000001 2.5 5"]));
                File("run/metrics/train/learning_rate",
                    string.Concat(rows.Select(row => Line($"{1700000000000 + row} {Rate(row):R} {row}") + "\n")));
                return Path.Combine(folder, "run");
            case "jsonl":
                return File("log.jsonl",
                    string.Concat(rows.Select(row => Line($"{{\"step\": {row}, \"lr\": {Rate(row):R}, \"loss\": NaN}}") + "\n")));
            default:
                return File("log.csv", Table("iteration,learning-rate", rows.Select(row => Line($"{row},{Rate(row):R}"))));
        }
    }

    private static string Table(string header, IEnumerable<string> rows) =>
        new StringBuilder().AppendJoin('\n', rows.Prepend(header)).Append('\n').ToString();

    private static string Line(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
