using Etalon.Lab.Recipes;

namespace Etalon.Lab.Tests.Recipes;

/// <summary>
/// Tables of schedules are read like logs: no row is believed that may be another one's, and here one such row refuses the file.
/// </summary>
public class TableFileTests
{
    [Theory]
    [InlineData("step,lr\n0,0.1\n2,0.2\n",
        "lr.csv:3:1: step is \"2\" where 1 must stand; "
        + "a table has a row for each update from 0 on, in order, none twice and none left out")]
    [InlineData("step,lr\n0,0.1\n0,0.2\n", "lr.csv:3:1: step is \"0\" where 1 must stand")]
    [InlineData("step,lr\n1,0.1\n0,0.2\n", "lr.csv:2:1: step is \"1\" where 0 must stand")]
    [InlineData("step,lr\n100,0.1\n101,0.2\n", "lr.csv:2:1: step is \"100\" where 0 must stand")]
    [InlineData("lr,step\n0.1,0\n0.2,one\n", "lr.csv:3:2: step is \"one\" where 1 must stand")]
    [InlineData("step,lr\n0,0.1\n1,0,5\n2,0.1\n",
        "lr.csv:3:3: has more cells than the header; nobody knows which number is which (numbers need a point, not a comma); mend the row")]
    [InlineData("step,lr,momentum\n0,0.1,0.9\n1,0.\n2,0.1,0.9\n",
        "lr.csv:3:2: has 2 cells where the header has 3; the last number may be cut off; mend the row")]
    [InlineData("step,lr\n0,0.1\n1,0.1",
        "lr.csv:3: the last line has no end; a number in it may be cut off; end it with a line feed where it is whole")]
    [InlineData("0.1\n0.05", "lr.csv:2: the last line has no end")]
    [InlineData("step,lr\n0,0.1\n\n1,0.1\n", "lr.csv:3: is an empty line; a table has a row for each update from 0 on")]
    [InlineData("weight_decay\n5e-4\n", "lr.csv:1: has no column lr; the first line must name it, and names weight_decay")]
    [InlineData("x\n0.1\n", "lr.csv:1: has no column lr; the first line must name it, and names x")]
    [InlineData("0,0.1\n1,0.2\n", "lr.csv:1: has no column lr; the first line must name it, and names 0, 0.1")]
    [InlineData("step,lr,lr\n0,0.1,0.2\n", "lr.csv:1: names the column lr twice; keep one")]
    [InlineData("step,step,lr\n0,0,0.1\n", "lr.csv:1: names the column step twice; keep one")]
    [InlineData("step,lr\n", "lr.csv: has no row of numbers")]
    [InlineData("step,lr\n0,1e-400\n", "lr.csv:2:2: lr is \"1e-400\", which is nearer to 0 than any float64")]
    [InlineData("step,lr\n0,1e400\n", "lr.csv:2:2: lr is \"1e400\", which is beyond the largest float64")]
    [InlineData("step,lr\n0,nan\n", "lr.csv:2:2: lr is \"nan\", which is not finite")]
    [InlineData("step,lr\n0,\n", "lr.csv:2:2: lr is \"\", which is not a number")]
    [InlineData("step,lr\n0,-0.1\n", "lr.csv:2:2: lr is \"-0.1\", which cannot be: a rate is never negative; write 0 or more")]
    [InlineData("STEP,lr\n100,0.1\n101,0.2\n", "lr.csv:2:1: step is \"100\" where 0 must stand")]
    [InlineData("Step,step,lr\n0,0,0.1\n", "lr.csv:1: names the column step twice; keep one")]
    [InlineData("global_step,lr\n100,0.1\n101,0.2\n", "lr.csv:2:1: global_step is \"100\" where 0 must stand")]
    [InlineData("_step,lr\n1,0.1\n2,0.2\n", "lr.csv:2:1: _step is \"1\" where 0 must stand")]
    [InlineData("iteration,lr\n1,0.1\n2,0.2\n",
        "lr.csv:2:1: iteration is \"1\" where 0 must stand; a table has a row for each update from 0 on, in order, none twice and none "
        + "left out")]
    [InlineData("Epoch,lr\n0,0.1\n0,0.2\n", "lr.csv:3:1: epoch is \"0\" where 1 must stand")]
    [InlineData("epoch,lr\n0,0.1\n1,0.1\n2,0.01\n",
        "lr.csv:3:1: epoch counts the rows, and a table has a row for each update from 0 on; write a row for each update, or steps")]
    [InlineData("lr,t\n0.1,0\n0.2,2\n", "lr.csv:3:2: t is \"2\" where 1 must stand")]
    [InlineData("t,T,lr\n0,0,0.1\n", "lr.csv:1: names the column t twice; keep one")]
    [InlineData("iter,lr\n0,0.1\n10,0.1\n", "lr.csv:3:1: iter is \"10\" where 1 must stand")]
    [InlineData("update,lr\n0,0.1\n,0.1\n", "lr.csv:3:1: update is \"\" where 1 must stand")]
    [InlineData("step,lr,\n0,0,5\n1,0,4\n",
        "lr.csv:2:3: has a cell in a column without a name; nobody knows which number is which (numbers need a point, not a comma); mend "
        + "the row")]
    [InlineData("lr,,\n0.1,,\n0.1, ,2\n", "lr.csv:3:3: has a cell in a column without a name")]
    [InlineData("lr\n0.1\n0.2\0\0\n", "lr.csv:3:1: lr is \"0.2\\0\\0\", which is not a number")]
    [InlineData("step,lr\n0\0,0.1\n", "lr.csv:2:1: step is \"0\\0\" where 0 must stand")]
    public void A_row_that_cannot_be_believed_refuses_the_table_with_its_place(string table, string problem)
    {
        using var folder = new TemporaryFolder();
        string refused = Assert.Single(Assert.Throws<InputException>(() => Read(folder, table)).Problems);
        Assert.Contains("learning_rate.table.file = lr.csv: ", refused, StringComparison.Ordinal);
        Assert.Contains(problem, refused, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("step,lr\n0,0.1\n1,0.2\n2,0\n")]
    [InlineData("step,lr,weight_decay,momentum,log_lr\r\n0,0.1,5e-4,0.9,-2.3\r\n1,0.2,5e-4,0.9,-1.6\r\n2,0e5,5e-4,0.9,-inf\r\n\r\n")]
    [InlineData("\ufeff\"step\", lr \n 0.0, 0.1 \n1,\"0.2\"\n2,0\n")]
    [InlineData("lr\n0.1\n0.2\n0\n")]
    [InlineData("epoch,step,lr\n0,0,0.1\n0,1,0.2\n1,2,0\n")]
    [InlineData("iteration,lr\n0,0.1\n1,0.2\n2,0\n")]
    [InlineData(",lr\n0,0.1\n1,0.2\n2,0\n")]
    [InlineData("step,lr,\n0,0.1,\n1,0.2,\n2,0, \n")]
    [InlineData("0.1\n0.2\n0\n")]
    public void A_table_that_counts_its_updates_is_read_to_the_digit(string table)
    {
        using var folder = new TemporaryFolder();
        var rate = Read(folder, table).LearningRate;
        Assert.Equal([0.1, 0.2, 0.0], [rate.ValueAt(0), rate.ValueAt(1), rate.ValueAt(2)]);
        Assert.Equal(3, rate.Length);
    }

    // What a recipe takes for a number a table takes for the same one, and nothing else: they have one rule.
    [Theory]
    [InlineData("1_000")]
    [InlineData("+5.e-1")]
    [InlineData(".5")]
    [InlineData("-0.0")]
    [InlineData("1__0")]
    [InlineData("1e")]
    [InlineData("0x10")]
    [InlineData("1e-400")]
    [InlineData("1e400")]
    [InlineData("0.5f")]
    public void A_cell_is_read_as_a_recipe_reads_its_numbers(string number)
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(Bits(() => RecipeReader.Read($"duration: 1ba\nlearning_rate: {{table: {{values: [{number}]}}}}").Recipe),
            Bits(() => Read(folder, $"lr\n{number}\n")));

        static long? Bits(Func<Recipe> read)
        {
            try
            {
                return BitConverter.DoubleToInt64Bits(read().LearningRate.ValueAt(0));
            }
            catch (InputException)
            {
                return null;
            }
        }
    }

