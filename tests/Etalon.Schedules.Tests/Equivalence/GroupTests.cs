using Etalon.Schedules.Equivalence;

namespace Etalon.Schedules.Tests.Equivalence;

public class GroupTests
{
    /// <summary>f(w, h) = u'A u/2 + (b + h)'u + |h - 1|²/2 with u = w/|w|: invariant to the scale of w alone, whatever h is.</summary>
    [Theory]
    [InlineData("cosine"), InlineData("nesterov"), InlineData("all change at once")]
    public void Only_the_invariant_group_is_converted_and_the_rest_keeps_rate_and_decay(string schedule)
    {
        var conversion = TexpPlusPlus.Convert(TestSchedules.Table(schedule));
        var dropped = conversion.Source.WithDecay(_ => 0);
        Assert.InRange(Distance(conversion.Source, conversion.Target, conversion.Source), 0, SideBySide.Exact);
        Assert.True(Distance(conversion.Source, dropped, conversion.Source) > SideBySide.Different);
        // Converting the head as well is wrong: it is not scale-invariant.
        Assert.True(Distance(conversion.Source, conversion.Target, conversion.Target) > SideBySide.Different);
    }

    private static double Distance(UpdateTable source, UpdateTable group, UpdateTable rest)
    {
        var (expected, actual) = (Run(source, source), Run(group, rest));
        return expected.Zip(actual, (x, y) => Math.Abs(x - y)).Max();
    }

    /// <summary>The direction of w and the values of h after every step.</summary>
    private static double[] Run(UpdateTable group, UpdateTable rest)
    {
        var loss = SideBySide.Loss;
        var n = loss.Dimension;
        var (w, v, h, m) = (loss.Start(), new double[n], new double[n], new double[n]);
        var seen = new List<double>();
        for (var step = 0; step < group.Count; step++)
        {
            var norm = SphereLoss.Norm(w);
            var u = w.Select(x => x / norm).ToArray();
            var along = u.Zip(h, (x, y) => x * y).Sum();
            var ofWeights = loss.Gradient(step, w).Select((g, i) => g + (h[i] - along * u[i]) / norm).ToArray();
            var ofRest = h.Select((x, i) => x - 1 + u[i]).ToArray();
            Update(w, v, ofWeights, group, step);
            Update(h, m, ofRest, rest, step);
            var after = SphereLoss.Norm(w);
            seen.AddRange(w.Select(x => x / after).Concat(h));
        }
        return [.. seen];
    }

    private static void Update(double[] w, double[] v, double[] gradient, UpdateTable table, int step)
    {
        var numbers = table[step];
        for (var i = 0; i < w.Length; i++)
        {
            var d = gradient[i] + numbers.WeightDecay * w[i];
            v[i] = numbers.Momentum * v[i] + table.GradientShare(step) * d;
            w[i] -= numbers.Rate * (table.Rule.Nesterov ? d + numbers.LookAhead * v[i] : v[i]);
        }
    }
}
