using System.CommandLine;
using Etalon.Lab.RunSpecs;

namespace Etalon.Workbench.Commands;

/// <summary><c>etalon export</c>: the schedule for another framework.</summary>
internal static class ExportCommand
{
    public static Command Create() => new("export", "x");

    public static void WriteCsv(RunSpec spec, TextWriter writer) => writer.WriteLine("step,lr,weight_decay,momentum,log_lr");
}
