using Etalon.Lab.Files;
using Etalon.Lab.Tests.Runs;

namespace Etalon.Lab.Tests.Files;

public sealed class AtomicFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_file_that_is_replaced_keeps_mode_and_owner_and_nobody_else_reads_it_on_the_way()
    {
        SkipOnWindows();
        string path = In("rates.csv");
        File.WriteAllText(path, "old");
        Told("chmod", "640", path);
        if (Environment.IsPrivilegedProcess) Told("chown", "12345:54321", path);
        string owner = Told("stat", "-c", "%u:%g %a", path);
        AtomicFile.Write(path, writer =>
        {
            Assert.Equal("old", File.ReadAllText(path));
            Assert.Equal(owner, Told("stat", "-c", "%u:%g %a", Assert.Single(Directory.GetFiles(_folder.Path, "*.tmp"))));
            writer.WriteLine("new");
        });
        Assert.Equal("new\n", File.ReadAllText(path));
        Assert.Equal(owner, Told("stat", "-c", "%u:%g %a", path));
        Assert.Equal([path], Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void What_was_there_stays_when_writing_fails()
    {
        string path = In("rates.csv");
        File.WriteAllText(path, "old");
        Assert.Throws<InvalidTimeZoneException>(() => AtomicFile.Write(path, writer =>
        {
            writer.Write(new string('x', 1_000_000));
            throw new InvalidTimeZoneException();
        }));
        Assert.Equal("old", File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFiles(_folder.Path));
    }

    [Theory]
    [InlineData("target.csv")]
    [InlineData("deep/target.csv")] // whose folder is made
    [InlineData("second")]
    [InlineData("elsewhere/../target.csv")] // of the folder that the link leads to, not of the link's
    public void A_link_is_followed_and_stays_whether_its_file_is_there_or_not(string target)
    {
        SkipOnWindows();
        Directory.CreateDirectory(In("far/away"));
        File.CreateSymbolicLink(In("elsewhere"), "far/away");
        File.CreateSymbolicLink(In("second"), In("target.csv"));
        File.CreateSymbolicLink(In("link"), target);
        foreach (string text in (string[])["one", "two"])
        {
            AtomicFile.Write(In("link"), writer => writer.Write(text));
            Assert.Equal(target, new FileInfo(In("link")).LinkTarget);
            // The kernel follows the links by its own rules.
            Assert.Equal(text, Told("cat", In("link")));
        }
        Assert.Equal(target.StartsWith("elsewhere", StringComparison.Ordinal), File.Exists(In("far/target.csv")));
    }

    [Fact]
    public void Links_that_lead_round_in_a_circle_are_refused()
    {
        SkipOnWindows();
        File.CreateSymbolicLink(In("one"), "two");
        File.CreateSymbolicLink(In("two"), "one");
        Assert.Contains("circle", Assert.Throws<InputException>(() => OutputPath.Of(In("one"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pipe_is_written_to_and_stays_and_a_reader_that_has_had_enough_is_no_failure()
    {
        SkipOnWindows();
        string pipe = In("pipe");
        Told("mkfifo", pipe);
        var cancellation = TestContext.Current.CancellationToken;
        var read = Task.Run(() => File.ReadAllText(pipe), cancellation);
        AtomicFile.Write(pipe, writer => writer.Write("through the pipe"));
        Assert.Equal("through the pipe", await read);

        var opened = Task.Run(() => File.OpenRead(pipe).Dispose(), cancellation);
        AtomicFile.Write(pipe, writer =>
        {
            opened.Wait(cancellation);
            for (int i = 0; i < 100; i++) writer.Write(new string('x', 10_000));
        });
        Assert.StartsWith("prw", Told("ls", "-l", pipe), StringComparison.Ordinal);
    }

    [Fact]
    public void A_device_is_written_to_and_stays_a_device()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess,
            "only root makes devices, and only of Linux are the numbers known here");
        Told("mknod", In("null"), "c", "1", "3");
        Told("mknod", In("full"), "c", "1", "7");
        AtomicFile.Write(In("null"), writer => writer.Write("gone"));
        var problem = Assert.Throws<IOException>(() => AtomicFile.Write(In("full"), writer => writer.Write("no room")));
        Assert.Contains($"{In("full")} could not be written", problem.Message, StringComparison.Ordinal);
        foreach (string device in (string[])["null", "full"])
            Assert.StartsWith("character special", Told("stat", "-c", "%F", In(device)), StringComparison.Ordinal);
        Assert.True(OutputPath.Of(In("null")) is var sink && !sink.IsSame(OutputPath.Of(In("null"))),
            "any number of outputs may go to a device");
    }

    [Fact]
    public void A_link_laid_where_the_temporary_file_comes_is_not_followed()
    {
        SkipOnWindows();
        File.WriteAllText(In("victim"), "mine");
        File.CreateSymbolicLink(In($"rates.csv.{Environment.ProcessId}.tmp"), "victim");
        AtomicFile.Write(In("rates.csv"), writer => writer.Write("rates"));
        Assert.Equal(("mine", "rates"), (File.ReadAllText(In("victim")), File.ReadAllText(In("rates.csv"))));
    }

    [Fact]
    public void The_longest_name_that_a_file_can_have_is_written()
    {
        string path = In(new string('n', 255));
        AtomicFile.Write(path, writer => writer.Write("long"));
        Assert.Equal("long", File.ReadAllText(path));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData(".")]
    [InlineData("new/")]
    [InlineData("file/below")]
    [InlineData("folder-link")]
    [InlineData("/dev/fd/1000")]
    public void Where_no_file_can_be_is_said_beforehand(string name)
    {
        SkipOnWindows();
        File.WriteAllText(In("file"), "");
        File.CreateSymbolicLink(In("folder-link"), ".");
        Assert.Throws<InputException>(() => OutputPath.Of(name.Trim().Length == 0 ? name : In(name)));
    }

    [Fact]
    public void A_file_or_folder_that_may_not_be_written_to_is_refused_beforehand()
    {
        SkipOnWindows();
        Assert.SkipWhen(Environment.IsPrivilegedProcess, "root may write to everything");
        File.WriteAllText(In("mine"), "");
        Told("chmod", "400", In("mine"));
        Assert.Throws<InputException>(() => OutputPath.Of(In("mine")));
        Told("chmod", "500", _folder.Path);
        Assert.Throws<InputException>(() => OutputPath.Of(In("new")));
        Told("chmod", "700", _folder.Path);
    }

    // Compared with stat(1): the layout of the runtime's structure is not documented.
    [Fact]
    public void Device_inode_owner_and_mode_are_those_that_the_system_tells()
    {
        SkipOnWindows();
        File.WriteAllText(In("file"), "");
        var node = FileNode.TryOf(In("file"))!.Value;
        Assert.Equal($"{node.Device} {node.Inode} {node.Owner} {node.Group} {Convert.ToString((int)node.Mode, 8)}",
            Told("stat", "-c", "%d %i %u %g %a", In("file")));
        Assert.Null(FileNode.TryOf(In("nothing")));
    }

    private static void SkipOnWindows() =>
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no modes, pipes with paths and inodes");

    private static string Told(string program, params string[] words)
    {
        var (code, output) = SmallRun.Execute(program, words);
        Assert.Equal(0, code);
        return output.TrimEnd();
    }

    private string In(string name) => name.StartsWith('/') ? name : Path.Combine(_folder.Path, name);
}
