using System.CommandLine;
using Etalon.Lab.Tests;
using Etalon.Lab.Tests.Runs;
using Etalon.Workbench.Options;

namespace Etalon.Workbench.Tests.Commands;

/// <summary>An output never costs an input, in any verb.</summary>
public sealed class OutputFilesTests : IDisposable
{
    private const string Recipe = """
        duration: 10ba
        steps_per_epoch: 5
        data: {set: mnist, folder: data, batch: 12000}
        model: {name: mlp}
        learning_rate: {table: {file: rates.csv}}
        weight_decay: 1e-4
        """;

    private readonly TemporaryFolder _folder = new();

    public OutputFilesTests()
    {
        File.WriteAllText(In("recipe.yaml"), Recipe.Replace("folder: data", $"folder: {In("data")}", StringComparison.Ordinal));
        File.WriteAllText(In("sweep.yaml"), "recipe: recipe.yaml\nover: {momentum: [0, 0.9]}\n");
        File.WriteAllLines(In("rates.csv"), Enumerable.Repeat("0.1", 10));
        File.WriteAllText(In("log.csv"), "step,lr,weight_decay,momentum,norm/w\n");
        Write("data/train-images-idx3-ubyte.gz", "images");
        Write("runs/child/resolved.json", $$"""{"parent": {"run": "{{In("runs/parent")}}" } }""");
        Write("runs/child/checkpoints/step-3.safetensors", "weights");
        Write("runs/child/metrics.jsonl", "{}");
        Write("runs/parent/recipe.yaml", "duration: 1ba");
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>Every option that names a file to write: verb and arguments, option, the inputs beside it.</summary>
    public static TheoryData<string, string, string> Outputs => new()
    {
        { "plan recipe.yaml", "--csv", "recipe.yaml rates.csv data/train-images-idx3-ubyte.gz" },
        { "plan recipe.yaml", "--svg", "recipe.yaml rates.csv" },
        { "convert recipe.yaml --to texp++", "--out", "recipe.yaml rates.csv" },
        { "convert recipe.yaml --to texp++", "--csv", "recipe.yaml rates.csv" },
        { "export recipe.yaml --for pytorch", "--out", "recipe.yaml rates.csv" },
        { "export logger --for pytorch", "--out", "" },
        { "export companion recipe.yaml --for pytorch", "--out", "recipe.yaml rates.csv" },
        { "export audit --for pytorch", "--out", "" },
        { "verify recipe.yaml", "--svg", "recipe.yaml rates.csv data/train-images-idx3-ubyte.gz" },
        { "find-lr recipe.yaml", "--apply", "recipe.yaml rates.csv data/train-images-idx3-ubyte.gz" },
        { "find-lr recipe.yaml", "--svg", "recipe.yaml rates.csv" },
        { "forecast recipe.yaml --from runs/child", "--csv", "recipe.yaml rates.csv runs/child/metrics.jsonl" },
        { "forecast recipe.yaml --against runs/child", "--svg", "recipe.yaml runs/child/resolved.json runs/parent/recipe.yaml" },
        { "diagnose log.csv", "--svg", "log.csv" },
        { "diagnose runs/child", "--svg",
            "runs/child/metrics.jsonl runs/child/resolved.json runs/child/checkpoints/step-3.safetensors runs/child/checkpoints/new "
            + "runs/child/result.json" },
        { "data show mnist folder=data", "--png", "data/train-images-idx3-ubyte.gz data/t10k-labels-idx1-ubyte" },
        { "sweep show sweep.yaml", "--csv", "sweep.yaml recipe.yaml rates.csv" },
        { "sweep show sweep.yaml", "--svg", "sweep.yaml recipe.yaml" },
        { "sweep show sweep.yaml", "--html", "sweep.yaml recipe.yaml" },
        { "sweep show sweep.yaml", "--curves", "sweep.yaml recipe.yaml" },
        { "runs compare runs/child runs/child", "--svg", "runs/child/metrics.jsonl runs/child/resolved.json runs/parent/recipe.yaml" },
        { "simulate", "--csv", "" },
        { "simulate", "--svg", "" },
    };

    [Theory, MemberData(nameof(Outputs))]
    public async Task An_output_that_is_also_an_input_is_refused_before_any_work_however_it_is_named(string words, string option,
    string inputs)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "links need rights there");
        string[] command = [.. words.Split(' ')
            .Select(word =>
            word.IndexOfAny(['.', '/']) >= 0 ? In(word) : word.Replace("=data", $"={In("data")}", StringComparison.Ordinal))];
        foreach (string input in inputs.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            foreach (string name in Names(In(input)))
            {
                string before = Contents(input);
                var (code, output, error) = await Cli.Run([.. command, option, name]);
                Assert.Equal((2, ""), (code, output));
                Assert.Contains($"{option} {name} is ", error, StringComparison.Ordinal);
                Assert.EndsWith("would be lost; give the name of another file\n", error, StringComparison.Ordinal);
                Assert.Equal(before, Contents(input));
            }
    }

