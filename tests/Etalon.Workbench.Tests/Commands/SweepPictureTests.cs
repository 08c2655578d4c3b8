using System.Globalization;
using System.Xml.Linq;
using Etalon.Lab.Sweeps;
using Etalon.Lab.Tests;

namespace Etalon.Workbench.Tests.Commands;

public sealed class SweepPictureTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Two_keys_give_a_cell_for_each_pair_with_the_mean_and_deviation_of_the_table()
    {
        string spec = await Trained("learning_rate: [0.1, 0.05, 0.2]\n  weight_decay: [0, 5e-4]");
        var (code, _, error) = await Cli.Run("sweep", "show", spec, "--runs", Runs, "--svg", In("map.svg"));
        Assert.Equal((0, $"wrote {In("map.svg")}\n"), (code, error));
        string[] texts = Texts(In("map.svg"));
        // Values in the order of their size, whatever the order of the file.
        Assert.Equal(["0.05", "0.1", "0.2"], texts.Where(text => text is "0.05" or "0.1" or "0.2"));
        var table = TableOf(spec);
        foreach (var row in table.Rows)
        {
            Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"{row.Value!.Mean:F4}"), texts);
            Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"± {row.Value.StandardDeviation:F4}"), texts);
        }
        Assert.Equal(6, texts.Count(text => text.StartsWith('±')));
    }

    [Fact]
    public async Task One_key_gives_the_metric_against_it_with_a_band_and_curves_have_a_band_each()
    {
        string spec = await Trained("learning_rate: [0.1, 0.05, 0.2]");
        var (code, _, error) = await Cli.Run(
            "sweep", "show", spec, "--runs", Runs, "--svg", In("line.svg"), "--curves", In("curves.svg"));
        Assert.True(code == 0, error);
        Assert.Single(Bands(In("line.svg")));
        Assert.Equal(3, Bands(In("curves.svg")).Length);
        Assert.Contains("learning_rate=0.05", Texts(In("curves.svg")));
        // Three values there and back.
        Assert.Equal(6, Bands(In("line.svg"))[0].Split(' ').Length);
    }

    [Fact]
    public async Task What_has_no_picture_is_refused_with_what_there_is()
    {
        string spec = await Trained("learning_rate: [0.1, {cosine: {from: 0.2, to: 0}}]");
        var (code, _, error) = await Cli.Run("sweep", "show", spec, "--runs", Runs, "--svg", In("none.svg"));
        Assert.Equal(2, code);
        Assert.Contains("--svg draws one key against its numbers, and learning_rate = {cosine: {from: 0.2, to: 0}} is none; "
            + "take --curves", error, StringComparison.Ordinal);
        Assert.False(File.Exists(In("none.svg")));
    }

    [Fact]
    public async Task A_metric_that_no_trial_has_is_refused_with_those_that_there_are()
    {
        string spec = await Trained("learning_rate: [0.1]");
        File.AppendAllText(spec, "metric: test/acuracy\n");
        var (code, _, error) = await Cli.Run("sweep", "show", spec, "--runs", Runs);
        Assert.Equal(2, code);
        Assert.Contains("has no test/acuracy; did you mean test/accuracy?", error, StringComparison.Ordinal);
        File.WriteAllText(spec, File.ReadAllText(spec).Replace("test/acuracy", "perplexity", StringComparison.Ordinal));
        (_, _, error) = await Cli.Run("sweep", "show", spec, "--runs", Runs);
        Assert.Contains("has no perplexity; it has", error, StringComparison.Ordinal);
        Assert.Contains("train/loss", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_of_runs_names_the_folders_of_sweeps_and_is_of_any_folder()
    {
        await Trained("learning_rate: [0.1]");
        string folder = Path.Combine(Runs, "sweep");
        int trials = Directory.GetDirectories(folder).Length;
        var (_, output, _) = await Cli.Run("runs", "--runs", Runs);
        Assert.Contains($"no runs in {Runs} itself; {folder} has {trials}; `etalon runs --runs {folder}` lists them", output,
            StringComparison.Ordinal);
        (_, output, _) = await Cli.Run("runs", "--runs", folder);
        Assert.Equal(trials + 1, output.TrimEnd('\n').Split('\n').Length);
    }

    [Fact]
    public async Task Runs_are_compared_by_their_curves_and_the_keys_that_differ()
    {
        string spec = await Trained("learning_rate: [0.1, 0.05]");
        string folder = Path.Combine(Runs, "sweep");
        string[] names = [.. SweepReader.ReadFile(spec).Trials.Where(trial => trial.Recipe.Seed == 1).Select(trial => trial.Id)];
        var (code, output, error) = await Cli.Run("runs", "compare", names[0], names[1], "--runs", folder, "--svg", In("two.svg"));
        Assert.True(code == 0, error);
        Assert.StartsWith("test/accuracy over updates\n", output, StringComparison.Ordinal);
        Assert.Contains("\n  * several of them\n", output, StringComparison.Ordinal);
        string[] lines = output.Split('\n');
        Assert.Contains(lines, line => line.Contains($"a {names[0]}  b {names[1]}", StringComparison.Ordinal));
        string[] differing = [.. lines.SkipWhile(line => !line.StartsWith("updates", StringComparison.Ordinal)).Skip(1)
            .Where(line => line.Length > 0)];
        string only = Assert.Single(differing);
        Assert.Equal(["learning_rate", "0.1", "0.05"], only.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(2, XDocument.Load(In("two.svg")).Descendants().Count(node => node.Name.LocalName == "path"));

        (code, _, error) = await Cli.Run("runs", "compare", names[0], names[1], "--runs", folder, "--metric", "train/los");
        Assert.Equal(2, code);
        Assert.Contains("has no train/los; did you mean train/loss?", error, StringComparison.Ordinal);
        (code, output, _) = await Cli.Run("runs", "show", names[0], "--runs", folder);
        Assert.Equal(0, code);
        Assert.Contains("train/loss over updates\n", output, StringComparison.Ordinal);
        Assert.Contains("test/accuracy over updates\n", output, StringComparison.Ordinal);
    }

    private string Runs => In("runs");

    private string In(string name) => Path.Combine(_folder.Path, name);

    private async Task<string> Trained(string over)
    {
        File.WriteAllText(
            In("small.yaml"), "duration: 3ep\ndata: {set: digits, batch: 64, train: 250, test: 100}\n"
            + "model: {name: mlp, hidden: [8]}\nlearning_rate: 0.1\nlog: {every: 3ba}\n");
        string spec = In("sweep.yaml");
        File.WriteAllText(spec, $"recipe: small.yaml\nover:\n  {over}\nseeds: 2\n");
        var (code, _, error) = await Cli.Run("sweep", spec, "--runs", Runs);
        Assert.True(code == 0, error);
        return spec;
    }

    private SweepTable TableOf(string spec)
    {
        var sweep = SweepReader.ReadFile(spec);
        return SweepTable.Of(sweep, SweepFolder.Of(sweep, Runs));
    }

    private static string[] Texts(string svg) => [.. Nodes(svg, "text").Select(node => node.Value)];

    private static string[] Bands(string svg) => [.. Nodes(svg, "polygon").Select(node => node.Attribute("points")!.Value)];

    private static IEnumerable<XElement> Nodes(string svg, string name) =>
        XDocument.Load(svg).Descendants().Where(node => node.Name.LocalName == name);
}
