using Etalon.Lab;
using Etalon.Lab.Diagnosis;
using Etalon.Lab.Diagnosis.Logs;
using Etalon.Lab.Tests.Diagnosis;
using Etalon.Workbench.Commands;

namespace Etalon.Workbench.Tests.Diagnosis;

/// <summary>Logs as people and crashes leave them: what can be read is read, and the rest is said with its place.</summary>
public class CsvLogTests
{
    private const string Header = "step,lr,weight_decay,momentum,norm/a\n";

    [Theory]
    [InlineData("0,0.1,5e-4,0.9,1\n10,0.1,5e-4,0.9,nan\n",
        "log.csv:3:5: norm/a is \"nan\", which is not finite; the cell counts as missing")]
    [InlineData("0,0.1,5e-4,0.9,1\n10,0.1,5e-4,0.9,-inf\n",
        "log.csv:3:5: norm/a is \"-inf\", which is not finite; the cell counts as missing")]
    [InlineData("0,0.1,5e-4,0.9,1\n10,0.1,oops,0.9,1\n",
        "log.csv:3:3: weight_decay is \"oops\", which is not a number; the cell counts as missing")]
    [InlineData("0,0.1,5e-4,1.5,1\n",
        "log.csv:2:4: momentum is \"1.5\", which must be at least 0 and less than 1; the cell counts as missing")]
    [InlineData("0,0.1,5e-4,0.9,0\n", "log.csv:2:5: norm/a is \"0\", which must be positive: the norm |w|; the cell counts as missing")]
    [InlineData("0,0.1,5e-4,0.9,1e60\n", "log.csv:2:5: norm/a is \"1e60\", which is beyond 1e50; the cell counts as missing")]
    [InlineData("0,0.1,5e-4,0.9,1\nfive,0.1,5e-4,0.9,1\n",
        "log.csv:3:1: step is \"five\", and must be a whole number of at least 0; the row is left out")]
    [InlineData("0,0.1,5e-4,0.9,1\n10,0.1\n",
        "log.csv:3:2: has 2 cells where the header has 5; the last number may be cut off; the row is left out")]
    [InlineData("0,0.1,5e-4,0.9,1\n10,0.1,5e-4,0.9,1\n20,0.1,5e-\n30,0.1,5e-4,0.9,1\n",
        "log.csv:4:3: has 3 cells where the header has 5; the last number may be cut off; the row is left out")]
    [InlineData("0,0.1,5e-4,0.9,1\n10,0.1,1e-400,0.9,1\n",
        "log.csv:3:3: weight_decay is \"1e-400\", which is nearer to 0 than any float64; the cell counts as missing")]
    [InlineData("0,0,1,5e-4,0.9,1\n10,0.1,5e-4,0.9,1\n",
        "log.csv:2:6: has more cells than the header; nobody knows which number is which (numbers need a point, not a comma); the row is "
        + "left out")]
    [InlineData("0,0.1,5e-4,0.9,1\n10,0.1,5e-4,0.9,0.12",
        "log.csv:3: the last line has no end; a number in it may be cut off; the row is left out")]
    [InlineData("10,0.1,5e-4,0.9,1\n0,0.1,5e-4,0.9,1\n",
        "log.csv:3:1: step 0 comes after step 10; the rows are read in the order of their steps")]
    [InlineData("0,0.1,5e-4,0.9,1\n0,0.1,5e-4,0.9,2\n",
        "log.csv:3:1: step 0 stands in line 2 already; the later row counts, as after a run that was resumed")]
    [InlineData("0,0.1,5e-4,0.9,1\n10,0.1,5e-4,0.9,0.12\0\n",
        "log.csv:3:5: norm/a is \"0.12\\0\", which is not a number; the cell counts as missing")]
    public void A_fault_of_a_row_is_said_with_its_place_and_the_rest_is_read(string rows, string warning)
    {
        var log = Read(Header + rows);
        Assert.Equal(warning, Assert.Single(log.Warnings));
        Assert.InRange(log.Steps.Length, 1, 3);
        Assert.Single(RunDiagnosis.Of(log).Findings, finding => finding is { Id: "D3", Group: "a" });
    }

    [Fact]
    public void A_decimal_comma_that_fills_the_nameless_last_column_leaves_its_row_out()
    {
        var log = Read(Header.TrimEnd('\n') + ",\n0,0.1,5e-4,0.9,1,\n10,0,1,5e-4,0.9,1\n");
        Assert.Equal(
            "log.csv:3:6: has a cell in a column without a name; nobody knows which number is which (numbers need a point, not a comma); "
            + "the row is left out", Assert.Single(log.Warnings));
        Assert.Equal([0L], log.Steps);
    }