    [Fact]
    public void No_option_that_names_a_file_to_write_is_left_out_above()
    {
        string[] known =
        [
            "advise --out", "convert --csv", "convert --out", "data show --png", "diagnose --svg", "export --out",
            "export audit --out", "export companion --out", "export logger --out",
            "find-lr --apply", "find-lr --svg",
            "forecast --csv", "forecast --svg", "plan --csv", "plan --svg", "runs compare --svg", "simulate --csv", "simulate --svg",
            "sweep show --csv", "sweep show --curves", "sweep show --html", "sweep show --svg", "verify --svg",
        ];
        var options = Verbs(CommandLine.Create(), "").SelectMany(verb => verb.Command.Options
            .Where(option => option.HelpName == "FILE")
            .Select(option => $"{(verb.Name.StartsWith("simulate", StringComparison.Ordinal) ? "simulate" : verb.Name)} {option.Name}"));
        Assert.Equal(known, options.Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Other_files_in_the_folder_of_a_run_may_be_written_again()
    {
        Write("runs/child/picture.svg", "of the run");
        var (_, _, error) = await Cli.Run("diagnose", In("runs/child"), "--svg", In("runs/child/picture.svg"));
        Assert.DoesNotContain("would be lost", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("are one file; give each its own", "--csv", "a", "--svg", "./a")]
    [InlineData("are one file; give each its own", "--csv", "-", "--svg", "-")]
    [InlineData("are one file; give each its own", "--csv", "-", "--svg", "/dev/stdout")]
    [InlineData("both go to standard output", "--csv", "-", "--json")]
    [InlineData("both go to standard output", "--svg", "/dev/stdout", "--json")]
    public async Task Two_outputs_in_one_place_are_refused(string message, params string[] options)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "it has no /dev");
        var (code, output,
            error) = await Cli.Run(
            ["plan", Cli.Recipe("digits.yaml"), .. options.Select(option => option.EndsWith('a') ? $"{_folder.Path}/{option}" : option)]);
        Assert.Equal((2, ""), (code, output));
        Assert.Contains(message, error, StringComparison.Ordinal);
        Assert.False(File.Exists(In("a")));
    }

    [Theory]
    [InlineData("-")]
    [InlineData("/dev/stdout")]
    public async Task A_dash_is_standard_output_which_carries_that_file_alone(string name)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "it has no /dev");
        var (code, output, error) = await Cli.Run("plan", Cli.Recipe("digits.yaml"), "--csv", name);
        Assert.Equal(0, code);
        Assert.StartsWith("step,lr,weight_decay,momentum,log_lr\n0,0.1,", output, StringComparison.Ordinal);
        Assert.Equal(691, output.Count(c => c == '\n'));
        Assert.Contains("cosine from 0.1 to 0 begins", error, StringComparison.Ordinal);
        Assert.False(File.Exists("-"));
    }

    [Fact]
    public async Task A_table_that_has_no_room_on_the_disk_is_refused_and_leaves_nothing()
    {
        string file = In("rates.csv.new");
        var (code, _, error) = await Cli.Run("plan", Cli.Recipe("digits.yaml"), "duration=900000000000ep", "--csv", file);
        Assert.Equal(2, code);
        Assert.Matches(
            @"would have 20,700,000,000,000 rows, about 1,0\d\d\.\d TB, and its disk has [0-9.,]+ [MGT]B left; shorten the recipe", error);
        Assert.Empty(Directory.GetFiles(_folder.Path, "rates.csv.new*"));
    }

    [Fact]
    public void The_size_of_a_long_table_is_told_before_the_most_of_it_is_written_to_a_fiftieth()
    {
        using StringWriter written = new(), said = new();
        using var table = new LongTable(written, Etalon.Lab.Files.OutputPath.Of(In("long.csv")), 2_000_000, said);
        long toldAt = -1;
        for (long row = 0; row < 2_000_000; row++)
        {
            table.Write($"{row},0.1,0.0005\n");
            if (toldAt < 0 && said.ToString().Length > 0) toldAt = row;
        }
        Assert.InRange(toldAt, 0, 10_000);
        var told = System.Text.RegularExpressions.Regex.Match(said.ToString(), @"long\.csv: 2,000,000 rows, about (\d+) MB");
        Assert.InRange(double.Parse(told.Groups[1].Value) * 1e6 / written.GetStringBuilder().Length, 0.98, 1.02);
    }

    private string Contents(string input) => File.Exists(In(input)) ? File.ReadAllText(In(input)) : "(not there)";

    private IEnumerable<string> Names(string file)
    {
        yield return file;
        yield return $"{_folder.Path}/./runs/../{Path.GetRelativePath(_folder.Path, file)}";
        if (!File.Exists(file)) yield break;
        string link = In("link"), hard = In("hard"), folder = In("folder-link");
        foreach (string old in (string[])[link, hard, folder]) File.Delete(old);
        File.CreateSymbolicLink(link, file);
        File.CreateSymbolicLink(folder, Path.GetDirectoryName(file)!);
        SmallRun.Execute("ln", file, hard);
        yield return link;
        yield return hard;
        yield return Path.Combine(folder, Path.GetFileName(file));
    }

    private static IEnumerable<(string Name, Command Command)> Verbs(Command command, string name) =>
        command.Subcommands.SelectMany(verb => Verbs(verb, $"{name} {verb.Name}".Trim())).Prepend((name, command));

    private void Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(In(name))!);
        File.WriteAllText(In(name), text);
    }

    private string In(string name) => Path.Combine(_folder.Path, name);
}
