using System.CommandLine;
using Etalon.Lab.Diagnosis.Logs;
using Etalon.Workbench.Options;

namespace Etalon.Workbench.Commands;

/// <summary><c>etalon export logger</c>: a module that logs what <c>diagnose</c> reads.</summary>
internal static class ExportLoggerCommand
{
    public static Command Create()
    {
        var target = new Option<string>("--for") { Description = "The framework: pytorch.", HelpName = "TARGET", Required = true };
        var file =
            new Option<string?>("--out") { Description = "The file to write; standard output where it is left out.", HelpName = "FILE" };
        WordOption.Allow(target, "pytorch");
        var command = new Command("logger",
            """
            Write a Python module that logs what `etalon diagnose` reads, from any loop that trains with torch.optim.SGD. It needs PyTorch alone.

            Example:
              etalon export logger --for pytorch --out etalon_logger.py
            """)
        {
            target, file,
        };
        command.SetAction(parsed =>
        {
            var files = new OutputFiles(parsed, null, file);
            files.Spare([]);
            if (files.Has(file)) files.Write(file, PyTorchLogger.Write);
            else PyTorchLogger.Write(parsed.InvocationConfiguration.Output);
        });
        return command;
    }
}
