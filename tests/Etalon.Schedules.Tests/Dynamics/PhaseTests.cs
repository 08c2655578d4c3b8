using Etalon.Schedules.Dynamics;
using FsCheck;
using FsCheck.Fluent;

namespace Etalon.Schedules.Tests.Dynamics;

public class PhaseTests
{
    private static readonly Config _fixed = Config.QuickThrowOnFailure.WithMaxTest(300).WithReplay(20101006, 42424243);

    [Fact]
    public void Phases_cover_every_update_once_and_their_units_add_up() =>
        Prop.ForAll(ScheduleGenerator.Any.ToArbitrary(), schedule =>
        {
            var rate = new Scaled(new Table([.. Enumerable.Range(0, 400).Select(t => Math.Min(1, Math.Abs(schedule.ValueAt(t))))]), 1);
            return Covers(With(rate)) && Covers(With(new Table([.. Enumerable.Range(0, 400).Select(t => rate.ValueAt(t))])));
        }).Check(_fixed);

    [Fact]
    public void A_schedule_is_cut_where_a_piece_of_any_of_its_schedules_begins()
    {
        var schedule = new UpdateSchedule
        {
            LearningRate = new Sequence(new Warmup(0.4, 20), new Cosine(0.4, 0.1, 180), new Steps(0.1, [50, 100], 0.1)),
            WeightDecay = new Sequence(new Constant(1e-3, 320), new Constant(0)),
            Momentum = 0.9,
            TotalSteps = 400,
        };
        Assert.Equal("0- 20- 200 250 300 320", Text(Phases.Of(schedule)));
    }

    [Fact]
    public void Pieces_that_go_on_with_the_same_numbers_are_one_phase() =>
        Assert.Equal("0 200", Text(Phases.Of(With(new Sequence(new Constant(0.1, 100), new Constant(0.1, 100), new Constant(0.2))))));

    [Fact]
    public void Every_kind_of_piece_knows_where_its_phases_begin()
    {
        Assert.Equal("0- 50 200-", Text(Phases.Of(With(new WarmupStableDecay(0.1, 50, 150, 200)))));
        Assert.Equal("0- 119-", Text(Phases.Of(With(OneCycle.OfPeak(0.1, 400)))));
        Assert.Equal("0- 100- 300-", Text(Phases.Of(With(new Restarts(0.1, 0, 100, growth: 2)))));
        Assert.Equal("0- 200-", Text(Phases.Of(With(new Triangular(0.01, 0.1, 200)))));
        Assert.Equal("0 50 200 250", Text(Phases.Of(With(new Repeated(new Sequence(new Constant(0.2, 50), new Constant(0.1, 150)))))));
        Assert.Equal("0 100 200", Text(Phases.Of(With(new Stretched(new Scaled(new Steps(1, [10, 20], 0.1), 0.5), 10)))));
        Assert.Equal("0- 300", Text(Phases.Of(With(new Linear(0.1, 0.01, 300)))));
        Assert.Equal("0-", Text(Phases.Of(With(new InverseSqrt(0.1, 10)))));
    }

    [Fact]
    public void More_cycles_than_anybody_reads_are_one_phase() =>
        Assert.Equal("0-", Text(Phases.Of(With(new Restarts(0.1, 0, 2)))));

    [Fact]
    public void Numbers_alone_are_cut_where_they_are_held_or_turn()
    {
        Assert.Equal("0 200 300", Text(OfNumbers(new Steps(0.1, [200, 300], 0.1))));
        // A cosine that moves once in 4 updates, after a warm-up: the peak, of step 40, still belongs to the way up.
        var stairs = new Sequence(new Linear(0.01, 0.1, 40),
            new Table([.. Enumerable.Range(0, 360).Select(t => new Cosine(0.1, 0, 90).ValueAt(t / 4))]));
        Assert.Equal("0- 44-", Text(OfNumbers(stairs)));
        Assert.Equal("0- 100- 300-", Text(OfNumbers(new Restarts(0.1, 0, 100, growth: 2))));
        Assert.Equal("0- 41", Text(OfNumbers(new Sequence(new Linear(0, 0.1, 41), new Constant(0.1)))));
    }

    [Fact]
    public void A_phase_of_numbers_counts_steps_from_where_its_table_starts()
    {
        var table = UpdateTable.Of(With(new Steps(0.1, [200, 300], 0.1)), firstStep: 100);
        Assert.Equal("100 200 300", Text(Phases.Of(table)));
    }

    [Fact]
    public void A_phase_of_three_quarters_of_a_unit_has_gone_95_percent_of_its_way()
    {
        var phase = Assert.Single(Phases.Of(new UpdateSchedule
        {
            LearningRate = 0.1,
            WeightDecay = 5e-4,
            Momentum = 0.9,
            TotalSteps = 1500,
        }));
        Assert.Equal(0.75, phase.MixingUnits, 1e-12);
        Assert.Equal(1 - Math.Exp(-3), phase.Equilibrated, 1e-12);
        var update = phase.Last;
        var norm = 1.5 * Equilibrium.Of(update, 2).Norm;
        var relaxation = new Relaxation(update, 2, norm);
        var (start, end, rest) = (relaxation.GammaAt(0), relaxation.GammaAt(1500), Equilibrium.Of(update, 2).Gamma);
        Assert.Equal(phase.Equilibrated, (start - end) / (start - rest), 1e-12);
    }

    [Fact]
    public void Units_of_known_recipes()
    {
        // ResNet-50 on ImageNet: of 30, 30, 20 and 10 epochs only the first two phases are long.
        var schedule =
            new UpdateSchedule
            {
                LearningRate = new Steps(0.1, [30 * 5004, 60 * 5004, 80 * 5004], 0.1),
                WeightDecay = 1e-4,
                Momentum = 0.9,
                TotalSteps = 90 * 5004,
            };
        Assert.Equal(["15.01", "1.501", "0.1001", "0.005004"], Phases.Of(schedule).Select(phase => phase.MixingUnits.ToString("G4")));
        var table = UpdateTable.Of(schedule);
        Assert.Equal(MixingUnits.Between(table, 0, table.End), MixingUnits.Until(table)[table.Count], 1e-12);
    }

    private static UpdateSchedule With(Schedule rate) => new UpdateSchedule
    {
        LearningRate = rate,
        WeightDecay = 1e-3,
        Momentum = 0.5,
        TotalSteps = 400,
    };

    private static IReadOnlyList<Phase> OfNumbers(Schedule rate) => Phases.Of(UpdateTable.Of(With(rate)));

    /// <summary>Where phases begin; a moving one is marked by "-".</summary>
    private static string Text(IReadOnlyList<Phase> phases)
    {
        Assert.Equal(phases.Skip(1).Select(phase => phase.Begin), phases.SkipLast(1).Select(phase => phase.End));
        return string.Join(' ', phases.Select(phase => $"{phase.Begin}{(phase.IsConstant ? "" : "-")}"));
    }

    private static bool Covers(UpdateSchedule schedule)
    {
        var phases = Phases.Of(schedule);
        return phases[0].Begin == 0 && phases[^1].End == 400
            && phases.Zip(phases.Skip(1)).All(pair => pair.First.End == pair.Second.Begin)
            && phases.All(phase => phase.Steps > 0)
            && Math.Abs(phases.Sum(phase => phase.MixingUnits) - MixingUnits.Between(UpdateTable.Of(schedule), 0, 400)) < 1e-12;
    }
}
