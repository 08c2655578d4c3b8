using System.CommandLine;
using System.Text.Json;
using System.Text.RegularExpressions;
using Etalon.Lab.Invariance;
using Etalon.Lab.Recipes;
using Etalon.Workbench.Json;
using Etalon.Workbench.Options;
using Etalon.Workbench.Terminals;

namespace Etalon.Workbench.Commands;

/// <summary><c>etalon audit</c>: which parameters are scale-invariant, why, and what to change where they are not.</summary>
internal static partial class AuditCommand
{
    public static Command Create()
    {
        var recipe = RecipeArguments.One();
        var json = new Option<bool>("--json") { Description = "For machines: every finding, with its reason and its measurements." };
        var command = new Command("audit",
            """
            Find which parameters of a recipe's network are scale-invariant: each channel and each tensor alone, and all weights together.
            For those, weight decay only sets the speed of training; for the others it regularizes. By the rules of the layers and by
            scaling the running network; exit code 1 if the two disagree. A model's name stands for a recipe with nothing else in it.

            The table's columns channel, alone and group say whether the outputs stay when each output channel, the tensor, or every
            weight but the head's is scaled by a factor c; where they do not, the first layer that joins two different powers of c.

            Examples:
              etalon audit recipes/cifar-step.yaml
              etalon audit recipes/cifar-step.yaml model.affine=true model.head=trained
              etalon audit resnet-20 model.norm=group model.epsilon=0
            """)
        {
            recipe, json,
        };
        command.SetAction(parsed =>
        {
            var streams = parsed.InvocationConfiguration;
            var report = Audit.Of(Read(parsed.GetRequiredValue(recipe), streams.Error), Environment.ProcessorCount);
            if (parsed.GetValue(json)) WriteJson(report, streams.Output);
            else Write(report, streams.Output);
            return report.Disagreements.Count == 0 ? ExitCode.Done : ExitCode.Failed;
        });
        return command;
    }

    private static Recipe Read(string[] words, TextWriter error) => ModelName().IsMatch(words[0]) && !File.Exists(words[0])
        ? RecipeReader.Read($"duration: 1ba\nlearning_rate: 0\nmodel: {{name: {words[0]}}}\n", words[0], words[1..]).Recipe
        : RecipeArguments.ReadOne(words, error).Recipe;

    private static void Write(AuditReport report, TextWriter output)
    {
        var screen = Terminal.Of(output);
        screen.WriteHeading(AuditText.Heading(report), output);
        IReadOnlyList<string>[] parts =
            [AuditText.Table(report, screen.Width), AuditText.Verdict(report, screen.Width), AuditText.Check(report, screen.Width)];
        foreach (var part in parts)
        {
            output.WriteLine();
            foreach (var line in part) output.WriteLine(line);
        }
    }

    private static void WriteJson(AuditReport report, TextWriter output) => output.WriteLine(JsonSerializer.Serialize(
        new
        {
            report.Recipe,
            Model = report.Model.Name,
            report.Model.Epsilon,
            Agrees = report.Disagreements.Count == 0,
            report.Disagreements,
            Group = Finding(report.Group),
            report.ChangeWithEpsilon,
            AllParameters = Finding(report.AllParameters),
            Tensors = report.Tensors.Select(tensor => new
            {
                tensor.Name,
                tensor.Shape,
                Channel = Finding(tensor.Channel),
                Alone = Finding(tensor.Alone),
                InGroup = tensor.IsInGroup,
                WeightDecay = tensor.Decay,
            }),
        },
        JsonFormat.Options));

    private static object Finding(ScaleFinding finding) => new
    {
        Invariant = finding.IsInvariant,
        finding.Rules.Mismatch,
        finding.RecipeChanges,
        finding.Rules.Remedies,
        finding.Measured.OutputChange,
        finding.Measured.RadialGradient,
    };

    [GeneratedRegex("^(mlp|cnn|(pre)?resnet-?[0-9]+)$", RegexOptions.CultureInvariant)]
    private static partial Regex ModelName();
}
