using Etalon.Engine.Kernels;
using Etalon.Engine.Random;

namespace Etalon.Engine.Tests.Kernels;

public class ElementaryTests
{
    // Two units in the last place of a double.
    private const double Tolerance = 4.5e-16;

    [Fact]
    public void Exp_agrees_with_the_librarys_to_two_units_in_the_last_place()
    {
        var stream = new CounterStream(1, "exp");
        for (int i = 0; i < 20_000; i++)
        {
            double x = (stream.NextDouble() - 0.5) * 1400, exact = Math.Exp(x);
            Assert.True(Math.Abs(Elementary.Exp(x) - exact) <= Tolerance * exact + double.Epsilon, $"exp({x:R})");
        }
    }

    [Fact]
    public void Log_agrees_with_the_librarys_to_two_units_in_the_last_place()
    {
        var stream = new CounterStream(1, "log");
        for (int i = 0; i < 20_000; i++)
        {
            double x = Math.Exp((stream.NextDouble() - 0.5) * 1400), exact = Math.Log(x);
            Assert.True(Math.Abs(Elementary.Log(x) - exact) <= Tolerance * Math.Abs(exact), $"log({x:R})");
            double near = 1 + (stream.NextDouble() - 0.5) * 1e-3;
            Assert.True(Math.Abs(Elementary.Log(near) - Math.Log(near)) <= Tolerance * Math.Abs(Math.Log(near)), $"log({near:R})");
        }
    }

    [Fact]
    public void Log1P_keeps_the_digits_of_small_numbers()
    {
        // ln(1 + x) = x - x^2/2 + x^3/3 - ...
        foreach (double x in (double[])[1e-300, 1e-18, -1e-18, 1e-9, -1e-9])
            Assert.Equal(x - x * x / 2, Elementary.Log1P(x), Math.Abs(x) * Tolerance);
        Assert.Equal(Math.Log(3), Elementary.Log1P(2), 1e-15);
    }

    [Fact]
    public void The_edges_are_those_of_the_functions()
    {
        Assert.Equal(1, Elementary.Exp(0));
        Assert.Equal(0, Elementary.Exp(-800));
        Assert.Equal(double.PositiveInfinity, Elementary.Exp(800));
        Assert.True(double.IsNaN(Elementary.Exp(double.NaN)));
        Assert.Equal(0, Elementary.Log(1));
        Assert.Equal(double.NegativeInfinity, Elementary.Log(0));
        Assert.Equal(double.PositiveInfinity, Elementary.Log(double.PositiveInfinity));
        Assert.True(double.IsNaN(Elementary.Log(-1)));
        Assert.True(double.IsNaN(Elementary.Log(double.NaN)));
    }
}
