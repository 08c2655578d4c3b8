using Etalon.Schedules.Export;
using FsCheck;
using FsCheck.Fluent;

namespace Etalon.Schedules.Tests.Export;

/// <summary>
/// A folder with an exported module for each of many recipes, and the values that Etalon has for them: module <c>m0.py</c> and table
/// <c>m0.csv</c>, and so on.
/// </summary>
internal sealed class ExportedModules : IDisposable
{
    private const int Drawn = 300;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("etalon-export-");

    public string Folder => _folder.FullName;

    /// <summary>One recipe for every kind of schedule, twice: by itself, and past its end.</summary>
    public static IEnumerable<UpdateSchedule> EveryKind() =>
        ScheduleCase.All.SelectMany(each => new[] { Of(each.Schedule, 10), Of(each.Schedule, 1000) });

    /// <summary>TestSchedules with schedules at random, nested, with ordinary and extreme numbers; the same in every run.</summary>
    public static IReadOnlyList<UpdateSchedule> AtRandom()
    {
        var drawn = new List<UpdateSchedule>();
        var enough = ScheduleGenerator.Fixed.WithMaxTest(4 * Drawn);
        Check.One(enough, Prop.ForAll(ScheduleGenerator.Any.ToArbitrary(), schedule =>
        {
            if (drawn.Count < Drawn && !Enumerable.Range(0, 120).Any(step => double.IsNegative(schedule.ValueAt(step))))
                drawn.Add(Of(schedule, 120));
        }));
        Assert.Equal(Drawn, drawn.Count);
        return drawn;
    }

    public static UpdateSchedule Of(Schedule rate, long steps) => new UpdateSchedule
    {
        LearningRate = rate,
        WeightDecay = new Linear(5e-4, 0, 25),
        Momentum = 0.9,
        TotalSteps = steps,
    };

    public void Add(IEnumerable<UpdateSchedule> recipes, Action<UpdateSchedule, string, TextWriter> export)
    {
        foreach (var (index, schedule) in recipes.Index())
        {
            Write($"m{index}.py", writer => export(schedule, $"recipe {index}", writer));
            Write($"m{index}.csv", writer => CsvExporter.Write(schedule, writer));
        }
    }

    public void Write(string file, Action<TextWriter> write)
    {
        using var writer = new StreamWriter(Path.Combine(Folder, file));
        write(writer);
    }

    public static string Beside(string file) => Path.Combine(AppContext.BaseDirectory, "Export", file);

    public void Dispose() => _folder.Delete(recursive: true);
}
