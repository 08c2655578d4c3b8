using Etalon.Lab.Diagnosis;
using Etalon.Lab.Diagnosis.Logs;

namespace Etalon.Lab.Tests.Diagnosis;

/// <summary>What a diagnosis says of a run whose truth is known, without a fault and with each one.</summary>
public class DiagnosisTests
{
    [Theory]
    [InlineData(0.9, 0.1, 0.05)]
    [InlineData(0.5, 0.5, 0.25)]
    [InlineData(0, 1, 0.5)]
    public void A_run_at_equilibrium_raises_no_flag_and_is_where_the_theory_says(double momentum, double first, double second)
    {
        var diagnosis = Diagnose(new SphereRun { Momentum = momentum, Phases = [(1000, first, 5e-3), (1200, second, 5e-3)] });
        Assert.Empty(diagnosis.Flags);
        Assert.Equal(2, diagnosis.PhaseCount);
        // 1000 updates of 0.1 x 0.005/(1 - 0.9), and 1200 of half of it.
        Assert.Equal(5, Find(diagnosis, "D3", 1, "conv1").Value, 1e-9);
        Assert.Equal(3, Find(diagnosis, "D3", 2, "conv1").Value, 1e-9);
        // Without momentum angles and gradients say the same to rounding.
        foreach (var finding in diagnosis.Findings.Where(finding => finding.Id is "D5" or "D6" && finding.IsKnown))
            Assert.InRange(Math.Abs(finding.Value - 1), 0, Math.Min(0.3, 3 * finding.Margin + 1e-9));
    }

    [Fact]
    public void Decay_that_some_weights_do_not_get_is_found_by_their_norms()
    {
        var flag = Assert.Single(Diagnose(new SphereRun { WithoutDecay = ["conv2"] }.Log(WithoutResidual)).Flags);
        Assert.Equal((FlagKind.DecayMissing, "conv2"), (flag.Kind, Assert.Single(flag.Groups)));
        Assert.InRange(flag.Value, -flag.Margin, flag.Margin);
    }

    [Fact]
    public void Decay_that_some_weights_do_not_get_is_found_by_their_own_numbers()
    {
        var rows = new SphereRun { WithoutDecay = ["conv2"], Phases = [(30, 0.1, 5e-3)] }.Log().TrimEnd().Split('\n');
        string withNumbers = string.Join('\n', rows.Select((row, i) => row + (i == 0 ? ",weight_decay/conv2" : ",0"))) + "\n";
        var flag = Assert.Single(Diagnose(withNumbers).Flags);
        Assert.Equal((FlagKind.DecayMissing, "conv2", 0.0), (flag.Kind, Assert.Single(flag.Groups), flag.Value));
    }

    [Fact]
    public void A_penalty_in_the_loss_is_found_by_its_constant_and_taken_out_before_all_else_is_judged()
    {
        var flag = Assert.Single(Diagnose(new SphereRun { Penalty = 5e-3 }).Flags);
        Assert.Equal((FlagKind.LossPenalty, 3), (flag.Kind, flag.Groups.Count));
        Assert.Equal(5e-3, flag.Value, 1e-9);
        Assert.Contains("An L2 term of 0.005 in the loss, on top of the weight decay of 0.005", flag.Cause, StringComparison.Ordinal);
    }

