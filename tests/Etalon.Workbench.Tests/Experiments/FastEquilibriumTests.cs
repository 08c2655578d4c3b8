using System.Diagnostics;
using Etalon.Lab.Experiments.Equilibrium;

namespace Etalon.Workbench.Tests.Experiments;

public class FastEquilibriumTests
{
    [Fact]
    public void Try()
    {
        foreach (double rate in (double[])[0.5])
        {
            long start = Stopwatch.GetTimestamp();
            var experiment = new FastEquilibrium { Rate = rate, Seeds = 24, ProbedSeeds = 8, IntrinsicRates = [0.01, 0.005] };
            foreach (var curve in experiment.Run(2, TestContext.Current.CancellationToken))
            {
                TestContext.Current.SendDiagnosticMessage($"{rate} {curve.IntrinsicRate}: overlap {curve.Overlap:F3} own {curve.OwnOverlap:F3} {Stopwatch.GetElapsedTime(start).TotalSeconds:F1} s");
                foreach (var look in curve.Looks)
                    TestContext.Current.SendDiagnosticMessage($"{look.MixingUnits} {look.Steps}: {look.Distance:F3} {look.Floor:F3} {look.Ratio:F2} norms {string.Join(' ', look.Norms.Select(n => n.ToString("F2")))} err {string.Join(' ', look.Errors.Select(n => n.ToString("F3")))} probe {string.Join(' ', look.ProbeErrors.Select(n => n.ToString("F3")))} {look.ProbeSpread:F1}");
            }
        }
    }
}