    [Fact]
    public void Faults_of_a_kind_are_counted_and_all_kinds_are_said_at_once()
    {
        var log = Read(Header + "0,0.1,5e-4,0.9,1\n1,0.1,5e-4,0.9,nan\n2,0.1,x,0.9,nan\n3,0.1,5e-4,0.9,nan\n");
        Assert.Equal(
            ["log.csv:3:5: norm/a is \"nan\", which is not finite; the cell counts as missing (and 2 more like it, the last in line 5)",
                "log.csv:4:3: weight_decay is \"x\", which is not a number; the cell counts as missing"],
            log.Warnings);
    }

    [Fact]
    public void Of_two_rows_with_one_step_the_later_counts()
    {
        var log = Read(Header + "0,0.1,5e-4,0.9,1\n10,0.1,5e-4,0.9,2\n20,0.1,5e-4,0.9,3\n10,0.1,5e-4,0.9,4\n20,0.1,5e-4,0.9,5\n");
        Assert.Equal([0L, 10, 20], log.Steps);
        Assert.Equal([1.0, 4, 5], log.Groups[0].Norm);
    }

    [Fact]
    public void The_order_of_columns_does_not_matter_nor_do_others_between_them()
    {
        var log = Read("loss,norm/a,momentum,step,lr,weight_decay,\"gradsq/a\"\n0.5, 1.5 ,0.9,10.0,0.1,5e-4,\"2\"\n");
        Assert.Empty(log.Warnings);
        Assert.Equal((10L, 0.1, 5e-4, 0.9, 1.5, 2.0),
            (log.Steps[0], log.Rate[0], log.WeightDecay[0], log.Momentum[0], log.Groups[0].Norm[0], log.Groups[0].GradientSquare[0]));
    }

    [Theory]
    [InlineData("iteration,learning_rate,wd,mu,norm/a,gradsq/a")]
    [InlineData("_step,train/lr,weight-decay,momentum,w_norm/a,grad_sq/a")]
    [InlineData("Step,LR,Weight_Decay,Momentum,Norm/a,GradSq/a")]
    public void Columns_have_the_names_that_other_loggers_give_them(string header)
    {
        var log = Read(header + "\n5,0.1,5e-4,0.9,3,4\n");
        Assert.Empty(log.Warnings);
        Assert.Equal((5L, 0.1, 5e-4, 0.9, 3.0, 4.0),
            (log.Steps[0], log.Rate[0], log.WeightDecay[0], log.Momentum[0], log.Groups[0].Norm[0], log.Groups[0].GradientSquare[0]));
    }

    [Fact]
    public void Norms_that_stand_for_squares_and_squares_that_stand_for_norms_are_made_so()
    {
        var log = Read("step,lr,weight_decay,momentum,normsq/a,grad_norm/a,grad_norm\n5,0.1,5e-4,0.9,9,2,7\n");
        Assert.Empty(log.Warnings);
        Assert.Equal((3.0, 4.0, 49.0), (log.Groups[0].Norm[0], log.Groups[0].GradientSquare[0], log.Groups[1].GradientSquare[0]));
    }

    [Fact]
    public void Calls_of_a_logger_are_no_updates_where_the_log_has_those_too()
    {
        var log = Read("_step,global_step,lr,weight_decay,momentum,norm/a\n1,50,0.1,5e-4,0.9,3\n");
        Assert.Equal((50, "_step"), (log.Steps[0], Assert.Single(log.Ignored)));
    }

    [Fact]
    public void A_column_by_its_own_name_counts_before_another_that_means_the_same()
    {
        var log = Read("step,learning_rate,lr,weight_decay,momentum,norm/a\n5,7,0.1,5e-4,0.9,3\n");
        Assert.Equal((0.1, "learning_rate"), (log.Rate[0], Assert.Single(log.Ignored)));
    }

    [Fact]
    public void A_column_that_is_misspelled_is_told_with_what_was_probably_meant()
    {
        var log = Read("step,lr,weigth_decay,momentum,norm/a,grdsq/a\n5,0.1,5e-4,0.9,3,4\n");
        Assert.Contains("log.csv:1:3: the column weigth_decay means nothing here; did you mean weight_decay?", log.Warnings);
        Assert.Contains("log.csv:1:6: the column grdsq/a means nothing here; did you mean gradsq/a?", log.Warnings);
    }

