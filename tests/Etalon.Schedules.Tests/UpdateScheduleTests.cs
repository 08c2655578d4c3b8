using System.Text.Json;

namespace Etalon.Schedules.Tests;

public class UpdateScheduleTests
{
    private static readonly Schedule _rate = new Sequence(new Linear(0, 0.1, 1955), new Steps(0.1, [29325, 44965], 0.1));

    private static UpdateSchedule Usual() =>
        new UpdateSchedule
        {
            LearningRate = _rate,
            WeightDecay = 5e-4,
            Momentum = 0.9,
            TotalSteps = 62560,
            StepsPerEpoch = 391,
            Rule = new() { Nesterov = true },
        };

    [Fact]
    public void Json_reads_back_as_an_equal_schedule()
    {
        var schedule = Usual() with { Rule = new() { Dampening = 0.1, Nesterov = true, Decay = DecayForm.Decoupled } };
        Assert.Equal(schedule, UpdateSchedule.FromJson(schedule.ToJson()));
        Assert.Equal(schedule.ToJson(), UpdateSchedule.FromJson(schedule.ToJson()).ToJson());
    }

    [Fact]
    public void The_hash_ignores_formatting_and_the_order_of_keys()
    {
        const string reordered = """
            { "momentum": {"value": 9e-1, "piece": "constant"}, "decay": "coupled", "nesterov": true, "steps_per_epoch": 391,
              "weight_decay": {"piece": "constant", "value": 0.00050},
              "learning_rate": {"pieces": [
                {"piece": "linear", "length": 1955, "to": 1e-1, "from": 0.0},
                {"piece": "steps", "factor": 0.10, "at": [29325, 44965], "start": 0.1}], "piece": "sequence"},
              "total_steps": 62560 }
            """;
        Assert.Equal(Usual().ContentHash(), UpdateSchedule.FromJson(reordered).ContentHash());
    }

    [Fact]
    public void The_hash_is_that_of_the_json_text()
    {
        var text = """
            {"total_steps":62560,"learning_rate":{"piece":"sequence","pieces":[{"piece":"linear","from":0,"to":0.1,"length":1955,"inclusive":false},
            {"piece":"steps","start":0.1,"at":[29325,44965],"factor":0.1}]},"weight_decay":{"piece":"constant","value":0.0005},
            "momentum":{"piece":"constant","value":0.9},"steps_per_epoch":391,"dampening":0,"nesterov":true,"decay":"coupled"}
            """.Replace("\n", "", StringComparison.Ordinal);
        Assert.Equal(text, Usual().ToJson());
        // printf '%s' "$text" | sha256sum
        Assert.Equal("5420e7996596579d1241eaa9ec67e2e37d66dcf5a640e7e5d7e492782d7b0fd0", Usual().ContentHash());
    }

    [Fact]
    public void The_hash_differs_when_anything_does()
    {
        var usual = Usual();
        UpdateSchedule[] others =
        [
            usual with { LearningRate = new Constant(0.1) }, usual with { WeightDecay = new Constant(4e-4) },
            usual with { Momentum = new Constant(0.8) },
            usual with { StepsPerEpoch = null }, usual with { Rule = new() { Nesterov = false } },
            usual with { Rule = usual.Rule with { Dampening = 0.5 } },
            usual with { Rule = usual.Rule with { Decay = DecayForm.Decoupled } },
            new UpdateSchedule
            {
                LearningRate = _rate,
                WeightDecay = 5e-4,
                Momentum = 0.9,
                TotalSteps = 62561,
                StepsPerEpoch = 391,
                Rule = new() { Nesterov = true },
            },
        ];
        Assert.Equal(others.Length + 1, others.Append(usual).Select(schedule => schedule.ContentHash()).Distinct().Count());
    }

