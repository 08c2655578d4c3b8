using System.CommandLine;
using Etalon.Lab.Invariance;
using Etalon.Workbench.Options;

namespace Etalon.Workbench.Commands;

/// <summary><c>etalon export audit</c>: a module that finds the scale-invariant weights of a network of PyTorch.</summary>
internal static class ExportAuditCommand
{
    public static Command Create()
    {
        var target = new Option<string>("--for") { Description = "The framework: pytorch.", HelpName = "TARGET", Required = true };
        var file =
            new Option<string?>("--out") { Description = "The file to write; standard output where it is left out.", HelpName = "FILE" };
        WordOption.Allow(target, "pytorch");
        var command = new Command("audit",
            """
            Write a Python module that finds by experiment which weights of your own network are scale-invariant, and in which groups. It needs PyTorch alone.

            Example:
              etalon export audit --for pytorch --out etalon_audit.py
            """)
        {
            target, file,
        };
        command.SetAction(parsed =>
        {
            var files = new OutputFiles(parsed, null, file);
            files.Spare([]);
            if (files.Has(file)) files.Write(file, PyTorchAudit.Write);
            else PyTorchAudit.Write(parsed.InvocationConfiguration.Output);
        });
        return command;
    }
}
