using System.Diagnostics;
using System.IO.Compression;
using System.Xml.Linq;
using Etalon.Schedules.Tests.Documentation;

namespace Etalon.Schedules.Tests.Package;

/// <summary>The package as its users get it: packed, installed from a folder into a fresh project without network, and run.</summary>
[Trait("speed", "slow")]
public sealed class PackageTests : IDisposable
{
    private const int MillisecondsAllowed = 60_000;
#if DEBUG
    private const string Configuration = "Debug";
#else
    private const string Configuration = "Release";
#endif

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("etalon-package-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_fresh_project_installs_the_package_from_a_folder_and_runs_the_five_lines_of_its_readme()
    {
        var project = Path.Combine(Repository(), "src", "Etalon.Schedules", "Etalon.Schedules.csproj");
        Dotnet(_folder.FullName, "pack", project, "--no-build", "-c", Configuration, "-o", Path.Combine(_folder.FullName, "source"));
        var package = Assert.Single(Directory.GetFiles(Path.Combine(_folder.FullName, "source"), "*.nupkg"));
        CheckContent(package);

        var example = CodeExample.All[nameof(PageExamples.FiveLines)];
        var app = Directory.CreateDirectory(Path.Combine(_folder.FullName, "app")).FullName;
        File.WriteAllText(Path.Combine(app, "Program.cs"), "using Etalon.Schedules;\n" + example.Text);
        File.WriteAllText(Path.Combine(app, "app.csproj"),
            Project(version: Path.GetFileNameWithoutExtension(package)["Etalon.Schedules.".Length..]));
        File.WriteAllText(Path.Combine(app, "nuget.config"),
            """<configuration><packageSources><clear/><add key="folder" value="../source"/></packageSources></configuration>""");
        var output = Dotnet(app, "run", "--disable-build-servers");
        Assert.Equal(example.Promised, output.TrimEnd().ReplaceLineEndings("\n").Split('\n'));
    }

    private static void CheckContent(string package)
    {
        using var zip = ZipFile.OpenRead(package);
        var names = zip.Entries.Select(entry => entry.FullName).ToList();
        Assert.Contains("lib/net10.0/Etalon.Schedules.dll", names);
        Assert.Contains("lib/net10.0/Etalon.Schedules.xml", names);
        Assert.Contains("README.md", names);
        using var stream = zip.GetEntry("Etalon.Schedules.nuspec")!.Open();
        var metadata =
            XDocument.Load(stream).Root!.Elements().First().Elements().ToDictionary(element => element.Name.LocalName, element => element);
        Assert.Equal("Etalon.Schedules", metadata["id"].Value);
        Assert.Equal("README.md", metadata["readme"].Value);
        Assert.Equal("MIT", metadata["license"].Value);
        Assert.Contains("learning-rate", metadata["tags"].Value, StringComparison.Ordinal);
        Assert.NotEmpty(metadata["description"].Value);
        Assert.DoesNotContain(metadata["dependencies"].Descendants(), element => element.Name.LocalName == "dependency");
    }

    // Packages go beside the project: the user's own cache may hold another build of the same version.
    private static string Project(string version) =>
        $"""
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <OutputType>Exe</OutputType>
            <TargetFramework>net10.0</TargetFramework>
            <ImplicitUsings>enable</ImplicitUsings>
            <Nullable>enable</Nullable>
            <RestorePackagesPath>packages</RestorePackagesPath>
          </PropertyGroup>
          <ItemGroup>
            <PackageReference Include="Etalon.Schedules" Version="{version}" />
          </ItemGroup>
        </Project>
        """;

    private static string Repository()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Etalon.slnx"))) return folder.FullName;
        Assert.Skip($"the tests run outside their repository, in {AppContext.BaseDirectory}, so there is no project to pack");
        return "";
    }

    private static string Dotnet(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["DOTNET_NOLOGO"] = "1";
        // A node that outlives the command would hold its output open.
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            Assert.Skip($"the .NET SDK that would pack and install is not on the path: {missing.Message}");
            throw;
        }
        using (process)
        {
            var error = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEndAsync();
            if (!process.WaitForExit(MillisecondsAllowed))
            {
                process.Kill(entireProcessTree: true);
                Assert.Fail($"dotnet {arguments[0]} ran for more than {MillisecondsAllowed / 1000} s");
            }
            Assert.True(process.ExitCode == 0, $"dotnet {string.Join(' ', arguments)} failed:\n{output.Result}\n{error.Result}");
            return output.Result;
        }
    }
}
