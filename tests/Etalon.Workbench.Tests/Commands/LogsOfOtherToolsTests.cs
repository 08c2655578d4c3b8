using System.Text.Json.Nodes;
using Etalon.Lab.Recipes;
using Etalon.Schedules.Tests.Export;

namespace Etalon.Workbench.Tests.Commands;

/// <summary>diagnose and plan on logs of other tools.</summary>
public sealed class LogsOfOtherToolsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("etalon-other-logs").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Diagnose_says_what_a_schedule_alone_says_and_what_it_cannot()
    {
        string log = Write();
        var (code, output, error) = await Cli.Run("diagnose", log);
        Assert.Equal((0, ""), (code, error));
        Assert.Contains("Mixing units are not known", output, StringComparison.Ordinal);
        Assert.Contains("Not judged, since no norms", output, StringComparison.Ordinal);
        Assert.All(output.Split('\n'), line => Assert.InRange(line.Length, 0, 80 + log.Length));

        (code, output, _) = await Cli.Run("diagnose", log, "--optimizer", "adamw", "--weight-decay", "10", "--steps-per-epoch", "500");
        Assert.Equal(0, code);
        Assert.Contains("linear from 0.001 to 0", output, StringComparison.Ordinal);
        // 0.001 · 10 · 2000/2; the largest rate that was logged is that of update 9.
        Assert.Contains("10 mixing units in all", output, StringComparison.Ordinal);
        string words = string.Join(' ', output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("(0.201 epochs)", words, StringComparison.Ordinal);
        Assert.Contains("expected to grow", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Diagnose_prints_it_as_json()
    {
        var (code, output, _) = await Cli.Run("diagnose", Write(), "--json", "--optimizer", "sgd", "--weight-decay", "5e-4");
        Assert.Equal(0, code);
        var json = JsonNode.Parse(output)!;
        Assert.Equal(0.001 * 5e-4 * 10 * 1000, (double)json["mixing_units"]!, 1e-6);
        Assert.Equal(2000, (long)json["schedule"]!["total_steps"]!);
    }

    [Fact]
    public async Task Plan_draws_the_schedule_that_ran_and_prints_its_recipe()
    {
        string log = Write(), recipe = Path.Combine(_folder, "again.yaml");
        var (code, output, error) = await Cli.Run("plan", "--from-log", log);
        Assert.Equal(0, code);
        Assert.Contains("logged: 2000 updates", output, StringComparison.Ordinal);
        Assert.Contains("linear from 0.001 to 0", error, StringComparison.Ordinal);
        (code, output, _) = await Cli.Run("plan", "--from-log", log, "--as-recipe", "--optimizer", "adamw", "--weight-decay", "0.1");
        Assert.Equal(0, code);
        await File.WriteAllTextAsync(recipe, output, TestContext.Current.CancellationToken);
        (code, output, error) = await Cli.Run("plan", recipe, "--json");
        Assert.Equal((0, ""), (code, error));
    }

    [Fact]
    public async Task The_recipe_of_the_loggers_own_log_is_of_the_rule_that_ran()
    {
        string log = Path.Combine(FindRoot(), "docs", "examples", "log.csv"), recipe = Path.Combine(_folder, "again.yaml");
        var (code, text, error) = await Cli.Run("plan", "--from-log", log, "--as-recipe");
        Assert.True(code == 0, error);
        Assert.Contains("optimizer: {name: sgd, nesterov: false}\nmomentum: 0.9\n", text, StringComparison.Ordinal);
        Assert.Contains("weight_decay: 0.005\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("0.0e0", text, StringComparison.Ordinal);
        await File.WriteAllTextAsync(recipe, text, TestContext.Current.CancellationToken);
        var (_, report, _) = await Cli.Run("diagnose", log, "--against", recipe);
        Assert.DoesNotContain("momentum of", report, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    [Trait("speed", "slow")]
    public async Task The_rates_of_PyTorchs_schedulers_become_recipes_that_have_them_to_rounding()
    {
        Python.Need("torch");
        string[] names = Python.Run(Path.Combine(AppContext.BaseDirectory, "Commands", "make_rates.py"), _folder, _folder).Split();
        foreach (string name in names.Where(name => name.Length > 0))
        {
            string log = Path.Combine(_folder, $"{name}.csv"), recipe = Path.Combine(_folder, $"{name}.yaml");
            var (code, text, _) = await Cli.Run("plan", "--from-log", log, "--as-recipe");
            Assert.Equal(0, code);
            Assert.DoesNotContain("lines from row to row", text, StringComparison.Ordinal);
            await File.WriteAllTextAsync(recipe, text, TestContext.Current.CancellationToken);
            var read = RecipeReader.ReadFile(recipe).Recipe;
            var rows = (await File.ReadAllLinesAsync(log, TestContext.Current.CancellationToken)).Skip(1)
                .Select(line => double.Parse(line.Split(',')[1], System.Globalization.CultureInfo.InvariantCulture)).ToList();
            Assert.Equal((name, rows.Count), (name, (int)read.TotalSteps));
            // Measured: 6e-17. The numbers of a recipe have six digits, and these schedulers have no more.
            for (int step = 0; step < rows.Count; step++) Assert.Equal(rows[step], read.LearningRate.ValueAt(step), 1e-15);
        }
    }

    [Fact]
    public async Task Norms_under_names_of_their_own_are_judged_as_those_of_a_log_with_norms()
    {
        // 100 rows at an equilibrium: |w|^4 = eta S/(2 lambda) with momentum 0.9 and S = |w|^2 |g|^2.
        string own = Path.Combine(_folder, "own.csv"), other = Path.Combine(_folder, "other.jsonl");
        var rows = Enumerable.Range(0, 100).Select(i => (Step: 10 * i, Norm: 3 + 0.001 * (i % 7), Square: 0.5 + 0.01 * (i % 5))).ToList();
        await File.WriteAllLinesAsync(own, rows.Select(row => Invariant($"{row.Step},0.1,0.0005,0.9,{row.Norm},{row.Square}"))
            .Prepend("step,lr,weight_decay,momentum,norm/conv,gradsq/conv"), TestContext.Current.CancellationToken);
        await File.WriteAllLinesAsync(other, rows.Select(row => Invariant(
            $"{{\"step\": {row.Step}, \"opt/lr\": 0.1, \"max_norm\": {row.Norm}, \"g2\": {row.Square}}}")),
            TestContext.Current.CancellationToken);
        var (_, expected, _) = await Cli.Run("diagnose", own, "--json");
        var (code, found, error) = await Cli.Run("diagnose", other, "--json", "--optimizer", "sgd", "--weight-decay", "5e-4",
            "--map", "norm/conv=max_norm", "--map", "gradsq/conv=g2");
        Assert.True(code is 0 or 1, error);
        var (ours, theirs) = (JsonNode.Parse(expected)!.AsObject(), JsonNode.Parse(found)!.AsObject());
        Assert.Equal($"{ours["flags"]}", $"{theirs["flags"]}");
        Assert.Equal($"{ours["findings"]}", $"{theirs["findings"]}");
        (code, _, error) = await Cli.Run("diagnose", other, "--map", "norm/conv=none");
        Assert.Equal(2, code);
        Assert.Contains("has no \"none\"; it has opt/lr, max_norm, g2", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_curve_from_TensorBoards_page_is_read_once_it_is_named()
    {
        string curve = Path.Combine(_folder, "lr.csv");
        var rows = Enumerable.Range(0, 50).Select(i => Invariant($"{1700000000.5 + i},{i * 10},{0.1 - i * 0.002}"));
        await File.WriteAllLinesAsync(curve, rows.Prepend("Wall time,Step,Value"), TestContext.Current.CancellationToken);
        var (code, _, error) = await Cli.Run("diagnose", curve);
        Assert.Equal(2, code);
        Assert.Contains("name it by --map lr=NAME; it has Wall time, Value", error, StringComparison.Ordinal);
        (code, string output, error) = await Cli.Run(
            "diagnose", curve, "--map", "lr=Value", "--optimizer", "sgd", "--weight-decay", "5e-4");
        Assert.Equal((0, ""), (code, error));
        Assert.Contains("linear from 0.1 to 0", output, StringComparison.Ordinal);
    }

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);

    [Fact]
    public async Task A_CSV_of_rates_alone_is_summarized_as_any_other_log_of_rates()
    {
        string log = Path.Combine(_folder, "rates.csv");
        await File.WriteAllTextAsync(log, "step,lr,loss\n0,0.1,2\n1,0.1,1\n2,0.1,nan\n", TestContext.Current.CancellationToken);
        var (code, output, error) = await Cli.Run("diagnose", log, "--optimizer", "sgd", "--weight-decay", "5e-4");
        Assert.True(code == 0, error);
        Assert.Contains("constant at 0.1", output, StringComparison.Ordinal);
        Assert.Contains("The loss is no finite number at update 2", output, StringComparison.Ordinal);
    }

    // As each tool writes them: the norm of the whole gradient is in most logs.
    [Theory]
    [InlineData("history.csv", "an export of W&B", ",_step,_runtime,train/global_step,train/learning_rate,train/grad_norm",
        "I,I,I,S,R,1.5")]
    [InlineData("metrics.csv", "a metrics.csv of Lightning", "epoch,grad_norm,lr-AdamW,step", "0,1.5,R,S")]
    [InlineData("plain.csv", "a CSV log", "step,lr,loss,grad_norm", "S,R,2,1.5")]
    [InlineData("results.csv", "a CSV log", "epoch,train/box_loss,lr/pg0,lr/pg1,lr/pg2", "I,1,R,R,R")]
    public async Task The_norm_of_the_gradient_and_rates_of_groups_make_no_log_with_norms(
        string name, string words, string header, string row)
    {
        string log = Path.Combine(_folder, name);
        await File.WriteAllLinesAsync(log, Enumerable.Range(0, 200).Select(i => row
            .Replace("I", Invariant($"{i}"), StringComparison.Ordinal).Replace("S", Invariant($"{10 * i}"), StringComparison.Ordinal)
            .Replace("R", Invariant($"{0.001 * (200 - i) / 200}"), StringComparison.Ordinal)).Prepend(header),
            TestContext.Current.CancellationToken);
        string[] epochs = row.StartsWith("I,1", StringComparison.Ordinal) ? ["--steps-per-epoch", "10"] : [];
        var (code, output, error) = await Cli.Run(
            ["diagnose", log, "--json", "--optimizer", "adamw", "--weight-decay", "10", .. epochs]);
        Assert.True(code == 0, error);
        var json = JsonNode.Parse(output)!;
        Assert.StartsWith(words, (string)json["format"]!, StringComparison.Ordinal);
        // A line from 0.001 to 0 over 2000 updates.
        Assert.Equal(10, (double)json["mixing_units"]!, 0.01);
        Assert.Equal(2000, (long)json["total_steps"]!);
    }

    [Theory]
    [InlineData("out/checkpoint-500/trainer_state.json", "out/checkpoint-500")]
    [InlineData("out/version_0/metrics.csv", "out/version_0")]
    [InlineData("out/0/abcdef/metrics/lr", "out/0/abcdef")]
    public async Task A_folder_that_holds_logs_names_them(string file, string log)
    {
        string path = Path.Combine(_folder, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllTextAsync(path, "", TestContext.Current.CancellationToken);
        foreach (string[] command in new string[][] { ["diagnose"], ["plan", "--from-log"] })
        {
            var (code, _, error) = await Cli.Run([.. command, Path.Combine(_folder, "out")]);
            Assert.Equal(2, code);
            Assert.Contains($"give one of them: {Path.Combine(_folder, log)}", error, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("--map", "is x already", "diagnose", "LOG", "--map", "lr=x", "--map", "lr=y")]
    [InlineData("--full", "a log without norms", "diagnose", "LOG", "--full")]
    [InlineData("--svg", "a log without norms", "diagnose", "LOG", "--svg", "never.svg")]
    [InlineData("--optimizer", "is in the gradient", "diagnose", "LOG", "--optimizer", "adam", "--weight-decay", "0.1")]
    [InlineData("--map", "must be NAME=SERIES", "diagnose", "LOG", "--map", "rate=x")]
    [InlineData("--map", "has no \"x\"", "diagnose", "LOG", "--map", "lr=x")]
    [InlineData("--momentum", "below 1", "diagnose", "LOG", "--momentum", "1")]
    [InlineData("--from-log", "takes no recipe", "plan", "--from-log", "LOG", "other.yaml")]
    [InlineData("--from-log", "no such file", "plan", "--from-log", "nowhere")]
    [InlineData("--from-log", "is no log itself, but has some", "plan", "--from-log", "FOLDER")]
    [InlineData("--csv", "the log itself", "plan", "--from-log", "LOG", "--csv", "LOG")]
    [InlineData("--as-recipe", "goes with --from-log", "plan", "--as-recipe")]
    [InlineData("--weight-decay", "goes with --from-log", "plan", "--weight-decay", "1")]
    [InlineData("none", "no recipe", "plan")]
    public async Task Bad_input_is_refused_with_a_remedy(string what, string message, params string[] args)
    {
        string log = Write();
        var (code, output, error) = await Cli.Run([.. args.Select(word => word switch { "LOG" => log, "FOLDER" => _folder, _ => word })]);
        Assert.True((code, output) == (2, ""), what);
        Assert.Contains(what == "none" ? "expected a recipe" : message, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_log_without_norms_is_held_against_a_recipe()
    {
        string log = Path.Combine(_folder, "rates.csv"), recipe = Path.Combine(_folder, "meant.yaml");
        await File.WriteAllLinesAsync(log,
            Enumerable.Range(0, 200).Select(i => Invariant($"{i},{(i < 120 ? 0.001 : 0.0005)},2")).Prepend("step,lr,loss"),
            TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(recipe, "duration: 200ba\nlearning_rate: 0.001\nweight_decay: 0.1\noptimizer: {name: adamw}\n",
            TestContext.Current.CancellationToken);
        var (_, output, error) = await Cli.Run("diagnose", log, "--against", recipe);
        Assert.Equal("", error);
        Assert.Contains("update 120", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_gradients_norm_beside_a_rate_makes_no_clip_of_a_rule_that_nobody_named()
    {
        string log = Path.Combine(_folder, "clipped.csv");
        await File.WriteAllLinesAsync(log,
            Enumerable.Range(0, 200).Select(i => Invariant($"{i},0.001,2,{(i % 2 == 0 ? 1 : 0.9)}")).Prepend("step,lr,loss,grad_norm"),
            TestContext.Current.CancellationToken);
        var (code, output, error) = await Cli.Run("diagnose", log);
        Assert.Equal((0, ""), (code, error));
        Assert.Contains("Mixing units are not known", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("diagnose", "LOG")]
    [InlineData("plan", "--from-log", "LOG")]
    public async Task A_loss_in_the_place_of_the_rate_draws_a_warning(params string[] args)
    {
        string log = Path.Combine(_folder, "swapped.csv");
        await File.WriteAllLinesAsync(log,
            Enumerable.Range(0, 200).Select(i => Invariant($"{i},{5 - 0.02 * i}")).Prepend("step,lr"),
            TestContext.Current.CancellationToken);
        var (_, _, error) = await Cli.Run(
            [.. args.Select(word => word == "LOG" ? log : word), "--optimizer", "adamw", "--weight-decay", "0.1"]);
        Assert.Contains("the rate reaches 5: updates of adamw are as large as the rate", error, StringComparison.Ordinal);
        Assert.Contains("is another column the rate? Say which by --map lr=NAME", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("step,lr,loss\n0.5,0.1,2\n1.5,0.1,2\n", "step is 0.5, and no row has a whole number of at least 0 there")]
    [InlineData("", "is empty")]
    public async Task A_file_that_is_no_log_is_told_as_that_with_options_beside_it(string text, string message)
    {
        string log = Path.Combine(_folder, "odd.csv");
        await File.WriteAllTextAsync(log, text, TestContext.Current.CancellationToken);
        var (code, _, error) = await Cli.Run("diagnose", log, "--optimizer", "adamw", "--weight-decay", "0.1");
        Assert.Equal(2, code);
        Assert.Contains(message, error, StringComparison.Ordinal);
    }

    private static string FindRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Etalon.slnx"))) folder = Path.GetDirectoryName(folder);
        return folder ?? throw new InvalidOperationException("the tests must run inside the repository");
    }

    // A folder of its own, so that the other is no log.
    private string Write()
    {
        string folder = Directory.CreateDirectory(Path.Combine(_folder, "run")).FullName, file = Path.Combine(folder, "trainer_state.json");
        var rows = Enumerable.Range(1, 200).Select(i => 10 * i).Select(done => (JsonNode)new JsonObject
        {
            ["grad_norm"] = 1.0 + done / 2000.0,
            ["learning_rate"] = 0.001 * (2000 - (done - 1)) / 2000,
            ["loss"] = 2.0,
            ["step"] = done,
        });
        File.WriteAllText(file,
            new JsonObject
            {
                ["best_global_step"] = null,
                ["max_steps"] = 2000,
                ["log_history"] = new JsonArray([.. rows])
            }.ToJsonString());
        return file;
    }
}
