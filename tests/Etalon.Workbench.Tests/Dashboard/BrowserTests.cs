using System.Diagnostics;
using Etalon.Lab.Tests.Runs;

namespace Etalon.Workbench.Tests.Dashboard;

/// <summary>
/// The front end by its own tools: node's test runner, TypeScript's checker, and Chromium. <c>.ci/run</c> installs them; where one is
/// absent the test is skipped and says so.
/// </summary>
[Trait("speed", "slow")]
public class BrowserTests
{
    private const string Chromium = "/usr/bin/chromium";

    private static readonly string Root = FindRoot(), Tests = Path.Combine(Root, "tests", "dashboard"),
        Modules = Path.Combine(Root, "artifacts", "dashboard");

    [Fact]
    public void What_the_pages_compute_is_right() => Node([], "--test", Path.Combine(Tests, "compute.test.mjs"));

    [Fact]
    public void The_types_of_the_front_end_hold()
    {
        NeedsModules();
        Node([], Path.Combine(Modules, "node_modules", "typescript", "bin", "tsc"), "-p", Tests);
    }

    [Fact]
    public async Task The_pages_do_in_a_browser_what_they_should()
    {
        NeedsModules();
        Assert.SkipUnless(File.Exists(Chromium), $"{Chromium} is absent; apt-get install chromium");
        await using var served = await Served.Start();
        SmallRun.Whole(served.Runs, "log.monitors=2ba");
        WrittenRun.Write(Path.Combine(served.Runs, "sweep"), "a", WrittenRun.Resolved(seed: 2), result: WrittenRun.Done(0.8),
            metrics: WrittenRun.Text(WrittenRun.Lines(1000)));
        WrittenRun.Write(served.Runs, "torn", resolved: "{\"recipe\": {");
        Node(
        [
            ("ETALON", $"dotnet {Path.Combine(AppContext.BaseDirectory, "etalon.dll")}"), ("ETALON_MODULES", Modules),
            ("ETALON_FOLDER", served.Folder), ("ETALON_RECIPE", SmallRun.WriteRecipe(served.Folder)), ("ETALON_CHROMIUM", Chromium),
        ], "--test", Path.Combine(Tests, "page.test.mjs"));
    }

    private static void NeedsModules() => Assert.SkipUnless(Directory.Exists(Path.Combine(Modules, "node_modules")),
        "artifacts/dashboard has no node_modules; .ci/run installs them from tests/dashboard/package-lock.json");

    private static void Node((string Name, string Value)[] environment, params string[] words)
    {
        var start = new ProcessStartInfo("node") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string word in words) start.ArgumentList.Add(word);
        foreach (var (name, value) in environment) start.Environment[name] = value;
        try
        {
            using var process = Process.Start(start)!;
            var error = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            Assert.True(process.ExitCode == 0, output + error.Result);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("node is absent; apt-get install nodejs npm");
        }
    }

    private static string FindRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Etalon.slnx"))) folder = Path.GetDirectoryName(folder);
        return folder ?? throw new InvalidOperationException("the tests must run inside the repository");
    }
}
