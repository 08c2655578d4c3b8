namespace Etalon.Schedules.Equivalence;

/// <summary>Adam's conversions as conversions of update schedules, whose momentum is β₁.</summary>
internal static class AdamForm
{
    public static Conversion Convert(UpdateSchedule schedule, OptimizerRule optimizer, EquivalentForm form, Schedule? decay)
    {
        if (decay is not null && form != EquivalentForm.Adam)
            throw Require.Refuse(nameof(decay), decay, $"the form {form} has none", "leave it out, or ask for the form Adam");
        var numbers = AdamTable.Of(schedule, optimizer);
        var (adam, theorem) = form switch
        {
            EquivalentForm.AdamConstantBetas => (AdamConstantBetas.Convert(numbers), "AdamW as Adam with other constant betas"),
            EquivalentForm.AdamRateOnly => (AdamRateOnly.Convert(numbers), "AdamW nearly as Adam, by rate and epsilon alone"),
            _ => (AdamNumbers.Convert(numbers, decay), "AdamW as Adam with a rate, betas and an epsilon of each update"),
        };
        var source = UpdateTable.Of(schedule);
        var steps = new UpdateRow[source.Count];
        for (var i = 0; i < steps.Length; i++)
        {
            var row = adam.Target.Steps[i];
            steps[i] = new(row.LogRate, row.WeightDecay, row.Beta1, 0);
        }
        var states = new StateMap[steps.Length + 1];
        for (var i = 0; i < states.Length; i++)
        {
            var state = adam.StateAt(i);
            states[i] = new(state.LogScale, default, state.LogScale - state.LogMean);
        }
        return new(form, theorem, source, source.With(source.Rule, steps), states) { Adam = adam, Optimizer = optimizer };
    }
}
