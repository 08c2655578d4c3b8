using System.Globalization;
using System.Text;
using Etalon.Schedules.Equivalence;
using Etalon.Schedules.Tests.Export;

namespace Etalon.Schedules.Tests.Equivalence;

/// <summary>
/// The real torch.optim.AdamW against the real torch.optim.Adam, in float64, on a network with batch statistics, gains, shifts and a head.
/// </summary>
[Trait("speed", "slow")]
public class PyTorchAdamTests
{
    private static readonly AdamTable _source = AdamNumbersTests.OfSource(0.9, 0.95, 1e-8);

    public static TheoryData<string> Forms => ["numbers", "constant betas", "scaled gradients"];

    [Theory, MemberData(nameof(Forms))]
    public void Adam_without_decay_is_adamw_in_pytorch(string form)
    {
        Python.Need("torch");
        var (source, target, factor) = Case(form);
        var folder = Directory.CreateTempSubdirectory("etalon-adam-");
        try
        {
            Write(folder, "source.csv", source, _ => 1);
            Write(folder, "target.csv", target, factor);
            var words = Python.Run(Path.Combine(AppContext.BaseDirectory, "Equivalence", "drive_adam.py"), folder.FullName).Split(' ');
            Assert.InRange(double.Parse(words[0], CultureInfo.InvariantCulture), 0, SideBySide.Exact);
            Assert.True(double.Parse(words[1], CultureInfo.InvariantCulture) > SideBySide.Different, words[1]);
            TestContext.Current.SendDiagnosticMessage($"{form}: {words[0]}, decay dropped {words[1]}");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static (AdamTable Source, AdamTable Target, Func<int, double> Factor) Case(string form)
    {
        if (form == "numbers") return (_source, AdamNumbers.Convert(_source).Target, _ => 1);
        if (form == "constant betas")
        {
            var constant = new AdamTable(Enumerable.Repeat(new AdamRow(Math.Log(0.01), 0.5, 0.9, 0.999, 1e-8), DecoupledRun.Updates));
            return (constant, AdamConstantBetas.Convert(constant).Target, _ => 1);
        }
        var scaled = ScaledGradient.Convert(DecoupledRun.Source);
        var rows = _source.Steps.ToArray();
        var target = new AdamTable(rows.Select((row, t) => row with { LogRate = scaled.Target[t].LogRate, WeightDecay = 0 }));
        return (_source, target, t => Math.Exp(scaled.LogScaleAt(t)));
    }

    private static void Write(DirectoryInfo folder, string name, AdamTable table, Func<int, double> factor)
    {
        var text = new StringBuilder("lr,weight_decay,beta1,beta2,eps,gradient_factor\n");
        for (var t = 0; t < table.Count; t++)
        {
            var row = table[t];
            text.Append(CultureInfo.InvariantCulture, $"{row.Rate:R},{row.WeightDecay:R},{row.Beta1:R},{row.Beta2:R},");
            text.Append(CultureInfo.InvariantCulture, $"{row.Epsilon:R},{factor(t):R}\n");
        }
        File.WriteAllText(Path.Combine(folder.FullName, name), text.ToString());
    }
}