    [Fact]
    public void A_rate_below_0_is_an_error_that_names_the_first_step_of_it()
    {
        var error = Assert.Throws<ArgumentException>(() => Usual() with { LearningRate = new Linear(0.1, -0.1, 100) });
        Assert.Contains("at step 51, but must be at least 0", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_rate_that_falls_below_0_only_after_the_run_is_none() =>
        Assert.Equal(51, new UpdateSchedule
        {
            LearningRate = new Linear(0.1, -0.1, 100),
            WeightDecay = 0,
            Momentum = 0,
            TotalSteps = 51,
        }.TotalSteps);

    [Theory]
    [InlineData(1)]
    [InlineData(-0.1)]
    public void A_momentum_outside_0_to_1_is_an_error(double momentum) =>
        Assert.Contains($"momentum is {momentum}",
            Assert.Throws<ArgumentException>(() => Usual() with { Momentum = new Constant(momentum) }).Message, StringComparison.Ordinal);

    [Fact]
    public void A_weight_decay_below_0_is_an_error() =>
        Assert.Throws<ArgumentException>(() => Usual() with { WeightDecay = new Constant(-1e-4) });

    [Fact]
    public void Of_a_run_of_many_millions_the_edges_of_every_piece_are_checked()
    {
        UpdateSchedule Rate(Schedule between) =>
            new UpdateSchedule
            {
                LearningRate = new Sequence(new Constant(0.1, 1_234_567), between, new Constant(0.1)),
                WeightDecay = 0,
                Momentum = 0,
                TotalSteps = 1_000_000_000,
            };

        Assert.Throws<ArgumentException>(() => Rate(new Linear(-1, 1, 2)));
        Assert.Throws<ArgumentException>(() => Rate(new Linear(1, -1, 2, inclusive: true)));
        Assert.Throws<ArgumentException>(
            () => new UpdateSchedule
            {
                LearningRate = new Linear(1, -1e-12, 2_999_999),
                WeightDecay = 0,
                Momentum = 0,
                TotalSteps = 3_000_000,
            });
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1.1)]
    [InlineData(double.NaN)]
    public void A_dampening_outside_0_to_1_is_an_error(double dampening) =>
        Assert.Throws<ArgumentException>("Dampening", () => Usual() with { Rule = new() { Dampening = dampening } });

    [Theory]
    [InlineData("""{"piece":"linear","from":0,"to":1}""", "'length'")]
    [InlineData("""{"piece":"linaer","from":0,"to":1,"length":5}""", "linaer")]
    [InlineData("""{"piece":"constant","value":1,"lenght":5}""", "'lenght'")]
    [InlineData("""{"piece":"constant","value":1,"value":2}""", "value")]
    [InlineData("""{"value":1}""", "lacks the property \"piece\"")]
    [InlineData("""{"piece":"scaled","of":null,"factor":1}""", "of")]
    [InlineData("""{"piece":"sequence","pieces":[null]}""", "pieces[0]")]
    [InlineData("null", "null")]
    [InlineData("{", "")]
    public void Json_that_is_no_schedule_is_an_error_that_says_what(string json, string what)
    {
        var error = Record.Exception(() => Schedule.FromJson(json));
        Assert.True(error is JsonException or ArgumentException, $"{error}");
        Assert.Contains(what, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parameters_are_checked_when_json_is_read() =>
        Assert.Throws<ArgumentException>("length", () => Schedule.FromJson("""{"piece":"linear","from":0,"to":1,"length":-5}"""));

    [Theory]
    [InlineData("1e-400", "1e-400 is nearer to 0")]
    [InlineData("-0.001e-330", "-0.001e-330 is nearer to 0")]
    [InlineData("1e400", "1e400 is beyond")]
    public void A_number_that_would_become_0_or_infinity_is_refused(string number, string said)
    {
        var problem =
            Assert.Throws<System.Text.Json.JsonException>(() => Schedule.FromJson($$"""{"piece":"constant","value":{{number}}}"""));
        Assert.Contains(said, problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0e5", 0)]
    [InlineData("-0.00", 0)]
    [InlineData("5e-324", double.Epsilon)]
    public void A_number_of_json_is_the_nearest_float64(string number, double value) =>
    Assert.Equal(value, Schedule.FromJson($$"""{"piece":"constant","value":{{number}}}""").ValueAt(0));

    [Fact]
    public void The_numbers_of_a_schedule_are_checked_in_whatever_order_its_properties_are_written()
    {
        var error = Assert.Throws<ArgumentException>(() =>
            new UpdateSchedule { Momentum = 0.9, LearningRate = new Linear(0.1, -0.1, 100), WeightDecay = 0, TotalSteps = 60 });
        Assert.Contains("at step 51", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Usual() with { LearningRate = new Linear(0.1, -0.1, 100_000), TotalSteps = 100_000 });
    }

    [Fact]
    public void A_number_is_the_schedule_that_is_it_at_every_step() =>
        Assert.Equal(new Constant(5e-4), Usual().WeightDecay);

    [Theory]
    [InlineData("cosin", "did you mean \"cosine\"?")]
    [InlineData("sawtooth", "the pieces are constant, linear, cosine")]
    public void A_piece_that_json_names_wrongly_is_an_error_that_names_the_right_ones(string piece, string told)
    {
        string json = Usual().ToJson().Replace("\"linear\"", $"\"{piece}\"", StringComparison.Ordinal);
        string message = Assert.Throws<JsonException>(() => UpdateSchedule.FromJson(json)).Message;
        Assert.Contains($"no piece \"{piece}\"", message, StringComparison.Ordinal);
        Assert.Contains(told, message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_table_prints_all_rows_when_it_is_short()
    {
        var schedule = new UpdateSchedule { LearningRate = new Steps(0.5, [1], 0.5), WeightDecay = 1e-3, Momentum = 0, TotalSteps = 2 };
        Assert.Equal(
            """
            updates 0 to 1, heavy ball, coupled decay
            step  lr    weight_decay  momentum  log_lr
            0     0.5   0.001         0         -0.693147
            1     0.25  0.001         0         -1.38629
            """.ReplaceLineEndings("\n"), UpdateTable.Of(schedule).ToString());
    }
}
