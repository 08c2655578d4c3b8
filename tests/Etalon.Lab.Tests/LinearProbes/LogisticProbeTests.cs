using Etalon.Lab.LinearProbes;
using Etalon.Lab.Numerics;

namespace Etalon.Lab.Tests.LinearProbes;

/// <summary>Softmax regression against loops that compute its objective and gradient one by one, and against plain descent.</summary>
public class LogisticProbeTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_gradient_vanishes_at_the_solution(bool isTrained)
    {
        var table = DigitFeatures.Of(isTrained);
        var fit = LogisticProbe.Fit(table, strength: 1e-3, threads: 1, TestContext.Current.CancellationToken);
        var (objective, gradient) = Naive(table, [.. fit.Classifier.Weights, .. fit.Classifier.Biases], fit.Strength);
        Assert.Equal(objective, fit.Objective, 1e-12);
        // The engine's exponential and sums round otherwise: 1e-15 a term.
        Assert.InRange(Math.Sqrt(gradient.Sum(value => value * value)), 0, LogisticProbe.Tolerance + 1e-12);
        Assert.InRange(fit.GradientNorm, 0, LogisticProbe.Tolerance);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Plain_descent_comes_to_the_same_place(bool isTrained)
    {
        const double Strength = 0.1;
        var table = DigitFeatures.Of(isTrained, images: 60);
        var fit = LogisticProbe.Fit(table, Strength, threads: 1, TestContext.Current.CancellationToken);
        int weights = fit.Classifier.Weights.Length;
        var at = new double[weights + table.ClassCount];
        for (int step = 0; step < 2000; step++)
        {
            double[] gradient = Naive(table, at, Strength).Gradient;
            for (int i = 0; i < at.Length; i++) at[i] -= 0.2 * gradient[i];
        }
        // λ-strongly convex: a gradient of 1e-6 is at most 1e-6 / λ away.
        for (int i = 0; i < weights; i++) Assert.Equal(at[i], fit.Classifier.Weights[i], 2e-5);
        for (int c = 0; c < table.ClassCount; c++) Assert.Equal(at[weights + c], fit.Classifier.Biases[c], 2e-5);
    }

    [Fact]
    public void The_penalty_is_the_last_before_the_loss_on_the_held_out_fifth_rises()
    {
        var table = DigitFeatures.Of(isTrained: true);
        var fit = LogisticProbe.Fit(table, threads: 1, TestContext.Current.CancellationToken);
        Assert.Contains(fit.Strength, LogisticProbe.Strengths);
        Assert.InRange(fit.Strength, LogisticProbe.Strengths[^1] * 2, LogisticProbe.Strengths[0] / 2);
        Assert.Equal(LogisticProbe.Fit(table, fit.Strength, 1, TestContext.Current.CancellationToken).Objective, fit.Objective, 1e-9);
        Assert.InRange(fit.Classifier.AccuracyOn(table), 0.8, 1);
    }

    [Fact]
    public void Threads_do_not_change_a_bit()
    {
        var table = DigitFeatures.Of(isTrained: false);
        var (one, three) = (LogisticProbe.Fit(table, 1, TestContext.Current.CancellationToken),
            LogisticProbe.Fit(table, 3, TestContext.Current.CancellationToken));
        Assert.Equal(one.Classifier.Weights.ToArray(), three.Classifier.Weights.ToArray());
        Assert.Equal((one.Objective, one.GradientNorm, one.Evaluations), (three.Objective, three.GradientNorm, three.Evaluations));
    }

    [Fact]
    public void A_quadratic_of_bad_condition_is_minimized()
    {
        double[] place = [3, -2, 1];
        var minimum = LimitedMemoryBfgs.Minimize((x, gradient) =>
        {
            for (int i = 0; i < 3; i++) gradient[i] = Math.Pow(100, i) * (x[i] - i);
            return Enumerable.Range(0, 3).Sum(i => 0.5 * Math.Pow(100, i) * (x[i] - i) * (x[i] - i));
        }, place, tolerance: 1e-9);
        for (int i = 0; i < 3; i++) Assert.Equal(i, place[i], 1e-9);
        Assert.InRange(minimum.GradientNorm, 0, 1e-9);
        Assert.InRange(minimum.Evaluations, 3, 100);
    }

    // Mean cross-entropy + λ/2 |W|^2; weights [feature][class], then biases.
    private static (double Objective, double[] Gradient) Naive(FeatureTable table, double[] at, double strength)
    {
        int k = table.ClassCount, weights = table.Dimension * k;
        double objective = at.Take(weights).Sum(value => 0.5 * strength * value * value);
        double[] gradient = [.. at.Select((value, i) => i < weights ? strength * value : 0)];
        for (int i = 0; i < table.Count; i++)
        {
            var x = table.Row(i);
            var scores = new double[k];
            for (int c = 0; c < k; c++)
            {
                scores[c] = at[weights + c];
                for (int j = 0; j < x.Length; j++) scores[c] += x[j] * at[j * k + c];
            }
            double sum = scores.Sum(Math.Exp);
            objective -= (scores[table.Labels[i]] - Math.Log(sum)) / table.Count;
            for (int c = 0; c < k; c++)
            {
                double share = (Math.Exp(scores[c]) / sum - (c == table.Labels[i] ? 1 : 0)) / table.Count;
                for (int j = 0; j < x.Length; j++) gradient[j * k + c] += share * x[j];
                gradient[weights + c] += share;
            }
        }
        return (objective, gradient);
    }
}
