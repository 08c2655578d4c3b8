using System.Globalization;
using Etalon.Schedules.Dynamics;
using Etalon.Schedules.Equivalence;
using Etalon.Schedules.Export;
using Etalon.Schedules.Tests.Export;

namespace Etalon.Schedules.Tests.Equivalence;

/// <summary>
/// TestSchedules whose momentum is 0 for a while: PyTorch's SGD leaves the buffer alone there, and so do the equivalences.
/// </summary>
public class RestingMomentumTests
{
    private const int Steps = 120;

    private static readonly Schedule Comes = new Sequence(new Constant(0, 30), new Constant(0.9));
    private static readonly Schedule Rests =
        new Sequence(new Constant(0.9, 20), new Constant(0, 25), new Constant(0.9, 15), new Constant(0, 1), new Constant(0.8));

    public static TheoryData<string, EquivalentForm, double, bool, DecayForm> Cases()
    {
        var cases = new TheoryData<string, EquivalentForm, double, bool, DecayForm>();
        foreach (var schedule in new[] { "never", "comes", "rests" })
        {
            cases.Add(schedule, EquivalentForm.TexpPlusPlus, 0, false, DecayForm.Coupled);
            cases.Add(schedule, EquivalentForm.TexpPlusPlus, 0.5, false, DecayForm.Coupled);
            cases.Add(schedule, EquivalentForm.TexpPlusPlus, 0, true, DecayForm.Coupled);
            cases.Add(schedule, EquivalentForm.TexpPlusPlus, 0.5, false, DecayForm.Decoupled);
            cases.Add(schedule, EquivalentForm.Texp, 0, false, DecayForm.Coupled);
            cases.Add(schedule, EquivalentForm.WeightDecay, 0.5, false, DecayForm.Coupled);
        }
        return cases;
    }

    [Theory, MemberData(nameof(Cases))]
    public void The_equivalent_run_has_the_same_directions(string schedule, EquivalentForm form, double dampening, bool nesterov,
    DecayForm decay) =>
        SideBySide.AssertSame(Convert(schedule, form, dampening, nesterov, decay));

    [Theory]
    [InlineData("comes", 0.5)]
    [InlineData("rests", 0)]
    [InlineData("rests", 0.5)]
    [Trait("speed", "slow")]
    public void In_pytorch_the_converted_table_with_its_corrections_is_the_same_run(string schedule, double dampening)
    {
        Python.Need("torch");
        var conversion = Convert(schedule, EquivalentForm.TexpPlusPlus, dampening, false, DecayForm.Coupled);
        var folder = Directory.CreateTempSubdirectory("etalon-resting-");
        try
        {
            Write(folder, "source.csv", writer => CsvExporter.Write(conversion.Source, writer));
            Write(folder, "target.csv", writer => CsvExporter.Write(conversion.Target, writer));
            Write(folder, "corrections.csv", writer =>
            {
                writer.Write("step,share,factor\n");
                foreach (var (step, map) in conversion.Corrections)
                    writer.Write(
                        string.Create(CultureInfo.InvariantCulture,
                            $"{step},{map.Share.Value:R},{Math.Exp(map.LogBuffer - map.LogScale):R}\n"));
            });
            var words = Python.Run(Path.Combine(AppContext.BaseDirectory, "Equivalence", "drive_sgd.py"), folder.FullName,
                dampening.ToString(CultureInfo.InvariantCulture)).Split(' ');
            Assert.InRange(double.Parse(words[0], CultureInfo.InvariantCulture), 0, SideBySide.Exact);
            Assert.True(double.Parse(words[1], CultureInfo.InvariantCulture) > SideBySide.Different);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void Only_a_buffer_that_rests_is_corrected_before_its_rest_and_after_it()
    {
        Assert.Empty(Convert("never", EquivalentForm.TexpPlusPlus, 0.5, false, DecayForm.Coupled).Corrections);
        Assert.Empty(Convert("comes", EquivalentForm.TexpPlusPlus, 0.5, false, DecayForm.Coupled).Corrections);
        Assert.Equal([20, 45, 60, 61],
            Convert("rests", EquivalentForm.TexpPlusPlus, 0, false, DecayForm.Coupled).Corrections.Select(correction => correction.Step));
    }

    [Fact]
    public void Dampening_says_nothing_about_an_update_without_momentum()
    {
        var (damped, plain) = (new SteadyUpdate(0.1, 5e-3, 0, new UpdateRule { Dampening = 0.5 }), new SteadyUpdate(0.1, 5e-3));
        Assert.Equal(plain.UnitsPerStep, damped.UnitsPerStep);
        Assert.Equal(plain.LogTotalRate, damped.LogTotalRate);
        Assert.Equal(Equilibrium.Of(plain, 2).Norm, Equilibrium.Of(damped, 2).Norm);
        Assert.Equal(NormState.AtRest(2).Next(plain.Rule, plain.Numbers, 2), NormState.AtRest(2).Next(damped.Rule, damped.Numbers, 2));
    }

    [Fact]
    public void The_law_of_the_norm_follows_a_run_whose_momentum_rests()
    {
        var source = Convert("rests", EquivalentForm.TexpPlusPlus, 0, false, DecayForm.Coupled).Source;
        var run = SideBySide.From(SideBySide.Loss);
        var state = NormState.AtRest(SphereLoss.Norm(run.Weights));
        for (var step = 0L; step < Steps; step++)
        {
            var square = Math.Pow(SphereLoss.Norm(run.Weights), 2);
            var gradient = SideBySide.Loss.Gradient(step, run.Weights);
            var (gg, vg) = (square * gradient.Sum(g => g * g), square * gradient.Zip(run.Buffer, (g, v) => g * v).Sum());
            state = state.Next(source.Rule, source[step], gg, vg, isFirst: step == 0);
            run.Update(source.Rule, step, source[step]);
            Assert.Equal(SphereLoss.Norm(run.Weights), state.Norm, 1e-12 * state.Norm);
        }
    }

    private static Conversion Convert(string schedule, EquivalentForm form, double dampening, bool nesterov, DecayForm decay)
    {
        var momentum = schedule switch { "never" => new Constant(0), "comes" => Comes, _ => Rests };
        var source = new UpdateSchedule
        {
            LearningRate = new Steps(0.2, [40, 90], 0.5),
            WeightDecay = 5e-3,
            Momentum = momentum,
            TotalSteps = Steps,
            Rule = new() { Dampening = dampening, Nesterov = nesterov, Decay = decay },
        };
        return Converter.Convert(source, form, form == EquivalentForm.WeightDecay ? new Constant(1e-3) : null);
    }

    private static void Write(DirectoryInfo folder, string name, Action<TextWriter> write)
    {
        using var writer = new StreamWriter(Path.Combine(folder.FullName, name));
        write(writer);
    }
}
