using System.Globalization;
using Etalon.Numerics;

namespace Etalon.Engine.Tests.Numerics;

public class ElementaryTests
{
    // Units in the last place; 0.5 is a perfect rounding. The largest measured is 0.5020, of exp(x) - 1 where 2^k - 1 takes digits away.
    private const double Most = 0.503;

    /// <summary>
    /// elementary.csv, by make_elementary.py: the hardest of 20,000 drawn arguments in each range, drawn ones, and edges.
    /// </summary>
    [Theory]
    [InlineData("exp", 360)]
    [InlineData("expm1", 360)]
    [InlineData("log", 360)]
    [InlineData("log1p", 360)]
    [InlineData("log10", 240)]
    [InlineData("log2", 240)]
    [InlineData("pow", 480)]
    [InlineData("sin", 360)]
    [InlineData("cos", 360)]
    [InlineData("atan2", 240)]
    public void No_result_is_further_from_the_exact_value_than_0_503_units_in_the_last_place(string function, int atLeast)
    {
        var rows = Rows().Where(row => row[0] == function).ToList();
        Assert.True(rows.Count >= atLeast);
        Assert.All(rows, row =>
        {
            double[] numbers = [.. row[1..].Select(cell => cell.Length == 0 ? 0 : double.Parse(cell, CultureInfo.InvariantCulture))];
            double computed = Of(function)(numbers[0], numbers[1]), nearest = numbers[2];
            double unit = nearest == 0 ? double.Epsilon : Math.BitIncrement(Math.Abs(nearest)) - Math.Abs(nearest);
            double error = Math.Abs((computed - nearest) / unit - numbers[3]);
            Assert.True(error < Most, $"{function}({row[1]}, {row[2]}) = {computed:R}: {error} units off {nearest:R}");
        });
    }

    [Fact]
    public void Drawn_arguments_agree_with_whole_number_arithmetic_of_256_bits()
    {
        var stream = new CounterStream(1, "elementary");
        for (int i = 0; i < 300; i++)
        {
            double x = 1400 * stream.NextDouble() - 700, near = 2 * stream.NextDouble() - 1, angle = Math.PI * stream.NextDouble();
            double positive = Math.ScaleB(1 + stream.NextDouble(), (int)stream.NextBelow(100) - 50),
                exponent = 20 * stream.NextDouble() - 10;
            Assert.InRange(ExactNumbers.ErrorOfExp(Elementary.Exp(x), x), 0, Most);
            Assert.InRange(ExactNumbers.ErrorOfExp(Elementary.Exp(near), near), 0, Most);
            Assert.InRange(ExactNumbers.ErrorOfLog(Elementary.Log(positive), positive), 0, Most);
            Assert.InRange(ExactNumbers.ErrorOfPow(Elementary.Pow(positive, exponent), positive, exponent), 0, Most);
            Assert.InRange(ExactNumbers.ErrorOfCos(Elementary.Cos(angle), angle), 0, Most);
        }
    }

    [Fact]
    public void Powers_that_float64_holds_are_exact()
    {
        double power = 1;
        for (int n = 0; n <= 22; n++, power *= 10)
        {
            Assert.Equal(power, Elementary.Pow(10, n));
            Assert.Equal(n, Elementary.Log10(power));
        }
        for (int n = -1074; n < 1024; n += 7)
            Assert.Equal((Math.ScaleB(1, n), n), (Elementary.Pow(2, n), Elementary.Log2(Math.ScaleB(1, n))));
        Assert.Equal((0.1, 9, -27, 0.25), (Elementary.Pow(0.1, 1), Elementary.Pow(-3, 2), Elementary.Pow(-3, 3), Elementary.Pow(0.5, 2)));
    }

    [Fact]
    public void The_edges_are_those_of_the_functions()
    {
        Assert.Equal((1, 0, double.PositiveInfinity), (Elementary.Exp(0), Elementary.Exp(-800), Elementary.Exp(800)));
        Assert.Equal((0, double.PositiveInfinity), (Elementary.Exp(double.NegativeInfinity), Elementary.Exp(double.PositiveInfinity)));
        Assert.Equal((0, -1, double.PositiveInfinity), (Elementary.ExpM1(0), Elementary.ExpM1(-800), Elementary.ExpM1(800)));
        Assert.Equal((0, double.NegativeInfinity, double.PositiveInfinity),
            (Elementary.Log(1), Elementary.Log(0), Elementary.Log(double.PositiveInfinity)));
        Assert.Equal((0, double.NegativeInfinity, double.PositiveInfinity),
            (Elementary.Log1P(0), Elementary.Log1P(-1), Elementary.Log1P(double.PositiveInfinity)));
        Assert.Equal((1, 1, 0, double.PositiveInfinity),
            (Elementary.Pow(0, 0), Elementary.Pow(1, double.NaN), Elementary.Pow(0, 2), Elementary.Pow(0, -2)));
        Assert.Equal((double.PositiveInfinity, 0, 0),
            (Elementary.Pow(2, 5000), Elementary.Pow(2, -5000), Elementary.Pow(0.5, double.PositiveInfinity)));
        Assert.Equal((Math.PI, -Math.PI / 2, 0), (Elementary.Atan2(0, -1), Elementary.Atan2(-1, 0), Elementary.Atan2(0, 0)));
        Assert.All(
            (double[])[Elementary.Exp(double.NaN), Elementary.Log(-1), Elementary.Log(double.NaN), Elementary.Log1P(-2),
                Elementary.Pow(-2, 0.5), Elementary.Cos(double.PositiveInfinity), Elementary.Sin(double.NaN)],
            value => Assert.True(double.IsNaN(value)));
    }

    private static Func<double, double, double> Of(string function) => function switch
    {
        "exp" => (x, _) => Elementary.Exp(x),
        "expm1" => (x, _) => Elementary.ExpM1(x),
        "log" => (x, _) => Elementary.Log(x),
        "log1p" => (x, _) => Elementary.Log1P(x),
        "log10" => (x, _) => Elementary.Log10(x),
        "log2" => (x, _) => Elementary.Log2(x),
        "pow" => Elementary.Pow,
        "sin" => (x, _) => Elementary.Sin(x),
        "cos" => (x, _) => Elementary.Cos(x),
        _ => Elementary.Atan2,
    };

    private static IEnumerable<string[]> Rows()
    {
        using var reader = new StreamReader(typeof(ElementaryTests).Assembly.GetManifestResourceStream("elementary.csv")!);
        reader.ReadLine();
        while (reader.ReadLine() is { } line) yield return line.Split(',');
    }
}
