using System.Reflection;
using System.Text.RegularExpressions;

namespace Etalon.Workbench.Tests;

/// <summary>The arrows between the rooms, as docs and CONTRIBUTING.md draw them.</summary>
public partial class ArchitectureTests
{
    private static readonly string Root = FindRoot();

    private const string Shared = "Etalon.Lab.Claims.Shared";

    private static readonly RoomArrows Lab = new(Assembly.Load("Etalon.Lab"), "Etalon.Lab");

    [Theory]
    [InlineData("Etalon.Schedules", "")]
    [InlineData("Etalon.Engine", "")]
    [InlineData("Etalon.Lab", "Etalon.Engine Etalon.Schedules")]
    public void A_project_sees_only_the_rooms_below_it(string project, string seen)
    {
        var references = Assembly.Load(project).GetReferencedAssemblies()
            .Select(name => name.Name!).Where(name => name.StartsWith("Etalon", StringComparison.Ordinal)).Order();
        Assert.Equal(seen, string.Join(' ', references));
    }

    [Fact]
    public void Vector_instructions_stay_in_the_engines_kernels_and_the_measure_of_their_peak() =>
        AssertNone("System.Runtime.Intrinsics",
            file => !Regex.IsMatch(file, "^src/(Etalon.Engine/Kernels/|Etalon.Lab/Benchmarks/FmaPeak.cs$)"));

    // Each has a branch for the other platforms, or asks whether what it wants is there.
    [Theory]
    [InlineData("LibraryImport(", "Files/DirectorySync Files/FileNode")]
    [InlineData("DllImport(", "Ranks/MpiCommunicator Ranks/MpiLibrary")]
    [InlineData("/proc/", "Runs/LockHost Files/OutputPath Options/ThreadCount")]
    [InlineData("\"/sys/", "Benchmarks/ProcessorCaches")]
    [InlineData("PosixSignal", "Etalon.Workbench/Interruption")]
    public void What_one_operating_system_has_is_asked_for_in_the_files_that_are_for_it(string text, string files)
    {
        string[] own = [.. files.Split(' ').Select(file => $"{file}.cs")];
        AssertNone(text, file => !own.Any(name => file.EndsWith(name, StringComparison.Ordinal)));
        Assert.All(own, name => Assert.Contains(Sources(),
            file => file.EndsWith(name, StringComparison.Ordinal) && Code(file).Contains(text, StringComparison.Ordinal)));
    }

    [Fact]
    public void Only_the_workbench_prints() =>
        AssertNone("Console.", file => !file.StartsWith("src/Etalon.Workbench/", StringComparison.Ordinal));

    [Fact]
    public void Nothing_that_computes_asks_for_a_shared_random_generator_or_the_date()
    {
        AssertNone("Random.Shared", _ => true);
        AssertNone("new System.Random", _ => true);
        AssertNone("DateTime", file => !file.StartsWith("src/Etalon.Workbench/", StringComparison.Ordinal));
        AssertNone("Environment.ProcessorCount", file => !file.StartsWith("src/Etalon.Workbench/", StringComparison.Ordinal));
    }

    // The C library's differ between machines in the last bit. Square roots, fused multiply-add, floors and remainders are exact
    // everywhere.
    [Fact]
    public void Elementary_functions_are_those_of_the_house_and_not_the_C_librarys()
    {
        var foreign = new Regex(
            @"\b(MathF?|double|float|T|Complex)\.(A?(Sin|Cos|Tan)(h|Pi|CosPi|Cos)?|Atan2(Pi)?|Exp(2|10)?(M1)?|Log(2|10)?(P1)?"
            + @"|Pow|Cbrt|Hypot|RootN)\b|\bVector\d*(<\w+>)?\.(Exp|Log2?|Sin|Cos|SinCos|Hypot)\(");
        Assert.Matches(foreign, "1 / Math.Pow(x, 2)");
        Assert.Matches(foreign, "T.LogP1(x)");
        Assert.DoesNotContain(Sources().Where(file => !file.StartsWith("src/Etalon.Workbench/", StringComparison.Ordinal)),
            file => foreign.IsMatch(CommentLines().Replace(Code(file), "")));
    }

    // Stopwatch is monotonic (CLOCK_MONOTONIC, QueryPerformanceCounter): a clock that is set back moves no interval of checkpoints, no time
    // and no speed. The lock of a run asks both clocks, for that one stands still while the machine sleeps.
    [Fact]
    public void Intervals_are_measured_on_a_clock_that_nobody_can_set() => Assert.All(
        (string[])["TimeProvider", "UtcNow", "Environment.TickCount", "LastWriteTime", "CreationTime"],
        clock => AssertNone(clock, file => !file.StartsWith("src/Etalon.Workbench/", StringComparison.Ordinal)
            && file != "src/Etalon.Lab/Runs/LockHost.cs"));

    [Fact]
    public void No_rooms_of_the_lab_see_each_other_in_a_circle() => AssertNone(Lab.OnCycles);

    [Theory]
    [InlineData("Runs", "Training")]
    [InlineData("Data", "Recipes")]
    [InlineData("Models", "Recipes")]
    public void A_room_of_the_lab_does_not_see_what_is_built_on_it(string room, string above) =>
    AssertNone(RoomsIn(room).SelectMany(lower => Lab.ArrowsTo(RoomsIn(above), lower)));

