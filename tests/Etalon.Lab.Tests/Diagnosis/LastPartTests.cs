using Etalon.Lab.Diagnosis;

namespace Etalon.Lab.Tests.Diagnosis;

/// <summary>What is asked of the last part of a phase where norms settle fast, and the reason where it cannot be.</summary>
public class LastPartTests
{
    private const double Decay = 0.5, Peak = 0.01;

    // η λ = 5e-3: 1/(2 L) is 100 updates, and means that remember 19 make no four parts of them. Settled norms need no such limit.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Norm_and_angle_are_asked_of_a_settled_phase_however_fast_it_settles(int seed)
    {
        foreach (int updates in (int[])[700, 1_500, 6_000])
        {
            var findings = Diagnose(updates, seed);
            foreach (string id in (string[])["D5", "D6"])
            {
                var finding = findings.Single(each => each.Id == id && each.Phase == 2);
                Assert.True(finding.IsKnown, $"{updates}: {finding.Says}");
                // One walk of 256 weights: |w|² wanders by 2 to 3 % of itself, and the squares of updates' angles by more.
                Assert.Equal(1, finding.Value, 0.12);
                Assert.True(finding.Severity < 1);
            }
        }
    }

    [Fact]
    public void A_reason_is_that_of_the_log()
    {
        const string Short = "too short to tell", Moves = "the numbers move";
        Assert.All(Of(Diagnose(300, 1), 2), finding => Assert.StartsWith(Short, finding.Says));
        Assert.All(Of(Diagnose(300, 1), 1), finding => Assert.StartsWith(Moves, finding.Says));
        Assert.All(Of(Diagnose(1_500, 1, "beta2"), 2), finding => Assert.Equal("needs beta2", finding.Says));
        Assert.All(Of(Diagnose(1_500, 1, "elements/w"), 2), finding => Assert.Equal("needs elements/NAME", finding.Says));
        Assert.Equal("needs angle/NAME", Of(Diagnose(1_500, 1, "angle/w"), 2).Single(finding => finding.Id == "D6").Says);
        Assert.All(Of(Diagnose(1_500, 1, beta2: 0.4), 2), finding => Assert.StartsWith("beta2 is below 0.5", finding.Says));
        Assert.All(Of(Diagnose(1_500, 1, beta2: 0.5), 2), finding => Assert.True(finding.IsKnown));

        static IEnumerable<Finding> Of(IReadOnlyList<Finding> findings, int phase) =>
            findings.Where(finding => finding.Id is "D5" or "D6" && finding.Phase == phase);
    }

    private static IReadOnlyList<Finding> Diagnose(int updates, int seed, string? without = null, double beta2 = 0.95)
    {
        double[] rates = [.. Enumerable.Range(0, updates).Select(t => Peak * Math.Min(1, (t + 1) / 20.0))];
        return RunDiagnosis.Of(new AdamWalk(rates, Decay, beta2, 0, (ulong)seed).Log(every: 5, without is null ? [] : [without])).Findings;
    }
}
