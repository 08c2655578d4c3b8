using System.Text.Json.Nodes;
using Etalon.Lab.Tests.Diagnosis;

namespace Etalon.Workbench.Tests.Commands;

public sealed class DiagnoseCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("etalon-diagnose-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    [Trait("speed", "slow")]
    public async Task A_run_at_equilibrium_prints_what_the_document_shows_and_is_exit_code_0()
    {
        await Cli.Run("train", Cli.Recipe("digits-equilibrium.yaml"), "--runs", _folder);
        string svg = Path.Combine(_folder, "diagnosis.svg");
        var (code, output, error) = await Cli.Run("diagnose", "digits-equilibrium", "--runs", _folder, "--svg", svg);
        Assert.Equal((0, $"wrote {svg}\n"), (code, error));
        Cli.Approve("diagnose-run", output);
        string document = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "docs", "diagnose.md"),
            TestContext.Current.CancellationToken);
        Assert.Contains(output.TrimEnd(), document, StringComparison.Ordinal);
        Assert.StartsWith("<svg", await File.ReadAllTextAsync(svg, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Flags_come_first_with_their_remedies_and_are_exit_code_1()
    {
        var (code, output,
            error) = await Cli.Run("diagnose",
            Write(new SphereRun { Clip = 0.5, WithoutDecay = ["conv2"], Phases = [(1000, 0.1, 5e-3), (100, 0.01, 5e-3)] }.Log()));
        Assert.Equal((1, ""), (code, error));
        // The first paragraph has the file's path, whose length decides where its lines are cut.
        int first = output.IndexOf("\n\n", StringComparison.Ordinal);
        Assert.Equal($"{Path.Combine(_folder, "log.csv")}: updates 0 to 1,095, 220 rows, one each 5; 3 groups of weights; SGD",
            string.Join(' ', output[..first].Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries)));
        Cli.Approve("diagnose-flags", output[(first + 2)..]);
    }

    [Fact]
    public async Task The_json_has_every_finding_and_null_for_what_cannot_be_said()
    {
        var (code, output, _) =
            await Cli.Run("diagnose", Write("step,lr,weight_decay,momentum,norm/a\n0,0.1,5e-4,0.9,1\n10,0.1,5e-4,0.9,1\n"), "--json");
        var json = JsonNode.Parse(output)!;
        Assert.Equal(0, code);
        Assert.Empty(json["flags"]!.AsArray());
        Assert.StartsWith("0.01 mixing units in all", json["headline"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal(20, json["phases"]![0]!["end"]!.GetValue<long>());
        Assert.Equal(20, json["findings"]!.AsArray().Count);
        Assert.Equal(0.01, json["findings"]![2]!["value"]!.GetValue<double>(), 1e-12);
        Assert.Null(json["findings"]![4]!["value"]);
    }

    [Fact]
    public async Task Phases_that_repeat_are_one_line_and_full_lists_them()
    {
        var rows = Enumerable.Range(0, 360)
            .Select(step => FormattableString.Invariant($"{step},{0.05 * (1 + Math.Cos(Math.PI * step / 9)):F6},0.005,0.9,3\n"));
        string log = Write($"step,lr,weight_decay,momentum,norm/conv1\n{string.Concat(rows)}");
        string output = (await Cli.Run("diagnose", log)).Output;
        Assert.Contains("phases of ", output, StringComparison.Ordinal);
        Assert.Contains("goes up and", output, StringComparison.Ordinal);
        Assert.InRange(output.Split('\n').Length, 10, 40);
        Assert.InRange((await Cli.Run("diagnose", log, "--full")).Output.Split('\n').Length, 80, 2000);
    }

    [Fact]
    public async Task Warnings_of_a_log_go_to_the_error_stream_and_it_is_diagnosed_all_the_same()
    {
        var (code, output, error) =
            await Cli.Run("diagnose", Write("step,lr,weight_decay,norm/a\n0,0.1,5e-4,1\n10,0.1,5e-4,nan\n20,0.1,5e-4,1.1\n20,0.1"));
        Assert.Equal(0, code);
        Assert.Equal(3, error.TrimEnd().Split('\n').Length);
        Assert.All(error.TrimEnd().Split('\n'), line => Assert.StartsWith("warning: ", line, StringComparison.Ordinal));
        Assert.Contains("Nothing could be checked", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no-such.csv", "no-such.csv: no such file; give a CSV log, or the name or folder of a run")]
    [InlineData("no-such-run",
        "there is no run \"no-such-run\" in runs, nor a folder of that name; `etalon runs list` shows the runs there are. One that ended "
        + "before its first checkpoint was on the disk left none: train or fork it again")]
    public async Task What_is_not_there_is_exit_code_2(string log, string message)
    {
        var (code, _, error) = await Cli.Run("diagnose", log);
        Assert.Equal((2, message), (code, error.TrimEnd()));
    }

    [Fact]
    public async Task A_run_that_sets_its_rate_itself_prints_where_it_settled_as_the_document_shows()
    {
        await Cli.Run("train", Cli.Recipe("digits.yaml"), "optimizer={name: wngrad, scope: tensor}", "learning_rate=1", "momentum=0",
            "weight_decay=0", "duration=10ep", "name=wngrad", "--runs", _folder);
        string svg = Path.Combine(_folder, "rates.svg");
        var (code, output, error) = await Cli.Run("diagnose", "wngrad", "--runs", _folder, "--svg", svg);
        Assert.Equal((0, $"wrote {svg}\n"), (code, error));
        Cli.Approve("diagnose-wngrad", output);
        string document = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "docs", "diagnose.md"),
            TestContext.Current.CancellationToken);
        Assert.Contains(output.TrimEnd(), document, StringComparison.Ordinal);
        Assert.StartsWith("<svg", await File.ReadAllTextAsync(svg, TestContext.Current.CancellationToken), StringComparison.Ordinal);

        var json = JsonNode.Parse((await Cli.Run("diagnose", "wngrad", "--runs", _folder, "--json")).Output)!;
        Assert.Equal("wngrad", json["optimizer"]!.GetValue<string>());
        var whole = json["groups"]!.AsArray()[^1]!;
        Assert.Equal(("scale_invariant", json["steps"]!.AsArray().Count),
            (whole["group"]!.GetValue<string>(), whole["effective_rates"]!.AsArray().Count));
        Assert.InRange(whole["drift"]!.GetValue<double>(), 0.5, 1);
    }

    [Fact]
    public async Task The_logger_is_exported_as_a_module_of_its_own()
    {
        string file = Path.Combine(_folder, "etalon_logger.py");
        var (code, _, error) = await Cli.Run("export", "logger", "--for", "pytorch", "--out", file);
        Assert.Equal((0, $"wrote {file}\n"), (code, error));
        string[] imports = [.. (await File.ReadAllLinesAsync(file, TestContext.Current.CancellationToken))
            .Where(line => line.StartsWith("import ", StringComparison.Ordinal))];
        Assert.Equal(["import math", "import os", "import sys", "import types", "import torch"], imports);
        Assert.Equal(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken),
            (await Cli.Run("export", "logger", "--for", "pytorch")).Output);
    }

    // Of the warm-up the laws cannot be asked for another reason than of the rest.
    [Fact]
    public async Task What_a_log_cannot_tell_is_said_with_the_reason_of_most_of_its_updates()
    {
        var rows = Enumerable.Range(0, 300).Select(row => FormattableString.Invariant(
            $"{5 * row},AdamW,{Math.Min(0.01, 0.0025 * row)},0.5,0.9,0.95,{1.6 + 0.001 * (row % 7)},256,13,-0.06\n"));
        var (code, output, _) = await Cli.Run("diagnose",
            Write("step,optimizer,lr,weight_decay,momentum,beta2,norm/w,elements/w,update_sq/w,update_dot/w\n" + string.Concat(rows)),
            "--full");
        Assert.Equal(0, code);
        Assert.Contains("  angular update over equilibrium, rho: needs angle/NAME\n", output, StringComparison.Ordinal);
        Assert.Contains("  D5  |w|^2 over equilibrium, r", output, StringComparison.Ordinal);
    }

    // By the law of AdamW: the root mean square is that of rate and decay, and updates turn the weights as the betas say.
    [Theory]
    [Trait("speed", "slow")]
    [InlineData("optimizer={name: adamw, beta2: 0.95}", "learning_rate=0.004", "weight_decay=0.5")]
    [InlineData("optimizer={name: lion}", "learning_rate=1e-3", "weight_decay=2")]
    [InlineData("optimizer={name: signum}", "learning_rate=1e-3", "weight_decay=2", "momentum=0.9")]
    [InlineData("optimizer={name: adamw, beta2: 0.95}", "learning_rate=0.004", "weight_decay=0.5", "equivalent={form: adam}")]
    [InlineData("optimizer={name: lion}", "learning_rate=1e-3", "weight_decay=2", "equivalent={form: scaled-gradient, weight_decay: 1}")]
    public async Task A_run_of_a_rule_whose_updates_have_a_size_is_judged_by_its_laws(params string[] changes)
    {
        string[] recipe = [Cli.Recipe("digits-adamw.yaml"), "duration=1500ba", "log.monitors=1ba", "log.noise=never", .. changes];
        Assert.Equal(0, (await Cli.Run(["train", .. recipe, "--runs", _folder])).Code);
        string run = Path.Combine(_folder, "digits-adamw");
        var (code, output, error) = await Cli.Run("diagnose", run);
        Assert.True(code is 0 or 1, error);
        output = string.Join(' ', output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("mixing units in all", output, StringComparison.Ordinal);
        Assert.Contains("times that at equilibrium", output, StringComparison.Ordinal);
        Assert.DoesNotContain("Its optimizer is not SGD", output, StringComparison.Ordinal);
        var json = JsonNode.Parse((await Cli.Run("diagnose", run, "--json")).Output)!;
        Assert.StartsWith("w ← (1 - η λ) w - η U", json["rule"]!.GetValue<string>(), StringComparison.Ordinal);
        // |U|², U·w and |w| of an update give the norm of the next, to the digits that are written.
        var rows = File.ReadLines(Path.Combine(run, "metrics.jsonl")).Select(line => JsonNode.Parse(line)!.AsObject())
            .Where(row => row.ContainsKey("update_sq/scale_invariant")).ToList();
        Assert.Equal(1_500, rows.Count);
        double Of(JsonObject row, string name) => row[$"{name}/scale_invariant"]!.GetValue<double>();
        double rate = changes[1].EndsWith("0.004", StringComparison.Ordinal) ? 0.004 : 1e-3, kept = 1 - 2e-3;
        foreach (var (row, next) in rows.Zip(rows.Skip(1)))
        {
            double square = kept * kept * Of(row, "norm") * Of(row, "norm") - 2 * kept * rate * Of(row, "update_dot")
                + rate * rate * Of(row, "update_sq");
            Assert.Equal(1, Math.Sqrt(square) / Of(next, "norm"), 1e-6);
        }
    }

    // An equivalent run is told in the recipe's own terms: what its monitors write is what those of the recipe's own run do.
    [Theory]
    [InlineData("optimizer={name: adamw, beta2: 0.95}", "equivalent={form: adam, weight_decay: 0.2}", "")]
    [InlineData("optimizer={name: adamw, beta2: 0.95}", "equivalent={form: scaled-gradient}", "")]
    [InlineData("optimizer={name: muon}", "equivalent={form: scaled-gradient, weight_decay: 0.2}", "momentum=0.9")]
    public async Task An_equivalent_run_logs_the_updates_of_the_recipe(string optimizer, string equivalent, string momentum)
    {
        string[] recipe = [Cli.Recipe("digits-adamw.yaml"), optimizer, "duration=60ba", "log.monitors=3ba", "log.noise=never",
            "precision=float64", .. momentum.Length > 0 ? (string[])[momentum] : []];
        Assert.Equal(0, (await Cli.Run(["train", .. recipe, "name=own", "--runs", _folder])).Code);
        Assert.Equal(0, (await Cli.Run(["train", .. recipe, equivalent, "name=other", "--runs", _folder])).Code);
        List<JsonObject> Rows(string run) =>
        [
            .. File.ReadLines(Path.Combine(_folder, run, "metrics.jsonl")).Select(line => JsonNode.Parse(line)!.AsObject())
                .Where(row => row.ContainsKey("update_sq/scale_invariant")),
        ];
        var (own, other) = (Rows("own"), Rows("other"));
        Assert.True(own.Count > 15);
        Assert.Equal(own.Count, other.Count);
        foreach (var (row, same) in own.Zip(other))
            foreach (string name in (string[])["norm", "update_sq", "update_dot", "angle"])
            {
                double expected = row[$"{name}/scale_invariant"]!.GetValue<double>();
                // What is 0 but for rounding, as U.w of the first update, is so beside |U||w|.
                double size = name != "update_dot" ? expected
                    : Math.Sqrt(row["update_sq/scale_invariant"]!.GetValue<double>()) * row["norm/scale_invariant"]!.GetValue<double>();
                Assert.Equal(expected, same[$"{name}/scale_invariant"]!.GetValue<double>(), 1e-9 * size);
            }
    }

    [Fact]
    public async Task Help_has_examples()
    {
        var (code, output, _) = await Cli.Run("diagnose", "--help");
        Assert.Equal(0, code);
        Cli.Approve("help-diagnose", output);
    }

    private string Write(string log)
    {
        string file = Path.Combine(_folder, "log.csv");
        File.WriteAllText(file, log);
        return file;
    }
}
