using FsCheck;
using FsCheck.Fluent;

namespace Etalon.Schedules.Tests;

public class ScheduleProperties
{
    private static readonly Arbitrary<Schedule> _any = ScheduleGenerator.Any.ToArbitrary();
    private static readonly Arbitrary<Schedule> _finite = ScheduleGenerator.Finite.ToArbitrary();
    private static readonly Arbitrary<long> _step = ScheduleGenerator.Step.ToArbitrary();
    private static readonly Arbitrary<List<long>> _steps = Gen.ListOf(ScheduleGenerator.Step).Select(list => list.ToList()).ToArbitrary();

    [Fact]
    public void Every_value_is_finite_up_to_a_billion_steps() =>
        Prop.ForAll(_any, _steps, (schedule, steps) => steps.TrueForAll(step => double.IsFinite(schedule.ValueAt(step))))
            .Check(ScheduleGenerator.Fixed);

    [Fact]
    public void The_logarithm_is_that_of_the_value_wherever_that_is_an_ordinary_number() =>
        Prop.ForAll(_any, _step, (schedule, step) =>
        {
            var value = Math.Abs(schedule.ValueAt(step));
            return value is < 1e-300 or > 1e300 || Math.Abs(schedule.LogValueAt(step) - Math.Log(value)) < 1e-9;
        }).Check(ScheduleGenerator.Fixed);

    [Fact]
    public void Any_order_of_queries_gives_the_same_values() =>
        Prop.ForAll(_any, _steps, (schedule, steps) =>
        {
            var ascending = steps.Distinct().Order().ToDictionary(step => step, schedule.ValueAt);
            return steps.TrueForAll(step => schedule.ValueAt(step) == ascending[step]);
        }).Check(ScheduleGenerator.Fixed);

    [Fact]
    public void Json_reads_back_as_an_equal_schedule_and_the_same_text() =>
        Prop.ForAll(_any, schedule =>
        {
            var again = Schedule.FromJson(schedule.ToJson());
            return again == schedule && again.GetHashCode() == schedule.GetHashCode() && again.ToJson() == schedule.ToJson();
        }).Check(ScheduleGenerator.Fixed);

    [Fact]
    public void Stretching_by_k_moves_step_t_to_step_k_times_t() =>
        Prop.ForAll(_any, _step, Gen.Choose(1, 1000).ToArbitrary(), (schedule, step, k) =>
            new Stretched(schedule, k).ValueAt(k * step) == schedule.ValueAt(step)).Check(ScheduleGenerator.Fixed);

    [Fact]
    public void Joining_is_associative() =>
        Prop.ForAll(_finite, _finite, _any, (a, b, c) =>
            new Sequence(new Sequence(a, b), c) == new Sequence(a, new Sequence(b, c))).Check(ScheduleGenerator.Fixed);

    [Fact]
    public void A_sequence_is_what_walking_its_pieces_one_by_one_gives() =>
        Prop.ForAll(Gen.NonEmptyListOf(ScheduleGenerator.Finite).ToArbitrary(), _step, (pieces, step) =>
            new Sequence([.. pieces]).ValueAt(step) == Walk(pieces, step)).Check(ScheduleGenerator.Fixed);

    [Fact]
    public void Scaling_multiplies_every_value() =>
        Prop.ForAll(_any, _step, Gen.Choose(1, 100).ToArbitrary(), (schedule, step, percent) =>
        {
            var (value, scaled) = (schedule.ValueAt(step), new Scaled(schedule, percent / 100.0).ValueAt(step));
            return Math.Abs(value) is < 1e-300 or > 1e300 || Math.Abs(scaled - value * percent / 100.0) <= 1e-15 * Math.Abs(value);
        }).Check(ScheduleGenerator.Fixed);

    /// <summary>What a sequence means, said naively: leave out each piece that is over.</summary>
    private static double Walk(IEnumerable<Schedule> pieces, long step)
    {
        var left = pieces.ToList();
        while (left.Count > 1 && step >= left[0].Length)
        {
            step -= left[0].Length!.Value;
            left.RemoveAt(0);
        }
        return left[0].ValueAt(step);
    }
}
