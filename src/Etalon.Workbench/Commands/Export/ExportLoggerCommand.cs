using System.CommandLine;
using Etalon.Lab.Diagnosis.Logs;
using Etalon.Workbench.Options;

namespace Etalon.Workbench.Commands;

/// <summary><c>etalon export logger</c>: a module that logs what <c>diagnose</c> reads.</summary>
internal static class ExportLoggerCommand
{
    // Everything that there is a logger for, one line each.
    private static readonly Dictionary<string, Action<TextWriter>> Targets = new()
    {
        ["pytorch"] = PyTorchLogger.Write,
        ["optax"] = OptaxLogger.Write,
    };

    public static Command Create()
    {
        var target = new Option<string>("--for") { Description = "The framework: pytorch or optax.", HelpName = "TARGET", Required = true };
        var file =
            new Option<string?>("--out") { Description = "The file to write; standard output where it is left out.", HelpName = "FILE" };
        WordOption.Allow(target, [.. Targets.Keys]);
        var command = new Command("logger",
            """
            Write a Python module that logs what `etalon diagnose` reads: from any loop that trains with SGD, Adam, AdamW, Lion or
            Muon in PyTorch, which needs PyTorch alone, or with SGD in Optax, which needs JAX and Optax.

            Examples:
              etalon export logger --for pytorch --out etalon_logger.py
              etalon export logger --for optax --out etalon_optax_logger.py
            """)
        {
            target, file,
        };
        command.SetAction(parsed =>
        {
            var files = new OutputFiles(parsed, null, file);
            files.Spare([]);
            var write = Targets[parsed.GetValue(target)!];
            if (files.Has(file)) files.Write(file, write);
            else write(parsed.InvocationConfiguration.Output);
        });
        return command;
    }
}
