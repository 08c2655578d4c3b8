using System.CommandLine;
using System.Text.Json;
using Etalon.Lab;
using Etalon.Lab.Data;
using Etalon.Lab.Tests;
using Etalon.Lab.Tests.Data;
using Etalon.Workbench.Commands;

namespace Etalon.Workbench.Tests.Data;

public sealed class DataCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task List_shows_every_set_with_its_size_and_where_it_is()
    {
        var text = await RunAsync("list");
        Assert.All(DataCatalog.All, entry => Assert.Contains(entry.Name, text));
        Assert.Matches("digits +1,437 +360 +8x8x1 +10 +built in", text);

        using var json = JsonDocument.Parse(await RunAsync("list", "--json"));
        var cifar = json.RootElement.EnumerateArray().Single(entry => entry.GetProperty("name").GetString() == "cifar100");
        Assert.Equal((50_000, 32, 3, 100), (cifar.GetProperty("training_count").GetInt32(), cifar.GetProperty("height").GetInt32(),
            cifar.GetProperty("channels").GetInt32(), cifar.GetProperty("class_count").GetInt32()));
    }

    [Fact]
    public async Task Check_prints_means_deviations_and_the_content_hash()
    {
        var digits = DataCatalog.Load("digits");
        var text = await RunAsync("check", "digits");
        Assert.Contains("is intact: 1,437 training and 360 test images of 8x8x1, 10 classes", text);
        Assert.Contains(digits.Statistics.Means[0].ToString("F6"), text);
        Assert.Contains(digits.ContentHash, text);

        using var json = JsonDocument.Parse(await RunAsync("check", "digits", "--json"));
        Assert.Equal(digits.Statistics.StandardDeviations[0], json.RootElement.GetProperty("standard_deviations")[0].GetDouble());
    }

    [Theory]
    [InlineData("\"imagenet\" is not a data set; there are digits, mnist, fashion-mnist, cifar10, cifar100, ps10, text", "check",
        "imagenet")]
    [InlineData("digits is built in", "get", "digits")]
    [InlineData("--from is \"mirror\", which is not an address", "get", "mnist", "--from", "mirror")]
    [InlineData("does not exist", "check", "mnist", "--folder", "no/such/folder")]
    public async Task What_cannot_be_done_is_said(string message, params string[] words) =>
        Assert.Contains(message, (await Assert.ThrowsAsync<InputException>(() => RunAsync(words))).Message);

    [Fact]
    public async Task A_set_that_was_fetched_passes_the_check()
    {
        const string Package = "/usr/share/datasets/fashion-mnist";
        Assert.SkipUnless(Directory.Exists(Package), $"{Package} is not there; apt-get install dataset-fashion-mnist brings it");
        await using var server = new FlakyServer(request => new(
            File.ReadAllBytes(Package + request.Path), DropAfter: request.Number == 0 ? 1_000_000 : null));
        Assert.Contains($"is in {_folder.Path}",
            await RunAsync("get", "fashion-mnist", "--from", server.Address.AbsoluteUri, "--to", _folder.Path));
        Assert.Contains("Fashion-MNIST", await RunAsync("check", "fashion-mnist", "--folder", _folder.Path));
        Assert.True(server.Requests[1].From > 0);
    }

    [Fact]
    public void Off_a_terminal_a_download_is_a_line_for_each_file_and_each_failed_attempt()
    {
        var output = new StringWriter { NewLine = "\n" };
        var display = new DownloadDisplay(output, isTerminal: false);
        display.Report(new("a.gz", 500_000, 2_000_000, null));
        display.Report(new("a.gz", 1_000_000, 2_000_000, null));
        display.Report(new("a.gz", 1_000_000, 2_000_000, "the connection ended."));
        display.Report(new("b.gz", 10, null, null));
        Assert.Equal("fetching a.gz, 2.0 MB\na.gz: the connection ended. Trying again.\nfetching b.gz\n", output.ToString());
    }

    [Fact]
    public void On_a_terminal_a_download_is_one_line_rewritten()
    {
        var output = new StringWriter { NewLine = "\n" };
        var display = new DownloadDisplay(output, isTerminal: true);
        display.Report(new("a.gz", 500_000, 2_000_000, null));
        display.Report(new("a.gz", 500_001, 2_000_000, null));
        display.Report(new("a.gz", 2_000_000, 2_000_000, null));
        Assert.Equal("\ra.gz     0.5 of 2.0 MB   25%\ra.gz     2.0 of 2.0 MB  100%\n", output.ToString());
    }

    private static async Task<string> RunAsync(params string[] words)
    {
        var output = new StringWriter();
        var configuration =
            new InvocationConfiguration { Output = output, Error = new StringWriter(), EnableDefaultExceptionHandler = false };
        var root = new RootCommand { DataCommand.Create() };
        var code = await root.Parse(["data", .. words]).InvokeAsync(configuration, TestContext.Current.CancellationToken);
        Assert.Equal(0, code);
        return output.ToString();
    }
}
