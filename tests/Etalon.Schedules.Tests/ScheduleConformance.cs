using System.Reflection;
using System.Text.Json.Serialization;

namespace Etalon.Schedules.Tests;

/// <summary>What every schedule must do, whatever its kind.</summary>
public class ScheduleConformance
{
    private static readonly long[] _steps =
        [0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12, 99, 100, 1000, 65_536, 999_999, 1_000_000, 123_456_789, 999_999_999, 1_000_000_000];

    public static TheoryData<string, ScheduleCase> Cases()
    {
        var data = new TheoryData<string, ScheduleCase>();
        foreach (var (index, each) in ScheduleCase.All.Index()) data.Add($"{index}: {each.Schedule.GetType().Name}", each);
        return data;
    }

    [Fact]
    public void Every_kind_of_schedule_is_among_the_cases_and_has_a_name_in_json()
    {
        var kinds = typeof(Schedule).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(Schedule))).Select(type => type.Name)
            .Order().ToList();
        Assert.Equal(kinds, ScheduleCase.All.Select(each => each.Schedule.GetType().Name).Distinct().Order());
        Assert.Equal(kinds, typeof(Schedule).GetCustomAttributes<JsonDerivedTypeAttribute>().Select(each => each.DerivedType.Name).Order());
    }

    [Theory, MemberData(nameof(Cases), DisableDiscoveryEnumeration = true)]
    public void Edges_are_as_documented(string _, ScheduleCase each)
    {
        Assert.Equal(each.First, each.Schedule.ValueAt(0), 1e-15);
        Assert.Equal(each.Last, each.Schedule.ValueAt(9), 1e-13);
        Assert.Equal(each.Past, each.Schedule.ValueAt(10), 1e-12);
        if (each.Schedule.Length is null) return;
        Assert.Equal(10, each.Schedule.Length);
        Assert.All(_steps.Where(step => step > 10), step => Assert.Equal(each.Schedule.ValueAt(10), each.Schedule.ValueAt(step)));
    }

    [Theory, MemberData(nameof(Cases), DisableDiscoveryEnumeration = true)]
    public void Every_value_is_finite(string name, ScheduleCase each) =>
        Assert.All(_steps, step => Assert.True(double.IsFinite(each.Schedule.ValueAt(step)), $"{name} at {step}"));

    [Theory, MemberData(nameof(Cases), DisableDiscoveryEnumeration = true)]
    public void The_order_of_queries_does_not_matter(string name, ScheduleCase each)
    {
        var ascending = _steps.Select(each.Schedule.ValueAt).ToList();
        var descending = _steps.Reverse().Select(each.Schedule.ValueAt).Reverse().ToList();
        var twice = _steps.Select(step => (each.Schedule.ValueAt(step), each.Schedule.ValueAt(step)).Item2).ToList();
        Assert.True(ascending.SequenceEqual(descending) && ascending.SequenceEqual(twice), name);
    }

    [Theory, MemberData(nameof(Cases), DisableDiscoveryEnumeration = true)]
    public void The_logarithm_is_that_of_the_value(string name, ScheduleCase each) => Assert.All(_steps, step =>
    {
        var value = each.Schedule.ValueAt(step);
        if (value < double.MaxValue)
            Assert.True(Math.Abs(each.Schedule.LogValueAt(step) - Math.Log(value)) <= 1e-12 || value == 0, $"{name} at {step}");
        else Assert.True(each.Schedule.LogValueAt(step) >= Math.Log(double.MaxValue), $"{name} at {step}");
    });

    [Theory, MemberData(nameof(Cases), DisableDiscoveryEnumeration = true)]
    public void Json_reads_back_as_an_equal_schedule(string name, ScheduleCase each)
    {
        var again = Schedule.FromJson(each.Schedule.ToJson());
        Assert.True(again == each.Schedule, name);
        Assert.Equal(each.Schedule.GetHashCode(), again.GetHashCode());
        Assert.All(_steps, step => Assert.Equal(each.Schedule.ValueAt(step), again.ValueAt(step)));
    }

    [Theory, MemberData(nameof(Cases), DisableDiscoveryEnumeration = true)]
    public void A_negative_step_is_an_error(string _, ScheduleCase each)
    {
        Assert.Throws<ArgumentOutOfRangeException>("step", () => each.Schedule.ValueAt(-1));
        Assert.Throws<ArgumentOutOfRangeException>("step", () => each.Schedule.LogValueAt(long.MinValue));
    }

    [Theory, MemberData(nameof(Cases), DisableDiscoveryEnumeration = true)]
    public void Each_number_that_is_nan_or_infinite_is_an_error_that_names_it(string name, ScheduleCase each)
    {
        foreach (var parameter in Constructor(each).GetParameters().Where(parameter => parameter.ParameterType == typeof(double)))
        {
            foreach (var bad in new[] { double.NaN, double.PositiveInfinity, double.NegativeInfinity })
            {
                var error = Refusal(each, parameter, bad);
                Assert.True(
                    error.ParamName == parameter.Name && error.Message.Contains($"{parameter.Name} is {bad}", StringComparison.Ordinal),
                    $"{name}: {error.Message}");
            }
        }
    }

    [Theory, MemberData(nameof(Cases), DisableDiscoveryEnumeration = true)]
    public void Each_negative_number_of_steps_is_an_error_that_names_it(string name, ScheduleCase each)
    {
        foreach (var parameter in Constructor(each).GetParameters()
            .Where(parameter => parameter.ParameterType == typeof(long) || parameter.ParameterType == typeof(long?)))
        {
            var error = Refusal(each, parameter, -1L);
            Assert.True(error.ParamName == parameter.Name && error.Message.Contains($"{parameter.Name} is -1", StringComparison.Ordinal),
                $"{name}: {error.Message}");
        }
    }

    [Theory, MemberData(nameof(Cases), DisableDiscoveryEnumeration = true)]
    public void Asking_allocates_nothing(string name, ScheduleCase each)
    {
        _ = each.Schedule.ValueAt(3) + each.Schedule.LogValueAt(3);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var step = 0; step < 100; step++) _ = each.Schedule.ValueAt(step) + each.Schedule.LogValueAt(step);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(allocated == 0, $"{name} allocates {allocated} bytes");
    }

    [Theory, MemberData(nameof(Cases), DisableDiscoveryEnumeration = true)]
    public void A_scaled_schedule_is_of_the_same_kind_and_has_each_value_times_the_factor(string name, ScheduleCase each)
    {
        var scaled = each.Schedule.Scale(0.37);
        Assert.IsType(each.Schedule.GetType(), scaled);
        Assert.Equal(each.Schedule.Length, scaled.Length);
        foreach (var step in _steps.Where(step => step < 500))
        {
            var (wanted, value) = (0.37 * each.Schedule.ValueAt(step), scaled.ValueAt(step));
            Assert.True(Math.Abs(wanted - value) <= 1e-11 * Math.Abs(wanted) + 1e-12, $"{name} at {step}: {value} for {wanted}");
        }
    }

    // A triangle turns in the middle of its cycle, and exponentials of these cases leave the range in which differences say something.
    [Theory, MemberData(nameof(Cases), DisableDiscoveryEnumeration = true)]
    public void Breakpoints_ascend_within_the_run_and_values_turn_nowhere_else(string name, ScheduleCase each)
    {
        var points = each.Schedule.Breakpoints(40).Select(point => point.Step).ToList();
        Assert.Equal(points.Order(), points);
        Assert.All(points, step => Assert.InRange(step, 0, 39));
        if (each.Schedule is Exponential or Triangular) return;
        // There the last update of the warm-up has the plateau's value already.
        bool arrivesEarly = each.Schedule is WarmupStableDecay { Convention: WarmupConvention.EndAtPeak };
        for (var step = 2L; step < Math.Min(39, each.Schedule.Length ?? 39); step++)
            Assert.True(
                !TurnsBefore(step) || points.Contains(step - 1) || ((arrivesEarly || TurnsBefore(step + 1)) && points.Contains(step)),
                $"{name} turns before step {step}, and the breakpoints are {string.Join(", ", points)}");

        // The last value of one way is the first of the next, so a turn at p is seen before p + 1; a jump to p before p and before p + 1.
        bool TurnsBefore(long step)
        {
            double before = each.Schedule.ValueAt(step - 1) - each.Schedule.ValueAt(step - 2),
                after = each.Schedule.ValueAt(step) - each.Schedule.ValueAt(step - 1);
            return before * after < 0 || before == 0 != (after == 0);
        }
    }

    [Theory, MemberData(nameof(Cases), DisableDiscoveryEnumeration = true)]
    public void A_schedule_is_described_by_words_and_explained_at_each_step(string _, ScheduleCase each)
    {
        Assert.Matches("^[a-z0-9]", each.Schedule.Describe());
        Assert.All(_steps, step => Assert.NotEmpty(each.Schedule.Explain(step)));
        Assert.Throws<ArgumentOutOfRangeException>("step", () => each.Schedule.Explain(-1));
    }

    private static ConstructorInfo Constructor(ScheduleCase each) => Assert.Single(each.Schedule.GetType().GetConstructors());

    /// <summary>The error of building the schedule again with one parameter changed.</summary>
    private static ArgumentException Refusal(ScheduleCase each, ParameterInfo changed, object bad)
    {
        var kind = each.Schedule.GetType();
        var arguments = Constructor(each).GetParameters().Select(parameter => parameter.Name == changed.Name ? bad : kind
            .GetProperty(parameter.Name!, BindingFlags.Public | BindingFlags.Instance | BindingFlags.IgnoreCase)!.GetValue(each.Schedule));
        var thrown = Assert.Throws<TargetInvocationException>(() => Constructor(each).Invoke([.. arguments]));
        return Assert.IsAssignableFrom<ArgumentException>(thrown.InnerException);
    }
}