    [Fact]
    public void Claims_do_not_see_each_other_nor_does_what_they_share_see_one()
    {
        string[] claims = [.. RoomsIn("Claims").Where(room => room is not "Etalon.Lab.Claims" and not Shared)];
        Assert.NotEmpty(claims);
        AssertNone(claims.Append(Shared).SelectMany(room => Lab.ArrowsTo(claims, room)));
    }

    // It reads what a run wrote and computes what a recipe says; whatever trains, draws batches or multiplies matrices is none of its.
    [Fact]
    public void The_dashboard_sees_neither_training_nor_batches_nor_the_engine()
    {
        const string Dashboard = "Etalon.Workbench.Dashboard";
        var arrows = new RoomArrows(Assembly.Load("etalon"), "Etalon");
        Assert.Contains(Dashboard, arrows.Rooms);
        Assert.NotEmpty(arrows.ArrowsTo(RoomsIn("Runs"), Dashboard));
        AssertNone(arrows.ArrowsTo(
            arrows.Rooms.Where(room => room is "Etalon.Lab.Training" or "Etalon.Lab.Data"
                || room.StartsWith("Etalon.Engine", StringComparison.Ordinal)),
            Dashboard));
    }

    // What is public has to be documented and kept; the rest the workbench sees as a friend.
    [Fact]
    public void The_lab_has_at_most_60_public_types() =>
        Assert.InRange(Assembly.Load("Etalon.Lab").GetExportedTypes().Count(type => !type.IsNested), 1, 60);

    [Fact]
    public void A_file_of_code_has_at_most_400_lines() =>
        Assert.DoesNotContain(Sources(), file => File.ReadLines(Path.Combine(Root, file)).Count() > 400);

    // A raw string is what a user sees or a program reads; it cannot be broken where it is written.
    [Fact]
    public void A_line_of_code_has_at_most_140_columns() => Assert.Empty(
        Sources("src").Concat(Sources("tests")).Concat(Sources("bench"))
            .SelectMany(file => OutsideRawStrings(File.ReadLines(Path.Combine(Root, file)))
                .Where(line => line.Text.Length > 140).Select(line => $"{file}:{line.Number}")));

    // What `dotnet format` does beyond the build's own rules, in a hundredth of its time.
    [Fact]
    public void Directives_of_using_stand_in_order_those_of_System_first() => Assert.DoesNotContain(
        Sources("src").Concat(Sources("tests")).Concat(Sources("bench")),
        file =>
        {
            string[] rooms =
            [
                .. File.ReadLines(Path.Combine(Root, file)).Select(line => Regex.Match(line, @"^using ([\w.]+);$"))
                    .Where(match => match.Success).Select(match => match.Groups[1].Value),
            ];
            return !rooms.SequenceEqual(rooms.OrderBy(room => room.Split('.')[0] != "System")
                .ThenBy(room => room.Replace('.', '\t'), StringComparer.OrdinalIgnoreCase));
        });

    [Fact]
    public void A_file_of_code_is_named_after_a_type_in_it() => Assert.DoesNotContain(
        Sources(),
        file => Path.GetFileName(file) != "Program.cs"
            && !Regex.IsMatch(Code(file),
            $@"\b(class|struct|record|enum|interface|delegate)\b[^\n]*\b{Path.GetFileNameWithoutExtension(file)}\b"));

    // A room and those inside it.
    private static string[] RoomsIn(string room)
    {
        string[] rooms = [.. Lab.Rooms.Where(other => $"{other}.".StartsWith($"Etalon.Lab.{room}.", StringComparison.Ordinal))];
        return rooms.Length > 0 ? rooms : throw new InvalidOperationException($"the Lab has no room {room}; was it renamed?");
    }

    private static void AssertNone(IEnumerable<string> arrows)
    {
        string found = string.Join('\n', arrows);
        Assert.True(found.Length == 0, found);
    }

    // Over no file at all anything would hold.
    private static void AssertNone(string text, Func<string, bool> where)
    {
        string[] files = [.. Sources().Where(where)];
        Assert.NotEmpty(files);
        Assert.DoesNotContain(files, file => CommentLines().Replace(Code(file), "").Contains(text, StringComparison.Ordinal));
    }

    private static IEnumerable<string> Sources(string folder = "src") =>
        Directory.EnumerateFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Root, file).Replace('\\', '/'));

    private static IEnumerable<(int Number, string Text)> OutsideRawStrings(IEnumerable<string> lines)
    {
        int raw = 0, number = 0;
        foreach (string line in lines)
        {
            number++;
            var quotes = Quotes().Matches(line);
            if (raw == 0 && quotes.Count == 0) yield return (number, line);
            foreach (Match run in quotes)
                raw = raw == 0 ? run.Length : run.Length >= raw ? 0 : raw;
        }
    }

    private static string Code(string file) => File.ReadAllText(Path.Combine(Root, file));

    private static string FindRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Etalon.slnx"))) folder = Path.GetDirectoryName(folder);
        return folder ?? throw new InvalidOperationException("the tests must run inside the repository");
    }

    [GeneratedRegex("\"{3,}")]
    private static partial Regex Quotes();

    [GeneratedRegex(@"^\s*//.*$", RegexOptions.Multiline)]
    private static partial Regex CommentLines();
}