    [Fact]
    public void Nesterov_may_be_True_and_the_optimizer_is_a_word()
    {
        var log = Read("step,optimizer,lr,weight_decay,momentum,nesterov,dampening,norm/a\n5,SGD,0.1,5e-4,0.9,True,0,3\n");
        Assert.Empty(log.Warnings);
        Assert.Equal((true, "SGD"), (log.Rule.Nesterov, log.Optimizer));
    }

    [Theory]
    [InlineData("\r\n")]
    [InlineData("\r")]
    [InlineData("\n")]
    public void Lines_may_end_in_any_way_and_a_byte_order_mark_may_stand_in_front(string end)
    {
        var log = Read("\ufeff" + (Header + "0,0.1,5e-4,0.9,1\n\n10,0.1,5e-4,0.9,2\n").Replace("\n", end, StringComparison.Ordinal));
        Assert.Empty(log.Warnings);
        Assert.Equal([0L, 10], log.Steps);
    }

    [Theory]
    [InlineData("", "log.csv: is empty; a log has a header and a row for each logged update")]
    [InlineData("step;lr;norm/a\n0;0,1;1\n", "log.csv:1: the columns are not separated by commas; write commas, and points in numbers")]
    [InlineData("0,0.1,5e-4,0.9,1\n", "log.csv:1: the first line has no names of columns; *")]
    [InlineData("lr,norm/a\n0.1,1\n", "log.csv:1: there is no column step, the 0-based number of the update; *")]
    [InlineData("step,lr,loss\n0,0.1,1\n", "log.csv:1: there is no column of a group of weights, such as norm/conv1.weight; *")]
    [InlineData("step,norm/a\n", "log.csv: no row can be used; a log needs a row for each logged update below its header")]
    public void What_is_no_log_is_refused_with_the_remedy(string text, string problem)
    {
        var refused = Assert.Throws<InputException>(() => Read(text));
        Assert.Matches("^" + System.Text.RegularExpressions.Regex.Escape(problem).Replace("\\*", ".*", StringComparison.Ordinal) + "$",
            refused.Problems[0]);
    }

    [Fact]
    public void Missing_numbers_are_named_with_what_cannot_be_said_and_what_else_there_is()
    {
        var log = Read("step,rate_of_learning,loss,norm/a\n0,0.1,5e-4,1\n10,0.1,5e-4,1\n");
        Assert.Equal(3, log.Warnings.Count);
        Assert.Equal(
            "log.csv:1: there is no column lr; without the learning rate nothing can be said of speed, equilibrium or angles. Columns "
            + "not read: rate_of_learning, loss", log.Warnings[0]);
        var diagnosis = RunDiagnosis.Of(log);
        Assert.Empty(diagnosis.Flags);
        Assert.Contains("missing in the log", string.Join(' ', DiagnosisText.Headline(diagnosis, 80)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_log_too_large_is_thinned_and_says_the_same()
    {
        string text = new SphereRun { Every = 1 }.Log(column => !column.Contains("conv", StringComparison.Ordinal));
        var log = CsvLog.Read(new StringReader(text), "log.csv", mostCells: 4000);
        Assert.InRange(log.Steps.Length, 190, 400);
        Assert.Equal("log.csv: is larger than 4,000 numbers; one row in 8 is used", Assert.Single(log.Warnings));
        var (few, all) = (RunDiagnosis.Of(log), RunDiagnosis.Of(Read(text)));
        Assert.Empty(few.Flags);
        double Units(RunDiagnosis diagnosis) => diagnosis.Findings.First(finding => finding.Id == "D3").Value;
        Assert.Equal(Units(all), Units(few), 0.05);
    }

    [Fact]
    public void A_text_without_an_end_is_refused_in_bounded_memory()
    {
        var refused = Assert.Throws<InputException>(() => CsvLog.Read(new Endless(), "device"));
        Assert.Contains("device:1: has more than", refused.Problems[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_is_a_problem_of_the_input() =>
        Assert.Contains("no-such", Assert.Throws<InputException>(() => CsvLog.Read("no-such.csv")).Problems[0], StringComparison.Ordinal);

    private static RunLog Read(string text) => CsvLog.Read(new StringReader(text), "log.csv");

    private sealed class Endless : TextReader
    {
        public override int ReadBlock(char[] buffer, int index, int count)
        {
            buffer.AsSpan(index, count).Fill('x');
            return count;
        }

        public override int ReadBlock(Span<char> buffer)
        {
            buffer.Fill('x');
            return buffer.Length;
        }
    }
}
