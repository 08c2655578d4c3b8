using System.Diagnostics;
using System.IO.Compression;
using System.Text.RegularExpressions;
using Etalon.Lab.Tests;

namespace Etalon.Workbench.Tests;

/// <summary>
/// The command as its users get it: packed, installed as a tool from that package alone with an empty home, and taken through the README.
/// </summary>
[Trait("speed", "slow")]
public sealed partial class ToolTests : IDisposable
{
    private const int MillisecondsAllowed = 600_000;
#if DEBUG
    private const string Configuration = "Debug";
#else
    private const string Configuration = "Release";
#endif

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_packed_tool_installs_from_its_package_and_runs_the_commands_of_the_readme()
    {
        string root = FindRoot(), packages = Path.Combine(_folder.Path, "packages"), tools = Path.Combine(_folder.Path, "tools");
        Run("dotnet", root, "pack", Path.Combine("src", "Etalon.Workbench"), "--no-build", "-c", Configuration, "-o", packages);
        CheckContent(Assert.Single(Directory.GetFiles(packages, "etalon.*.nupkg")));
        File.WriteAllText(Path.Combine(_folder.Path, "nuget.config"),
            """<configuration><packageSources><clear/><add key="folder" value="packages"/></packageSources></configuration>""");
        Run("dotnet", _folder.Path, "tool", "install", "etalon", "--tool-path", tools, "--configfile", "nuget.config");

        string etalon = Path.Combine(tools, "etalon"), work = Directory.CreateDirectory(Path.Combine(_folder.Path, "work")).FullName;
        Copy(Path.Combine(root, "recipes"), Path.Combine(work, "recipes"));
        Copy(Path.Combine(root, "docs", "examples"), Path.Combine(work, "docs", "examples"));
        // What a claim takes is minutes; the tests of claims run them.
        string[] commands =
        [
            .. ShellBlocks().Matches(File.ReadAllText(Path.Combine(root, "README.md")).ReplaceLineEndings("\n"))
                .SelectMany(block => block.Groups["text"].Value.Split('\n'))
                .Where(line => line.StartsWith("etalon ", StringComparison.Ordinal))
                .Where(line => !line.Contains("reproduce", StringComparison.Ordinal)),
        ];
        Assert.InRange(commands.Length, 7, 30);
        foreach (string command in commands) Run(etalon, work, command.Split(' ')[1..]);
        Assert.True(File.Exists(Path.Combine(work, "runs", "digits", "result.json")));
    }

    private static void CheckContent(string package)
    {
        using var zip = ZipFile.OpenRead(package);
        var names = zip.Entries.Select(entry => entry.FullName).ToList();
        Assert.Contains("README.md", names);
        Assert.Contains("digits/NOTICE", names);
        Assert.Contains("tools/net10.0/any/Etalon.Lab.dll", names);
        using var reader = new StreamReader(zip.GetEntry("etalon.nuspec")!.Open());
        string description = reader.ReadToEnd();
        Assert.Contains("""<packageType name="DotnetTool" />""", description, StringComparison.Ordinal);
        Assert.DoesNotContain("<dependency ", description, StringComparison.Ordinal);
    }

    private void Run(string program, string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string name in start.Environment.Keys.Where(name => name is not ("PATH" or "DOTNET_ROOT" or "SystemRoot")).ToArray())
            start.Environment.Remove(name);
        // Packing reads the packages that building took; installing and running have a home of their own.
        if (arguments[0] == "pack") start.Environment["HOME"] = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        else start.Environment["HOME"] = Directory.CreateDirectory(Path.Combine(_folder.Path, "home")).FullName;
        start.Environment["DOTNET_NOLOGO"] = "1";
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        // A node that outlives the command would hold its output open.
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(MillisecondsAllowed))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{program} {string.Join(' ', arguments)} ran for more than {MillisecondsAllowed / 1000} s");
        }
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} failed:\n{output.Result}\n{error.Result}");
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (string file in Directory.EnumerateFiles(from)) File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
    }

    private static string FindRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Etalon.slnx"))) folder = Path.GetDirectoryName(folder);
        return folder ?? throw new InvalidOperationException("the tests must run inside the repository");
    }

    [GeneratedRegex("^```sh\n(?<text>.*?)^```$", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex ShellBlocks();
}