    [Theory]
    [InlineData("no.csv", "no such file; the path counts from the recipe's folder")]
    [InlineData("empty.csv", "the file is empty; it needs a header, and a row for each update from 0 on")]
    [InlineData("folder", "is a folder; name a CSV file in it")]
    [InlineData("/dev/null", "is no file but a device or a pipe; name a CSV file")]
    public void What_holds_no_table_is_told_for_what_it_is(string file, string problem)
    {
        Assert.SkipWhen(file[0] == '/' && OperatingSystem.IsWindows(), "has no devices among its files");
        using var folder = new TemporaryFolder();
        File.WriteAllText(Path.Combine(folder.Path, "empty.csv"), "");
        Directory.CreateDirectory(Path.Combine(folder.Path, "folder"));
        string recipe = $"duration: 3ba\nlearning_rate: {{table: {{file: {file}}}}}";
        string refused = Assert.Single(
            Assert.Throws<InputException>(() => RecipeReader.Read(recipe, Path.Combine(folder.Path, "r.yaml"))).Problems);
        Assert.EndsWith($"learning_rate.table.file = {file}: {problem}", refused, StringComparison.Ordinal);
    }

    private static Recipe Read(TemporaryFolder folder, string table)
    {
        File.WriteAllText(Path.Combine(folder.Path, "lr.csv"), table);
        return RecipeReader.Read("duration: 3ba\nlearning_rate: {table: {file: lr.csv}}", Path.Combine(folder.Path, "r.yaml")).Recipe;
    }
}
