namespace Etalon.Engine;

/// <summary>
/// What training minimizes: the mean over a batch of a number for each example, from the network's outputs z [outputs] and a label.
/// </summary>
/// <remarks>Computed in double: a batch has few outputs, and the loss then has the same meaning for float32 and float64.</remarks>
public abstract class Loss
{
    /// <summary>The word for it in recipes.</summary>
    public abstract string Name { get; }

    /// <summary>What evaluations report: the loss itself, or the same without what only training adds to it.</summary>
    public virtual Loss ForEvaluation => this;

    /// <summary>The outputs a network needs for so many classes.</summary>
    public virtual int OutputsFor(int classes) => classes;

    /// <summary>The classes that so many outputs tell apart: labels are 0 to this less 1.</summary>
    public virtual int ClassesOf(int outputs) => outputs;

    /// <summary>The loss of one example and its gradient by the outputs.</summary>
    /// <param name="outputs">z.</param>
    /// <param name="label">The class, 0-based.</param>
    /// <param name="gradient">Receives d loss / d z; as long as <paramref name="outputs"/>.</param>
    public abstract double Evaluate(ReadOnlySpan<double> outputs, int label, Span<double> gradient);

    /// <summary>The class that the outputs predict: the largest, the first of equals.</summary>
    public virtual int Predict(ReadOnlySpan<double> outputs)
    {
        int best = 0;
        for (int i = 1; i < outputs.Length; i++)
            if (outputs[i] > outputs[best]) best = i;
        return best;
    }
}