    [Fact]
    public void A_penalty_beside_a_missing_decay_makes_two_flags_the_penalty_first()
    {
        var flags = Diagnose(new SphereRun { Penalty = 2e-3, WithoutDecay = ["conv2"] }.Log(WithoutResidual)).Flags;
        Assert.Equal([FlagKind.LossPenalty, FlagKind.DecayMissing], flags.Select(flag => flag.Kind));
        Assert.Equal(["conv2"], flags[1].Groups);
        // Of 0.005 and 0.002 only the latter acts.
        Assert.InRange(flags[1].Value, 2.0 / 7 - flags[1].Margin, 2.0 / 7 + flags[1].Margin);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5e-4)]
    public void A_small_penalty_counts_as_decay_to_the_last_digits_where_every_update_is_a_row(double decay)
    {
        var run = new SphereRun
        {
            Penalty = 2e-4,
            Every = 1,
            LogsBufferWeight = true,
            Phases = [(60, 0.05, decay), (300, 0.1, decay), (150, 0.01, decay)],
        };
        var diagnosis = Diagnose(run);
        Assert.Equal(FlagKind.LossPenalty, Assert.Single(diagnosis.Flags).Kind);
        var shares = diagnosis.Findings.Where(finding => finding.IsKnown && finding.Quantity == "decay that the norm shows, over the log's")
            .ToArray();
        Assert.NotEmpty(shares);
        // The margin is a bound of what rounding to float32 leaves, and this log is float64's.
        Assert.All(shares, share => Assert.InRange(share.Value, 1 - share.Margin, 1 + share.Margin));
    }

    [Fact]
    public void A_penalty_that_comes_in_the_middle_is_told_from_its_update_on_and_counted_as_decay_there()
    {
        var diagnosis = Diagnose(new SphereRun { Penalty = 5e-3, PenaltyFrom = 900 });
        var flag = Assert.Single(diagnosis.Flags);
        Assert.Equal((FlagKind.LossPenalty, 3), (flag.Kind, flag.Groups.Count));
        Assert.StartsWith("An L2 term of 0.005 in the loss from update 900 on, on top of", flag.Cause, StringComparison.Ordinal);
        // 900 updates of 0.1 x 0.005/(1 - 0.9) each, 100 of twice that; then 1,200 of half the rate with twice the decay.
        Assert.InRange(Find(diagnosis, "D3", 1, "conv1").Value, 4.5 + 1 - 0.05, 4.5 + 1 + 0.05);
        Assert.InRange(Find(diagnosis, "D3", 2, "conv1").Value, 6 - 1e-9, 6 + 1e-9);
    }

    [Theory]
    [InlineData(true, "An L1 term of 0.02 |w|_1 in the loss")]
    [InlineData(false, "A term in the loss pulls the weights to 0, and it is no constant L2 term: an L1 term is the likeliest")]
    public void An_L1_term_is_told_by_its_constant_where_norm1_is_logged_and_else_as_the_likeliest(bool isLogged, string cause)
    {
        var flag = Assert.Single(Diagnose(new SphereRun { Lasso = 0.02, LogsElements = isLogged }).Flags);
        Assert.Equal((FlagKind.OtherPenalty, cause), (flag.Kind, flag.Cause));
    }

    [Fact]
    public void A_clip_of_elements_is_told_by_the_largest_one_and_is_no_epsilon_and_no_clip_of_norms()
    {
        var flag = Assert.Single(Diagnose(new SphereRun { ValueClip = 0.05, LogsElements = true }).Flags);
        Assert.Equal(FlagKind.ClippedValues, flag.Kind);
        Assert.Equal("Elements of the gradients are cut to 0.05, as clip_grad_value_ does", flag.Cause);
    }

    [Fact]
    public void Clips_of_each_tensor_are_not_told_as_one_clip_of_all()
    {
        var flag = Assert.Single(Diagnose(new SphereRun { TensorClip = 0.5 }).Flags);
        Assert.Equal((FlagKind.ClippedGradients, 3), (flag.Kind, flag.Groups.Count));
        Assert.Equal("A clip of each tensor by itself sets the size of the updates: gradients are cut to a norm of 0.5", flag.Cause);
    }

    [Theory]
    [InlineData(0.9)]
    [InlineData(0)]
    public void Gradients_that_are_never_set_to_zero_are_no_clip_and_no_lack_of_a_normalization(double momentum)
    {
        var flag = Assert.Single(Diagnose(new SphereRun { Accumulates = true, Momentum = momentum }.Log(WithoutResidual)).Flags);
        Assert.Equal((FlagKind.AccumulatedGradients, 3), (flag.Kind, flag.Groups.Count));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Gradients_that_are_set_to_zero_at_every_fourth_update_only_are_told_by_their_sizes(int every)
    {
        var run = new SphereRun { ClearedEvery = 4, Every = every, Phases = [(400, 0.02, 5e-3)] };
        var flag = Assert.Single(Diagnose(run.Log(WithoutResidual)).Flags);
        Assert.Equal((FlagKind.AccumulatedGradients, "Gradients add up over 4 updates: they are set to zero at every 4th one only"),
            (flag.Kind, flag.Cause));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    public void A_checkpoint_that_is_loaded_again_is_told_by_norms_that_are_back_and_no_law_is_asked_across(int every)
    {
        var run = new SphereRun { Reload = (305, 605), Every = every, Phases = [(500, 0.1, 5e-3), (500, 0.01, 5e-3)] };
        var diagnosis = Diagnose(run);
        var flag = Assert.Single(diagnosis.Flags);
        Assert.Equal(FlagKind.ReplacedWeights, flag.Kind);
        Assert.StartsWith(every == 1
            ? "A checkpoint was loaded again between updates 604 and 605: all norms jump there, to what they were before update 305"
            : "A checkpoint was loaded again between updates 600 and 610: all norms jump there, to about what they were at update ",
            flag.Cause, StringComparison.Ordinal);
        Assert.All(
            diagnosis.Findings.Where(finding => finding.IsKnown && finding.Quantity == "decay that the norm shows, over the log's"
                && double.IsFinite(finding.Margin) && finding.Margin < 0.4),
            share => Assert.InRange(share.Value, 1 - 3 * share.Margin - 1e-6, 1 + 3 * share.Margin + 1e-6));
        Assert.Contains("other weights loaded in the middle", Diagnose(new SphereRun { Every = every }).Checked);
    }

    [Fact]
    public void Gradients_without_a_mean_are_told_as_centralized_and_not_as_epsilon()
    {
        string log = WithColumn(new SphereRun { Radial = 0.05 }.Log(), "modules", row => row == 1 ? "conv3 Conv2d; d BatchNorm2d eps "
            + "1e-05; "
            + "conv1 Conv2d; b BatchNorm2d; conv2 Conv2d; c BatchNorm2d" : "");
        foreach (string name in SphereRun.Names) log = WithColumn(log, $"gradmean/{name}", row => $"{1e-14 * (row % 3):R}");
        var flag = Assert.Single(Diagnose(log).Flags);
        Assert.Equal((FlagKind.CentralizedGradients, "conv3"), (flag.Kind, Assert.Single(flag.Groups)));
        // Standardized weights have such gradients, too.
        string standardized = new SphereRun().Log();
        foreach (string name in SphereRun.Names) standardized = WithColumn(standardized, $"gradmean/{name}", _ => "0");
        Assert.Empty(Diagnose(standardized).Flags);
    }

    [Fact]
    public void Buffers_that_were_emptied_are_told_and_not_as_other_weights()
    {
        // A row at that update has 0 in the place of both products, however far the rows are apart.
        foreach (int every in (int[])[1, 5])
        {
            var run = new SphereRun { EmptiedAt = 605, Every = every, LogsBufferWeight = true, Phases = [(1000, 0.1, 5e-3)] };
            var told = Assert.Single(Diagnose(run).Flags);
            Assert.Equal((FlagKind.LostBuffers, "The momentum buffers are empty before update 605: the optimizer's state was lost"),
                (told.Kind, told.Cause));
        }
    }

    [Fact]
    public void Weights_whose_gradient_is_0_and_that_decay_all_the_same_are_told_from_their_update_on()
    {
        var flag = Assert.Single(Diagnose(new SphereRun { FrozenFrom = 900 }).Flags);
        Assert.Equal((FlagKind.DecayAlone, "conv3"), (flag.Kind, Assert.Single(flag.Groups)));
        Assert.StartsWith("Some weights get no gradient from update 900 on, and are changed all the same", flag.Cause,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, "Something changes the weights besides the optimizer, not after every update but in steps of 6 updates")]
    [InlineData(5, "not after every update but in steps of 30 updates")]
    [InlineData(12, "Something changes the weights between the logged updates, and not after these")]
    public void Weights_that_are_mixed_with_slow_ones_are_no_other_rule_and_no_other_decay(int every, string cause)
    {
        var flag = Diagnose(new SphereRun { LooksAheadEvery = 6, Every = every, LogsBufferWeight = true }).Flags[0];
        Assert.Equal(FlagKind.ChangedWeights, flag.Kind);
        Assert.Contains(cause, flag.Cause, StringComparison.Ordinal);
    }

    [Fact]
    public void A_clip_of_one_tensor_is_not_told_as_one_of_each()
    {
        var flag = Assert.Single(Diagnose(new SphereRun { TensorClip = 0.5, Clipped = ["conv2"] }).Flags);
        Assert.Equal("A clip of one tensor sets the size of its updates: the gradients of conv2 are cut to a norm of 0.5", flag.Cause);
        Assert.Equal(["conv2"], flag.Groups);
    }

    [Fact]
    public void What_was_looked_for_names_the_terms_of_a_loss_and_numbers_are_printed_as_one_reads_them()
    {
        var diagnosis = Diagnose(new SphereRun());
        Assert.Contains("an L1 term in the loss", diagnosis.Checked);
        Assert.Contains("an L2 term in the loss", diagnosis.Checked);
        const string Tiny = "step,lr,weight_decay,momentum,norm/a\n0,1e-200,5e-4,0.9,1\n10,0.1,5e-4,0.9,1\n";
        var log = CsvLog.Read(new StringReader(Tiny), "log.csv");
        Assert.Contains(log.Warnings, line => line.Contains("below 1e-150, and", StringComparison.Ordinal));
        Assert.Equal(("0.001", "0.001001"), Text.Apart(0.001, 0.001001));
        Assert.All(diagnosis.Findings, finding => Assert.DoesNotMatch("[0-9]E[-+][0-9]", finding.Says));
    }

    [Fact]
    public void Weights_that_move_while_the_logged_rate_is_0_have_another_rate()
    {
        var rows = new SphereRun { Phases = [(400, 0.1, 5e-3)] }.Log().TrimEnd().Split('\n').Select(row => row.Split(',')).ToArray();
        foreach (var row in rows.Skip(1)) row[1] = "0";
        var diagnosis = Diagnose(Joined(rows));
        Assert.Equal((FlagKind.OtherRate, 3), (diagnosis.Flags[0].Kind, diagnosis.Flags[0].Groups.Count));
        Assert.Single(diagnosis.Flags);
        // Frozen weights stand still, and a rate of 0 is theirs.
        int[] moving = [.. Enumerable.Range(0, rows[0].Length)
            .Where(i => rows[0][i].Split('/')[0] is "norm" or "angle" or "residual" or "gradsq" or "dot" or "buffer_dot")];
        foreach (var row in rows.Skip(2))
            foreach (int i in moving) row[i] = rows[0][i].StartsWith("norm", StringComparison.Ordinal) ? rows[1][i] : "0";
        Assert.DoesNotContain(Diagnose(Joined(rows)).Flags, flag => flag.Kind == FlagKind.OtherRate);
    }

    [Fact]
    public void Rows_of_micro_batches_are_told_by_weights_that_stand_still_in_three_of_four()
    {
        var rows = new SphereRun { Every = 1, Phases = [(100, 0.1, 5e-3)] }.Log(Plain).TrimEnd().Split('\n')
            .Select(row => row.Split(',')).ToArray();
        string[][] micro = [rows[0],
            .. rows.Skip(1).SelectMany((row, i) => Enumerable.Range(0, 4).Select(part => (string[])[$"{4 * i + part}", .. row[1..]]))];
        var flag = Assert.Single(Diagnose(Joined(micro)).Flags);
        Assert.Equal(FlagKind.OtherSteps, flag.Kind);
        Assert.Contains("once in 4 rows", flag.Cause, StringComparison.Ordinal);

        static bool Plain(string column) =>
            column is "step" or "lr" or "weight_decay" or "momentum" || column.Split('/')[0] is "norm" or "gradsq" or "dot";
    }

    [Theory]
    [InlineData("a Conv2d; a.n BatchNorm2d eps 1e-05; conv1 Conv2d; b BatchNorm2d; conv2 Conv2d; c BatchNorm2d; conv3 Conv2d; d "
        + "BatchNorm2d",
        FlagKind.LostInvariance)]
    [InlineData("conv3 Conv2d; d BatchNorm2d eps 1e-05; conv1 Conv2d; b BatchNorm2d; conv2 Conv2d; c BatchNorm2d", FlagKind.FeltEpsilon)]
    [InlineData("conv1 Conv2d; b BatchNorm2d; conv2 Conv2d; c BatchNorm2d; conv3 Conv2d", FlagKind.NoNormalization)]
    public void Epsilon_is_named_where_only_the_layer_at_the_input_has_it_and_else_what_the_log_leaves_open(string modules, object kind)
    {
        string log = WithColumn(new SphereRun { Radial = 0.05 }.Log(), "modules", row => row == 1 ? modules : "");
        var flag = Assert.Single(Diagnose(log).Flags);
        Assert.Equal(((FlagKind)kind, "conv3"), (flag.Kind, Assert.Single(flag.Groups)));
        if (flag.Kind == FlagKind.LostInvariance)
        {
            Assert.Contains("normalizations in eval(), or frozen: print model.training", flag.Remedy, StringComparison.Ordinal);
            Assert.Contains("gradmax/NAME", flag.Remedy, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(0, "Normalizations are in eval(): the loss")]
    [InlineData(500, "Normalizations are in eval() from update 500 on: the loss")]
    public void Normalizations_in_eval_are_told_from_their_update_on(int from, string cause)
    {
        string log = WithColumn(new SphereRun { Radial = 0.05 }.Log(), "norms_in_eval", row => (row - 1) * 5 >= from ? "3" : "0");
        var flag = Assert.Single(Diagnose(log).Flags);
        Assert.Equal(FlagKind.StoredStatistics, flag.Kind);
        Assert.StartsWith(cause, flag.Cause, StringComparison.Ordinal);
        // Where the scale does not count it is no fault: a log of weights that stored statistics do not touch.
        var sound = Diagnose(WithColumn(new SphereRun().Log(), "norms_in_eval", _ => "3"));
        Assert.Empty(sound.Flags);
        Assert.Contains(sound.Remarks, remark => remark.Contains("in eval()", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_log_of_one_or_two_rows_is_not_said_to_be_in_order(int rows)
    {
        var diagnosis = Diagnose(string.Join('\n', new SphereRun().Log().Split('\n').Take(rows + 1)) + "\n");
        Assert.Empty(diagnosis.Flags);
        Assert.Empty(diagnosis.Checked);
        Assert.StartsWith("whether anything is in order: the log has ", diagnosis.NotLookedAt[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_penalty_on_one_layer_leaves_the_others_their_numbers()
    {
        var diagnosis = Diagnose(new SphereRun { Penalty = 0.015, Penalized = ["conv1"] });
        var flag = Assert.Single(diagnosis.Flags);
        Assert.Equal((FlagKind.LossPenalty, "conv1"), (flag.Kind, Assert.Single(flag.Groups)));
        Assert.Equal(5, Find(diagnosis, "D3", 1, "conv2").Value, 1e-9);
    }

    // Without a decay there is none to hold it against, and epsilon leaves some 1e-8 of one sign.
    [Theory]
    [InlineData(1.5e-8, 0)]
    [InlineData(1e-5, 1)]
    public void A_pull_that_takes_nothing_is_no_penalty(double pull, int flags)
    {
        var diagnosis = Diagnose(new SphereRun { Penalty = pull, Phases = [(100, 0.1, 0)] });
        Assert.Equal(flags, diagnosis.Flags.Count(flag => flag.Kind == FlagKind.LossPenalty));
        Assert.Equal(flags, diagnosis.Flags.Count);
    }

    [Theory]
    [InlineData(1e-310, 5e-3)]
    [InlineData(1e-308, 5e-3)]
    [InlineData(1e-140, 1e-200)]
    [InlineData(0.1, 1e-310)]
    public void A_rate_or_decay_too_small_for_the_laws_counts_as_0_and_the_log_is_told_so(double rate, double decay)
    {
        string text = new SphereRun { Phases = [(200, rate, decay)] }.Log();
        var log = CsvLog.Read(new StringReader(text), "tiny.csv");
        Assert.EndsWith("it counts as 0 (and 39 more like it, the last in line 41)", Assert.Single(log.Warnings), StringComparison.Ordinal);
        Assert.True(log.Rate[0] * log.WeightDecay[0] == 0);
        var units = Diagnose(text).Findings.Where(finding => finding is { Id: "D3", IsKnown: true }).ToArray();
        Assert.NotEmpty(units);
        Assert.All(units, finding => Assert.Equal(0, finding.Value));
    }

    [Fact]
    public void A_constant_clip_is_the_only_flag_of_a_run_that_has_nothing_else()
    {
        var flag = Assert.Single(Diagnose(new SphereRun { Clip = 0.5 }).Flags);
        Assert.Equal(FlagKind.ClippedGradients, flag.Kind);
        Assert.Contains("cut to a norm of 0.5", flag.Cause, StringComparison.Ordinal);
        Assert.Equal(1, flag.Value);
    }

    [Fact]
    public void A_clip_after_the_gradient_was_logged_makes_updates_that_are_not_the_gradients()
    {
        var flag = Diagnose(new SphereRun { Clip = 0.5, LogsBeforeClip = true }.Log(WithoutResidual)).Flags[0];
        Assert.Equal(FlagKind.OtherUpdates, flag.Kind);
        Assert.InRange(flag.Value, 0, 0.9);
    }

    [Fact]
    public void Updates_of_Nesterov_that_the_log_calls_heavy_ball_are_named()
    {
        var flag = Assert.Single(Diagnose(new SphereRun { Nesterov = true }).Flags);
        Assert.Equal((FlagKind.OtherRule, 3), (flag.Kind, flag.Groups.Count));
        // intrinsic.md section 3: 15.8 % larger at 0.9.
        Assert.InRange(flag.Value, 1.158 - flag.Margin, 1.158 + flag.Margin);
    }

    [Fact]
    public void Weights_whose_scale_matters_are_named_and_no_law_is_asked_of_them()
    {
        var diagnosis = Diagnose(new SphereRun { Radial = 0.05 });
        var flag = Assert.Single(diagnosis.Flags);
        Assert.Equal((FlagKind.NoNormalization, "conv3"), (flag.Kind, Assert.Single(flag.Groups)));
        Assert.Equal(0.05, flag.Value, 1e-3);
        Assert.DoesNotContain(diagnosis.Findings, finding => finding is { Group: "conv3", Id: "D5" or "D6", IsKnown: true });
    }

    [Fact]
    public void A_second_decay_is_told_by_as_much_as_it_is()
    {
        // L is 0.1 x 0.005/(1 - 0.9); half of it again is 0.0025 of w an update.
        var flag = Assert.Single(Diagnose(new SphereRun { Shrink = 0.0025, Phases = [(1500, 0.1, 5e-3)] }).Flags);
        Assert.Equal(FlagKind.ChangedWeights, flag.Kind);
        Assert.InRange(flag.Value, 0.49, 0.51);
        Assert.Contains("Something shrinks the weights", flag.Cause, StringComparison.Ordinal);
    }

    [Fact]
    public void A_phase_a_tenth_as_long_as_it_needs_is_a_remark_and_no_flag()
    {
        var diagnosis = Diagnose(new SphereRun { Phases = [(1000, 0.1, 5e-3), (260, 0.01, 5e-3)] });
        Assert.Empty(diagnosis.Flags);
        Assert.Contains(diagnosis.Remarks, remark => remark.StartsWith("Phase 2 is too short", StringComparison.Ordinal));
        // ln(9/0.05)/(4 L) is 2,600 at S's mean.
        Assert.InRange(Find(diagnosis, "D7", 2, LogGroup.Whole).Value, 1500, 3500);
    }

    [Fact]
    public void Rate_times_decay_beyond_the_bound_of_the_momentum_oscillates()
    {
        var flag = Assert.Single(Diagnose(new SphereRun { Phases = [(400, 0.1, 0.04)] }).Flags);
        Assert.Equal(FlagKind.Oscillating, flag.Kind);
        Assert.Contains("0.00263", flag.Shown, StringComparison.Ordinal);
    }

    [Fact]
    public void A_layer_that_decays_otherwise_than_the_log_says_is_told_by_how_much()
    {
        var flag = Assert.Single(Diagnose(new SphereRun { FirstDecay = 5, Phases = [(2000, 0.1, 2e-3)] }.Log(WithoutResidual)).Flags);
        Assert.Equal((FlagKind.OtherDecay, "conv1"), (flag.Kind, Assert.Single(flag.Groups)));
        Assert.InRange(flag.Value, 5 - 2 * flag.Margin, 5 + 2 * flag.Margin);
    }

    [Fact]
    public void A_log_that_says_0_for_its_decay_has_no_fault_and_is_told_so_unless_the_rate_grows_in_its_place()
    {
        // A recipe may have none: what the log says is what acts. That none was meant only the recipe knows.
        static bool IsTold(RunDiagnosis diagnosis) =>
            diagnosis.Remarks.Any(remark => remark.StartsWith("Weight decay is 0 in every row", StringComparison.Ordinal));
        var without = Diagnose(new SphereRun { Phases = [(400, 0.1, 0)] });
        Assert.Empty(without.Flags);
        Assert.True(IsTold(without));
        Assert.Contains("the log says that there is none to hold them against", string.Join('\n', without.NotLookedAt),
            StringComparison.Ordinal);
        var growing = Diagnose(new SphereRun { Phases = [.. Enumerable.Range(0, 200).Select(i => (5, 0.1 * Math.Pow(1.01, i), 0.0))] });
        Assert.Empty(growing.Flags);
        Assert.False(IsTold(growing));
    }

    [Fact]
    public void A_log_that_says_a_decay_while_none_acts_has_a_fault()
    {
        var flags = Diagnose(new SphereRun { WithoutDecay = [.. SphereRun.Names] }).Flags;
        Assert.Equal((FlagKind.DecayMissing, 3), (flags[0].Kind, flags[0].Groups.Count));
    }

    [Fact]
    public void Of_a_log_without_a_decay_none_is_assumed_and_that_is_said()
    {
        var diagnosis = Diagnose(new SphereRun().Log(column => column != "weight_decay"));
        Assert.Empty(diagnosis.Flags);
        Assert.Contains("the log has no weight_decay, and none is assumed", string.Join('\n', diagnosis.NotLookedAt),
            StringComparison.Ordinal);
        Assert.DoesNotContain(diagnosis.Remarks, remark => remark.Contains("Weight decay is 0", StringComparison.Ordinal));
    }

    [Fact]
    public void A_rate_that_goes_up_and_down_in_every_epoch_is_a_remark_that_names_the_likely_cause_and_a_cosine_with_restarts_is_none()
    {
        // A cosine over 20 epochs, stepped 10 times an epoch; and one with four restarts.
        static double Cosine(int step, int period) => 0.05 * (1 + Math.Cos(Math.PI * step / period));
        var perBatch =
            Diagnose(new SphereRun { Phases = [.. Enumerable.Range(0, 400).Select(step => (1, Cosine(step, 20), 5e-3))], Every = 1 });
        Assert.Empty(perBatch.Flags);
        Assert.Contains("too few rows between which rate and momentum stand still", string.Join('\n', perBatch.NotLookedAt),
            StringComparison.Ordinal);
        string remark =
            Assert.Single(perBatch.Remarks, remark => remark.Contains("a scheduler that is stepped per batch", StringComparison.Ordinal));
        Assert.StartsWith("The rate turns 19 times from up to down or back.", remark, StringComparison.Ordinal);
        var restarts = Diagnose(
            new SphereRun { Phases = [.. Enumerable.Range(0, 400).Select(step => (1, Cosine(step % 100, 100), 5e-3))], Every = 1 });
        Assert.DoesNotContain(restarts.Remarks, each => each.Contains("stepped per batch", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(20, true)]
    [InlineData(3, false)]
    public void A_schedule_that_moves_faster_than_the_rows_is_noticed(int every, bool isHidden)
    {
        // The rate is 0.1 at each row and 0.02 between: rows every 20 see a constant. The logger writes the least and the largest rate
        // since the row before.
        var rows = Enumerable.Range(0, 400 / every).Select(row => row * every)
            .Select(step => FormattableString.Invariant($"{step},{Rate(step)},0.005,0.9,{Rates(step).Min()},{Rates(step).Max()},3\n"));
        static double Rate(int step) => step % 20 < 10 ? 0.1 : 0.02;
        IEnumerable<double> Rates(int step) => Enumerable.Range(Math.Max(0, step - every), Math.Min(step, every) + 1).Select(Rate);
        var diagnosis = Diagnose($"step,lr,weight_decay,momentum,lr_min,lr_max,norm/conv1\n{string.Concat(rows)}");
        Assert.Equal(isHidden,
            diagnosis.Remarks.Any(remark => remark.Contains("the schedule moves faster than the log", StringComparison.Ordinal)));
        Assert.Equal(isHidden ? 1 : 3, Math.Min(3, diagnosis.PhaseCount));
    }

    [Fact]
    public void Another_optimizer_is_not_judged_by_the_laws_of_SGD_and_the_rest_is()
    {
        static string Named(string log) =>
            string.Join('\n', log.TrimEnd().Split('\n').Select((row, i) => row + (i == 0 ? ",optimizer" : ",AdamW"))) + "\n";
        var sound = Diagnose(Named(new SphereRun { Shrink = 0.01 }.Log()));
        Assert.Empty(sound.Flags);
        Assert.Contains(sound.NotLookedAt, line => line.Contains("the laws of AdamW", StringComparison.Ordinal));
        Assert.Equal(FlagKind.NoNormalization, Assert.Single(Diagnose(Named(new SphereRun { Radial = 0.05 }.Log())).Flags).Kind);
    }

    [Fact]
    public void Without_momentum_the_law_is_checked_from_norms_and_gradients_of_consecutive_updates()
    {
        static bool Plain(string column) =>
            !column.StartsWith("residual", StringComparison.Ordinal) && !column.StartsWith("angle", StringComparison.Ordinal);
        var run = new SphereRun { Momentum = 0, Every = 1, Phases = [(600, 1, 5e-3)] };
        var whole = Find(Diagnose(run.Log(Plain)), "D9", 1, LogGroup.Whole);
        Assert.InRange(whole.Value, 0, 1e-12);
        var flag =
            Assert.Single(Diagnose(new SphereRun { Momentum = 0, Every = 1, Phases = [(600, 1, 5e-3)], Shrink = 1e-3 }.Log(Plain)).Flags);
        Assert.Equal(FlagKind.ChangedWeights, flag.Kind);
        Assert.Equal(0.2, flag.Value, 1e-3);
    }

    [Fact]
    public void Norms_alone_say_how_long_a_phase_is_and_what_is_missing_for_the_rest()
    {
        var diagnosis = Diagnose(
            new SphereRun().Log(
                column => !column.Contains('/', StringComparison.Ordinal) || column.StartsWith("norm/", StringComparison.Ordinal)));
        Assert.Empty(diagnosis.Flags);
        Assert.Equal(5, Find(diagnosis, "D3", 1, "conv1").Value, 1e-9);
        Assert.False(Find(diagnosis, "D5", 1, "conv1").IsKnown);
        string unsaid = string.Join('\n', diagnosis.NotLookedAt);
        Assert.Contains("needs dot/NAME and gradsq/NAME", unsaid, StringComparison.Ordinal);
        Assert.Contains("with momentum also buffer_dot/NAME", unsaid, StringComparison.Ordinal);
    }

    [Fact]
    public void Angles_stand_in_for_gradients()
    {
        var diagnosis = Diagnose(
            new SphereRun().Log(
                column =>
                    !column.StartsWith("gradsq", StringComparison.Ordinal) && !column.StartsWith("buffer_dot", StringComparison.Ordinal)));
        Assert.Empty(diagnosis.Flags);
        var share = Find(diagnosis, "D5", 1, LogGroup.Whole, "decay that the norm shows");
        Assert.InRange(share.Value, 0.9, 1.1);
    }

    [Fact]
    public void Tensors_whose_radial_gradients_cancel_are_scale_invariant_together()
    {
        // As the stem and the second convolutions of a residual network: +c and -c.
        var rows = new SphereRun { Phases = [(300, 0.1, 5e-3)] }.Log().TrimEnd().Split('\n').Select(row => row.Split(',')).ToArray();
        int first = Array.IndexOf(rows[0], "dot/conv1"), second = Array.IndexOf(rows[0], "dot/conv2");
        foreach (var row in rows.Skip(1)) (row[first], row[second]) = ("0.5", "-0.5");
        var diagnosis = Diagnose(string.Join('\n', rows.Select(row => string.Join(',', row))) + "\n");
        Assert.DoesNotContain(diagnosis.Flags, flag => flag.Kind == FlagKind.NoNormalization);
        Assert.Contains("together", Find(diagnosis, "D8", 1, "conv1").Says, StringComparison.Ordinal);
        Assert.True(Find(diagnosis, "D5", 1, LogGroup.Whole).IsKnown);
    }

    [Fact]
    public void Every_verdict_is_free_of_the_scale_of_the_weights()
    {
        // w -> c w, eta -> c^2 eta, lambda -> lambda/c^2 is the same run; c is a power of two, so the numbers are the same to the bit.
        var rows = new SphereRun().Log().TrimEnd().Split('\n').Select(row => row.Split(',')).ToArray();
        foreach (var row in rows.Skip(1))
        {
            for (int i = 0; i < row.Length; i++)
            {
                double factor = rows[0][i].Split('/')[0] switch
                {
                    "lr" => 16,
                    "weight_decay" => 1 / 16.0,
                    "norm" => 4,
                    "gradsq" or "buffer_dot" => 1 / 16.0,
                    _ => 1
                };
                row[i] = $"{double.Parse(row[i]) * factor:R}";
            }
        }
        var (one, other) = (Diagnose(new SphereRun()), Diagnose(string.Join('\n', rows.Select(row => string.Join(',', row))) + "\n"));
        foreach (var (a, b) in one.Findings.Zip(other.Findings).Where(pair => pair.First.Id != "D4"))
            Assert.True(a.Value.Equals(b.Value) || Math.Abs(a.Value / b.Value - 1) < 1e-9, $"{a.Id} {a.Group}: {a.Value} and {b.Value}");
    }

    [Fact]
    public void A_moving_rate_has_a_law_but_no_equilibrium()
    {
        var phases = Enumerable.Range(0, 60).Select(i => (20, 0.1 * (1 + Math.Cos(Math.PI * i / 60)) / 2, 5e-3)).ToArray();
        var diagnosis = Diagnose(new SphereRun { Phases = phases });
        Assert.Empty(diagnosis.Flags);
        Assert.Equal(1, diagnosis.PhaseCount);
        Assert.InRange(Find(diagnosis, "D5", 1, LogGroup.Whole, "decay that the norm shows").Value, 0.8, 1.2);
        Assert.False(Find(diagnosis, "D6", 1, LogGroup.Whole).IsKnown);
    }

    private static string Joined(string[][] rows) => string.Join('\n', rows.Select(row => string.Join(',', row))) + "\n";

    // A further column, by the number of the line: the header's is 0.
    private static string WithColumn(string log, string name, Func<int, string> cell) =>
        string.Join('\n', log.TrimEnd().Split('\n').Select((row, i) => $"{row},{(i == 0 ? name : cell(i))}")) + "\n";

    private static bool WithoutResidual(string column) => !column.StartsWith("residual", StringComparison.Ordinal);

    private static RunDiagnosis Diagnose(SphereRun run) => Diagnose(run.Log());

    private static RunDiagnosis Diagnose(string log) => RunDiagnosis.Of(CsvLog.Read(new StringReader(log), "log.csv"));

    private static Finding Find(RunDiagnosis diagnosis, string id, int phase, string group, string quantity = "") =>
        diagnosis.Findings.First(
            finding => finding.Id == id && finding.Phase == phase && finding.Group == group
                && finding.Quantity.StartsWith(quantity, StringComparison.Ordinal));
}
