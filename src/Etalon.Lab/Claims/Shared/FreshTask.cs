using Etalon.Engine;
using Etalon.Numerics;

namespace Etalon.Lab.Claims.Shared;

/// <summary>
/// A task that never runs out: standard normal inputs in 12 dimensions, five classes by a fixed random network u = A tanh(B x), the class
/// the largest of u, and one label in five drawn anew. Each batch is drawn for its update, so nothing can be learned by heart and the
/// gradient keeps its noise.
/// </summary>
internal sealed class FreshTask
{
    public const int Dimensions = 12, Classes = 5;

    private const int TeacherUnits = 16;
    private const double WrongLabels = 0.2;

    private readonly double[] _first = Normals("first", TeacherUnits * Dimensions, 1 / Math.Sqrt(Dimensions)),
        _second = Normals("second", Classes * TeacherUnits, 1);

    /// <summary>Draws a batch.</summary>
    /// <param name="stream">What it is drawn from.</param>
    /// <param name="inputs">[count][dimensions].</param>
    /// <param name="labels">[count].</param>
    public void Draw(ref CounterStream stream, Span<float> inputs, Span<int> labels)
    {
        for (int i = 0; i < labels.Length; i++)
        {
            var input = inputs.Slice(i * Dimensions, Dimensions);
            foreach (ref float value in input) value = (float)stream.NextNormal();
            labels[i] = stream.NextDouble() < WrongLabels ? (int)stream.NextBelow(Classes) : ClassOf(input);
        }
    }

    private int ClassOf(ReadOnlySpan<float> input)
    {
        Span<double> outputs = stackalloc double[Classes];
        for (int unit = 0; unit < TeacherUnits; unit++)
        {
            double sum = 0;
            for (int d = 0; d < Dimensions; d++) sum += _first[unit * Dimensions + d] * input[d];
            // tanh(2 h) = 1 - 2/(1 + e^(4 h)).
            double bent = 1 - 2 / (1 + Elementary.Exp(4 * sum));
            for (int c = 0; c < Classes; c++) outputs[c] += _second[c * TeacherUnits + unit] * bent;
        }
        int best = 0;
        for (int c = 1; c < Classes; c++)
            if (outputs[c] > outputs[best]) best = c;
        return best;
    }

    private static double[] Normals(string purpose, int count, double deviation)
    {
        var stream = new CounterStream(1, $"fresh/{purpose}");
        double[] values = new double[count];
        for (int i = 0; i < count; i++) values[i] = deviation * stream.NextNormal();
        return values;
    }
}
