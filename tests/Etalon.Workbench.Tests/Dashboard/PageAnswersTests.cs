using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Etalon.Lab.Recipes;
using Etalon.Lab.Sweeps;
using Etalon.Workbench.Commands;
using Etalon.Workbench.Dashboard;

namespace Etalon.Workbench.Tests.Dashboard;

/// <summary>The workshop, sweeps, claims and dropped logs, as the page's script asks for them.</summary>
public class PageAnswersTests
{
    private const string Recipe = """
        duration: 40ep
        steps_per_epoch: 100
        learning_rate: {steps: {start: 0.1, at: [20ep, 3000ba], factor: 0.1}}
        weight_decay: 5e-4
        momentum: 0.9
        """;

    [Fact]
    public async Task A_recipe_that_is_typed_is_drawn_with_its_forecast_and_its_twin()
    {
        await using var served = await Served.Start();
        var plan = await Post(served, "api/plan", new { text = Recipe });
        Assert.Equal(4000, (long)plan["updates"]!);
        var line = plan["schedule"]!["panels"]![0]!["lines"]![0]!;
        double[] x = [.. line["x"]!.AsArray().Select(value => (double)value!)],
            y = [.. line["y"]!.AsArray().Select(value => (double)value!)];
        var rate = RecipeReader.Read(Recipe).Recipe.LearningRate;
        Assert.All(x.Zip(y), point => Assert.Equal(rate.ValueAt((long)point.First), point.Second));
        Assert.Contains(1999, x);
        Assert.Contains(2000, x);
        Assert.Equal(["2000 20ep", "3000 3000ba"], plan["milestones"]!.AsArray().Select(each => $"{each!["update"]} {each["text"]}"));

        var theory = await Post(served, "api/theory", new { text = Recipe });
        Assert.Equal(3, (int)theory["phases"]!);
        Assert.Equal(2, theory["twin"]!["panels"]![0]!["lines"]!.AsArray().Count);
        Assert.Contains("equilibrium", (string)theory["forecast"]!["sentence"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mistake_in_a_recipe_is_told_with_its_place()
    {
        await using var served = await Served.Start();
        var plan = await Post(served, "api/plan", new { text = Recipe.Replace("momentum: 0.9", "momentum: 2", StringComparison.Ordinal) });
        var problem = Assert.Single(plan["problems"]!.AsArray())!;
        Assert.Equal((5, 11), ((int)problem["line"]!, (int)problem["column"]!));
        Assert.Contains("momentum = 2", (string)problem["text"]!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("learning_rate.steps.at.0", 1000, "at: [10ep, 3000ba]")]
    [InlineData("learning_rate.steps.at.1", 2500, "at: [20ep, 2500ba]")]
    public async Task A_milestone_is_moved_in_the_unit_that_it_has(string key, long update, string expected)
    {
        await using var served = await Served.Start();
        var moved = await Post(served, "api/move", new { text = Recipe, key, update });
        Assert.Equal(Recipe.Replace("at: [20ep, 3000ba]", expected, StringComparison.Ordinal), (string)moved["text"]!);
    }

    [Theory]
    [InlineData("learning_rate: {table: {file: /etc/passwd}}")]
    [InlineData("learning_rate: [{linear: {from: 0, to: 1, for: 1ep}}, {table: {file: ../secret.csv}}]")]
    [InlineData("optimizer: {groups: [{parameters: head, learning_rate: {table: {file: x.csv}}}]}\nlearning_rate: 0.1")]
    public async Task A_text_from_a_browser_reads_no_file(string schedule)
    {
        await using var served = await Served.Start();
        var plan = await Post(served, "api/plan", new { text = $"duration: 1ep\nsteps_per_epoch: 10\n{schedule}\n" });
        Assert.Contains("no file is read from this page", (string)Assert.Single(plan["problems"]!.AsArray())!["text"]!,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("api/plan", "{\"text\": 5}")]
    [InlineData("api/plan", "[")]
    [InlineData("api/plan", "null")]
    [InlineData("api/move", "{\"text\": \"duration: 1ba\\nlearning_rate: 0.1\", \"key\": \"learning_rate.steps.at.0\"}")]
    [InlineData("api/export", "{\"text\": \"duration: 1ba\\nlearning_rate: 0.1\", \"target\": \"../x\"}")]
    public async Task A_question_that_the_page_does_not_ask_is_refused(string path, string body)
    {
        await using var served = await Served.Start();
        var (status, text, _) = await served.Ask(path, HttpMethod.Post, null, new StringContent(body, Encoding.UTF8, "application/json"));
        Assert.True(status == HttpStatusCode.BadRequest, text);
    }

    [Fact]
    public async Task A_recipe_or_a_log_that_is_too_long_is_refused()
    {
        await using var served = await Served.Start();
        var recipe = new StringContent($"{{\"text\": \"{new string('#', 2 << 20)}\"}}", Encoding.UTF8, "application/json");
        Assert.Equal(HttpStatusCode.BadRequest, (await served.Ask("api/plan", HttpMethod.Post, null, recipe)).Status);
        using var log = new ByteArrayContent(new byte[DashboardServer.LargestUpload + 1]);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge,
            (await served.Ask("api/log", HttpMethod.Post, null, log, ("Expect", "100-continue"))).Status);
        Assert.Empty(Directory.GetDirectories(Path.GetTempPath(), "etalon-log-*"));
    }

    [Fact]
    public async Task A_schedule_is_exported_as_the_command_exports_it()
    {
        await using var served = await Served.Start();
        string csv = (string)(await Post(served, "api/export", new { text = Recipe, target = "csv" }))["text"]!;
        Assert.Equal(4001, csv.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.StartsWith("step,lr,weight_decay,momentum,log_lr\n0,0.1,0.0005,0.9,", csv, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sweep_is_told_from_its_folder_alone()
    {
        await using var served = await Served.Start();
        double[][] accuracies = [[0.90, 0.92, 0.91], [0.80, 0.83, 0.81]];
        for (int rate = 0; rate < 2; rate++)
            for (int seed = 1; seed <= 3; seed++)
                WriteTrial(served, seed, rate == 0 ? "0.1" : "0.01", accuracies[rate][seed - 1]);
        Assert.Equal("sweep 6", string.Join(',', (await served.Json("api/sweeps"))["sweeps"]!.AsArray()
            .Select(each => $"{each!["name"]} {each["trials"]}")));
        var sweep = await served.Json("api/sweep?name=sweep");
        Assert.Equal(["learning_rate"], sweep["keys"]!.AsArray().Select(key => (string)key!));
        Assert.Equal(["0.1 3 0.91", "0.01 3 0.8133"],
            sweep["rows"]!.AsArray().Select(row => $"{row!["values"]![0]} {row["count"]} {Math.Round((double)row["mean"]!, 4)}"));
        Assert.Contains("beyond chance", (string)sweep["comparisons"]![0]!, StringComparison.Ordinal);
        Assert.NotNull(sweep["against_key"]);
        Assert.Equal(HttpStatusCode.BadRequest, (await served.Ask("api/sweep?name=..")).Status);
    }

    [Fact]
    public async Task A_sweeps_report_stands_alone_and_has_the_pictures_and_numbers_of_the_page()
    {
        await using var served = await Served.Start();
        for (int seed = 1; seed <= 2; seed++)
            foreach (string rate in (string[])["0.1", "0.01"]) WriteTrial(served, seed, rate, rate == "0.1" ? 0.9 + seed / 100.0 : 0.5);
        var runs = new RunStore(served.Runs).All();
        var (sweep, folder) = FolderSweep.Of("<b>sweep</b>", served.Runs, runs, new SweepMetric(), FolderSweep.Read);
        var writer = new StringWriter();
        SweepReport.Write(sweep, folder, SweepTable.Of(sweep, folder), writer);
        string report = writer.ToString();
        Assert.Equal(2, report.Split("<svg ").Length - 1);
        Assert.Contains("<td>0.9150</td>", report, StringComparison.Ordinal);
        Assert.Contains("&lt;b&gt;sweep&lt;/b&gt;", report, StringComparison.Ordinal);
        Assert.DoesNotMatch("<script|<b>|<link|src=|url\\(|@import", report);
    }

    private static void WriteTrial(Served served, long seed, string rate, double accuracy)
    {
        string resolved = WrittenRun.Resolved(seed: seed, rate: rate);
        string text = JsonNode.Parse(resolved)!["recipe"]!.ToJsonString();
        string hash = RecipeReader.Read(text).Recipe.Hash;
        WrittenRun.Write(Path.Combine(served.Runs, "sweep"), hash[..16],
            resolved.Replace($"\"00{seed}\"", $"\"{hash}\"", StringComparison.Ordinal), result: WrittenRun.Done(accuracy),
            metrics: $"{{\"step\":999,\"epoch\":10,\"test/loss\":1,\"test/accuracy\":{accuracy}}}\n");
    }

    [Fact]
    public async Task Claims_are_told_from_what_stands_in_their_reports()
    {
        await using var served = await Served.Start();
        string report = Path.Combine(served.Folder, "reports", "fast-equilibrium");
        WrittenRun.Write(Path.Combine(report, "runs"), "a", result: WrittenRun.Done());
        WrittenRun.Write(Path.Combine(report, "runs"), "b");
        JsonNode Claim(JsonNode answer) => answer["claims"]!.AsArray().First(claim => (string)claim!["name"]! == "fast-equilibrium")!;
        var begun = Claim(await served.Json("api/claims"));
        Assert.Null(begun["report"]);
        Assert.Equal((2, 1), ((int)begun["progress"]!["runs"]!, (int)begun["progress"]!["done"]!));

        File.WriteAllText(Path.Combine(report, "report.md"), "# fast-equilibrium: reproduced\n\n<script>alert(1)</script>\n");
        File.WriteAllText(Path.Combine(report, "picture.svg"), "<svg xmlns=\"http://www.w3.org/2000/svg\"/>");
        Assert.StartsWith("# fast-equilibrium: reproduced", (string)Claim(await served.Json("api/claims"))["report"]!,
            StringComparison.Ordinal);
        Assert.Equal("image/svg+xml",
            (await served.Ask("api/claim-picture?name=fast-equilibrium")).Answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal(HttpStatusCode.BadRequest, (await served.Ask("api/claim-picture?name=../runs")).Status);
    }

    [Fact]
    public async Task A_dropped_log_is_told_as_diagnose_tells_it_and_kept_nowhere()
    {
        await using var served = await Served.Start();
        string rows = string.Concat(Enumerable.Range(0, 200).Select(step => $"{step},0.1,5e-4,0,{10 - step / 100.0},0.5\n"));
        using var log = new StringContent("step,lr,weight_decay,momentum,norm/<b>conv</b>,gradsq/<b>conv</b>\n" + rows);
        var (status, text, answer) = await served.Ask("api/log?name=..%2f<my>.csv", HttpMethod.Post, null, log);
        Assert.True(status == HttpStatusCode.OK, text);
        Assert.Equal("application/json", answer.Content.Headers.ContentType!.MediaType);
        var read = JsonNode.Parse(text)!;
        Assert.Equal("my.csv", (string)read["name"]!);
        Assert.Contains("<b>conv</b>", read["diagnosis"]!["groups"]!.AsArray().Select(group => (string)group!));
        Assert.Equal(3, read["schedule"]!["panels"]!.AsArray().Count);

        using var bad = new StringContent("step,lr,weight_decay,momentum,norm/w\n");
        var refused = await served.Ask("api/log?name=bad.csv", HttpMethod.Post, null, bad);
        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        Assert.Contains("bad.csv", refused.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(Path.GetTempPath(), refused.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dropped_log_of_another_tool_is_told_by_its_own_name_with_its_warnings()
    {
        await using var served = await Served.Start();
        using var log = new StringContent(
            "{\"log_history\": [{\"step\": 10, \"learning_rate\": 0.1}, {\"step\": 20, \"learning_rate\": 0.1}]}");
        var (status, text, _) = await served.Ask("api/log?name=trainer_state.json", HttpMethod.Post, null, log);
        Assert.True(status == HttpStatusCode.OK, text);
        string lines = string.Join(' ', JsonNode.Parse(text)!["diagnosis"]!["lines"]!.AsArray().Select(line => ((string)line!).Trim()));
        Assert.StartsWith("warning: trainer_state.json: whether a row has its own update's rate", lines, StringComparison.Ordinal);
        Assert.Contains(" trainer_state.json: a trainer_state.json of Hugging Face; rates of updates 10 to 20", lines,
            StringComparison.Ordinal);
        Assert.DoesNotContain("etalon-log-", lines, StringComparison.Ordinal);
    }

    private static async Task<JsonNode> Post(Served served, string path, object question)
    {
        using var body = new StringContent(System.Text.Json.JsonSerializer.Serialize(question), Encoding.UTF8, "application/json");
        var (status, text, _) = await served.Ask(path, HttpMethod.Post, null, body);
        Assert.True(status == HttpStatusCode.OK, text);
        return JsonNode.Parse(text)!;
    }
}
