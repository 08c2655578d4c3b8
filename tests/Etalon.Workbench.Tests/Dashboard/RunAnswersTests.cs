using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Etalon.Lab.Runs;
using Etalon.Lab.Tests.Runs;

namespace Etalon.Workbench.Tests.Dashboard;

public class RunAnswersTests
{
    [Fact]
    public async Task Runs_are_listed_with_their_states_and_those_of_sweeps_with_them()
    {
        await using var served = await Served.Start();
        WrittenRun.Write(served.Runs, "done", result: WrittenRun.Done());
        WrittenRun.Write(served.Runs, "killed", metrics: WrittenRun.Text(WrittenRun.Lines(10)));
        WrittenRun.Write(Path.Combine(served.Runs, "sweep"), "a", WrittenRun.Resolved(seed: 2), result: WrittenRun.Done(0.8));
        WrittenRun.Write(served.Runs, "torn", resolved: "{\"recipe\": {");
        string live = WrittenRun.Write(served.Runs, "live", metrics: WrittenRun.Text(WrittenRun.Lines(20)) + "{\"step\":20,\"tr");
        Directory.CreateDirectory(Path.Combine(served.Runs, "no run"));
        using (RunLock.TryTake(live, cancellation: TestContext.Current.CancellationToken))
        {
            var list = await served.Json("api/runs");
            Assert.Equal(
                ["done done 1000", "killed interrupted 10", "live running 20", "sweep/a done 1000", "torn damaged "],
                list["runs"]!.AsArray().Select(run => $"{run!["id"]} {run["state"]} {run["updates"]}"));
            Assert.Contains("seed", list["keys"]!.AsArray().Select(key => (string)key!));
            Assert.Contains("resolved.json", (string)list["runs"]![4]!["fault"]!, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Runs_that_changed_are_listed_alone_with_the_same_keys()
    {
        await using var served = await Served.Start();
        foreach (long seed in (long[])[1, 2, 3]) WrittenRun.Write(served.Runs, $"run-{seed}", WrittenRun.Resolved(seed: seed));
        var all = await served.Json("api/runs");
        var some = await served.Json("api/runs?run=run-2&run=gone");
        Assert.Equal("run-2", (string)Assert.Single(some["runs"]!.AsArray())!["id"]!);
        Assert.Equal(all["keys"]!.ToJsonString(), some["keys"]!.ToJsonString());
        Assert.Equal(all["runs"]![1]!.ToJsonString(), some["runs"]![0]!.ToJsonString());
    }

    [Fact]
    public async Task A_curve_comes_as_bytes_that_say_how_many_they_are()
    {
        await using var served = await Served.Start();
        WrittenRun.Write(served.Runs, "a", metrics: WrittenRun.Text(WrittenRun.Lines(300)));
        byte[] bytes = await served.Bytes("api/curves?run=a&metric=test/accuracy&metric=none&metric=train/loss&pixels=100");
        Assert.Equal(3u, BinaryPrimitives.ReadUInt32LittleEndian(bytes));
        double[] x = MemoryMarshal.Cast<byte, double>(bytes.AsSpan(8, 24)).ToArray();
        float[] y = MemoryMarshal.Cast<byte, float>(bytes.AsSpan(32, 12)).ToArray();
        Assert.Equal([100, 200, 300], x);
        Assert.Equal([.. new[] { 99, 199, 299 }.Select(i => (float)(1 - WrittenRun.Noise(1, i)))], y);
        Assert.Equal(0u, BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(48)));
        Assert.Equal(300u, BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(56)));
    }

    [Fact]
    public async Task A_recipe_of_a_newer_version_is_told_and_its_curves_are_there()
    {
        await using var served = await Served.Start();
        WrittenRun.Write(served.Runs, "newer", WrittenRun.Resolved().Replace("\"momentum\"", "\"inertia\"", StringComparison.Ordinal),
            WrittenRun.Text(WrittenRun.Lines(50)));
        var run = await served.Json("api/run?id=newer");
        Assert.Contains("inertia", (string)run["recipe_problem"]!, StringComparison.Ordinal);
        Assert.Contains("train/loss", run["metrics"]!.AsArray().Select(name => (string)name!));
        Assert.Equal(50, (long)run["updates"]!);
    }

    [Fact]
    public async Task A_run_that_is_deleted_while_it_is_shown_is_gone_and_the_others_stay()
    {
        await using var served = await Served.Start();
        string run = WrittenRun.Write(served.Runs, "a", metrics: WrittenRun.Text(WrittenRun.Lines(50)));
        WrittenRun.Write(served.Runs, "b");
        await served.Json("api/run?id=a");
        Directory.Delete(run, recursive: true);
        // The folder is looked at again after half a second.
        while ((await served.Json("api/runs"))["runs"]!.AsArray().Count > 1) await Task.Yield();
        Assert.Contains("there is no run", (await served.Ask("api/run?id=a")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_that_listens_is_told_of_a_run_that_begins_and_of_one_that_ends()
    {
        await using var served = await Served.Start();
        using var stream = await served.Open("api/events");
        using var reader = new StreamReader(await stream.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
        async Task<string> Next()
        {
            while (true)
            {
                string line = (await reader.ReadLineAsync(TestContext.Current.CancellationToken))!;
                if (line.StartsWith("data: [", StringComparison.Ordinal)) return line;
            }
        }

        string run = WrittenRun.Write(served.Runs, "a", metrics: WrittenRun.Text(WrittenRun.Lines(5)));
        Assert.Equal("data: [\"a\"]", await Next());
        Directory.Delete(run, recursive: true);
        Assert.Equal("data: [\"a\"]", await Next());
    }

    [Fact]
    public async Task A_forks_ancestors_are_found_where_they_are_and_where_the_folder_was_moved_to()
    {
        await using var served = await Served.Start();
        string Fork(string parent, string hash, long step, long seed) => WrittenRun.Resolved(seed: seed).Replace("\"etalon\":",
            $"\"parent\": {{\"run\": \"{parent}\", \"step\": {step}, \"recipe_sha256\": \"{hash}\"}}, \"etalon\":",
            StringComparison.Ordinal);
        WrittenRun.Write(served.Runs, "first", metrics: WrittenRun.Text(WrittenRun.Lines(500)));
        WrittenRun.Write(served.Runs, "second", Fork(Path.Combine(served.Runs, "first"), "001", 300, seed: 2));
        WrittenRun.Write(served.Runs, "third", Fork("/elsewhere/runs/second", "002", 400, seed: 3));
        WrittenRun.Write(served.Runs, "lost", Fork("/etc/second", "003", 400, seed: 4));
        WrittenRun.Write(served.Runs, "itself", Fork(Path.Combine(served.Runs, "itself"), "005", 400, seed: 5));
        async Task<string> Ancestors(string id) => string.Join(", ", (await served.Json($"api/run?id={id}"))["ancestors"]!.AsArray()
            .Select(each => $"{each!["id"]} until {each["until"]}"));
        Assert.Equal("first until 300, second until 400", await Ancestors("third"));
        Assert.Equal("first until 300", await Ancestors("second"));
        Assert.Equal("", await Ancestors("first"));
        Assert.Equal("", await Ancestors("lost"));
        Assert.Equal("", await Ancestors("itself"));
    }

    [Fact]
    public async Task What_changes_while_a_run_trains_is_asked_for_alone()
    {
        await using var served = await Served.Start();
        WrittenRun.Write(served.Runs, "a", metrics: WrittenRun.Text(WrittenRun.Lines(50)));
        var brief = await served.Json("api/run?id=a&brief=1");
        Assert.Equal((50, "interrupted"), ((int)brief["updates"]!, (string)brief["state"]!));
        Assert.Null(brief["schedule"]);
    }

    [Theory]
    [InlineData("1")]
    [InlineData("0,x")]
    [InlineData("5,1")]
    [InlineData("-1,1")]
    [InlineData("0,NaN")]
    public async Task Knots_that_do_not_ascend_are_refused(string knots)
    {
        await using var served = await Served.Start();
        WrittenRun.Write(served.Runs, "a", metrics: WrittenRun.Text(WrittenRun.Lines(50)));
        var (status, text, _) = await served.Ask($"api/curves?run=a&metric=train/loss&knots={knots}");
        Assert.True(status == System.Net.HttpStatusCode.BadRequest && text.Contains("knots", StringComparison.Ordinal), text);
    }

    // A run that was trained, one that was stopped, and one that a process trains at the moment.
    [Fact]
    [Trait("speed", "slow")]
    public async Task Looking_changes_no_byte_of_a_run()
    {
        await using var served = await Served.Start();
        string held = SmallRun.Whole(served.Runs);
        SmallRun.Stopped(served.Runs, 6, "name=stopped");
        using var taken = RunLock.TryTake(held, cancellation: TestContext.Current.CancellationToken);
        string before = Checksums(served.Runs);
        foreach (string id in (string[])["small", "stopped"])
        {
            await served.Json($"api/run?id={id}");
            await served.Json($"api/axes?id={id}");
            await served.Json($"api/sparks?run={id}");
            await served.Ask($"api/diagnosis?id={id}");
            await served.Bytes($"api/curves?run={id}&metric=train/loss");
        }
        await served.Json("api/runs");
        Assert.Equal(before, Checksums(served.Runs));
    }

    [Fact]
    [Trait("speed", "slow")]
    public async Task Ten_thousand_folders_that_are_no_runs_hide_no_run()
    {
        await using var served = await Served.Start();
        for (int i = 0; i < 10_000; i++) Directory.CreateDirectory(Path.Combine(served.Runs, $"folder-{i}"));
        WrittenRun.Write(served.Runs, "run", result: WrittenRun.Done());
        Assert.Single((await served.Json("api/runs"))["runs"]!.AsArray());
    }

    private static string Checksums(string root) => string.Join('\n',
        Directory.EnumerateFileSystemEntries(root, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(path =>
            $"{path} {(File.Exists(path) ? $"{Hash(path)} {File.GetLastWriteTimeUtc(path).Ticks}" : "")}"));

    // A lock that is held opens for nobody; its time tells of a change.
    private static string Hash(string path) =>
        Path.GetFileName(path) == "lock" ? "" : Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path)));
}
