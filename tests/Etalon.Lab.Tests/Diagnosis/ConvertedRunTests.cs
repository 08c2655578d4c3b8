using Etalon.Lab.Diagnosis;
using Etalon.Lab.Diagnosis.Logs;
using Etalon.Numerics;

namespace Etalon.Lab.Tests.Diagnosis;

/// <summary>A log of weights that are trained in an equivalent form: without decay, at a rate that grows.</summary>
public sealed class ConvertedRunTests
{
    [Fact]
    public void A_run_in_an_equivalent_form_has_no_decay_and_no_fault()
    {
        var diagnosis = RunDiagnosis.Of(LogOf("group 0 covered: lr 0.1 weight_decay 0 momentum 0: 1 parameters of 9 numbers: a"));
        Assert.Empty(diagnosis.Flags);
        Assert.Contains(diagnosis.NotLookedAt, each => each.Contains("trained in an equivalent form", StringComparison.Ordinal));
    }

    [Fact]
    public void The_same_numbers_are_a_fault_where_the_decay_was_meant_for_these_weights()
    {
        var flag = Assert.Single(RunDiagnosis.Of(LogOf("group 0: lr 0.1 weight_decay 0 momentum 0: 1 parameters of 9 numbers: a")).Flags);
        Assert.Equal(FlagKind.DecayMissing, flag.Kind);
    }

    [Fact]
    public void A_converted_run_is_not_held_against_the_numbers_of_its_recipe()
    {
        var log = LogOf("group 0 covered: lr 0.1 weight_decay 0 momentum 0: 1 parameters of 9 numbers: a");
        var diagnosis = RunDiagnosis.Of(log, Reference.Of(LogOf("group 0: lr 1 weight_decay 0 momentum 0: 1 parameters of 9 numbers: a")));
        Assert.Empty(diagnosis.Flags);
        Assert.Contains(diagnosis.NotLookedAt, each => each.Contains("those of an equivalent form", StringComparison.Ordinal));
    }

    // |w|² grows by (η |g|)² at each update, since the gradient is orthogonal to the weights; the run's decay is that of other weights.
    private static RunLog LogOf(string note)
    {
        var text = new StringWriter(System.Globalization.CultureInfo.InvariantCulture);
        text.WriteLine("step,optimizer,lr,weight_decay,momentum,dampening,nesterov,weight_decay/a,norm/a,gradsq/a,dot/a,note");
        double square = 1;
        for (int step = 0; step < 60; step++)
        {
            double rate = 0.1 * Elementary.Exp(0.01 * step), gradient = 0.02 / square;
            text.WriteLine($"{step},SGD,{rate:R},0.02,0,0,0,0,{Math.Sqrt(square):R},{gradient:R},0,{(step == 0 ? note : "")}");
            square += rate * rate * gradient;
        }
        return CsvLog.Read(new StringReader(text.ToString()), "converted.csv");
    }
}
