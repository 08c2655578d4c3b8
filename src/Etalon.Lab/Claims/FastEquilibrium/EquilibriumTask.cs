using Etalon.Engine;
using Etalon.Numerics;

namespace Etalon.Lab.Claims.FastEquilibrium;

/// <summary>
/// A task that a small network learns well but never perfectly: standard normal inputs in 20 dimensions, four classes by a fixed random
/// network u = A tanh(B x), the class the largest of u; one label in five of the training set is drawn anew, so that the gradient keeps its
/// noise.
/// </summary>
internal sealed class EquilibriumTask
{
    public const int Dimensions = 20, Classes = 4, TrainingCount = 1024, TestCount = 256;

    private const int TeacherUnits = 12;
    private const double WrongLabels = 0.2;

    private readonly double[] _first, _second;

    public EquilibriumTask(ulong seed)
    {
        _first = Normals(seed, "teacher/first", TeacherUnits * Dimensions, 1 / Math.Sqrt(Dimensions));
        _second = Normals(seed, "teacher/second", Classes * TeacherUnits, 1);
        Training = [.. Normals(seed, "training inputs", TrainingCount * Dimensions, 1).Select(value => (float)value)];
        Test = [.. Normals(seed, "test inputs", TestCount * Dimensions, 1).Select(value => (float)value)];
        TestLabels = [.. Enumerable.Range(0, TestCount).Select(i => ClassOf(Test, i))];
        var stream = new CounterStream(seed, "wrong labels");
        TrainingLabels = new int[TrainingCount];
        for (int i = 0; i < TrainingCount; i++)
            TrainingLabels[i] = stream.NextDouble() < WrongLabels ? (int)stream.NextBelow(Classes) : ClassOf(Training, i);
    }

    /// <summary>[count][dimensions].</summary>
    public float[] Training { get; }

    public int[] TrainingLabels { get; }

    /// <summary>[count][dimensions]: the inputs for which predictions are compared.</summary>
    public float[] Test { get; }

    /// <summary>The teacher's classes, all of them right.</summary>
    public int[] TestLabels { get; }

    private int ClassOf(float[] inputs, int example)
    {
        var hidden = new double[TeacherUnits];
        for (int i = 0; i < TeacherUnits; i++)
            for (int d = 0; d < Dimensions; d++)
                hidden[i] += _first[i * Dimensions + d] * inputs[example * Dimensions + d];
        // tanh(2 h) = 1 - 2/(1 + e^(4 h)).
        double Output(int c) =>
            Enumerable.Range(0, TeacherUnits).Sum(i => _second[c * TeacherUnits + i] * (1 - 2 / (1 + Elementary.Exp(4 * hidden[i]))));
        return Enumerable.Range(0, Classes).MaxBy(Output);
    }

    private static double[] Normals(ulong seed, string purpose, int count, double deviation)
    {
        var stream = new CounterStream(seed, $"equilibrium/{purpose}");
        var values = new double[count];
        for (int i = 0; i < count; i++) values[i] = deviation * stream.NextNormal();
        return values;
    }
}
