using System.Numerics;
using Etalon.Engine;
using Etalon.Lab.Data;
using Etalon.Lab.Training;

namespace Etalon.Lab.Curvature;

/// <summary>
/// Measures the leading eigenvalue of the Hessian of the training loss by power iteration on gradients: H v is (g(w + e v) - g(w - e v)) /
/// 2e with |v| = 1.
/// </summary>
/// <remarks>
/// The loss is the one that training minimizes, without weight decay: the mean over the first images of the training split, unvaried, in
/// batches of the recipe's size, each normalized by its own statistics. The network and its running statistics are afterwards as they were.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class HessianProbe<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    // Far above the rounding of float32 weights, far below their size.
    private const double Step = 1e-3;

    private readonly Network<T> _network;
    private readonly List<Batch<T>> _batches = [];
    private readonly T[] _weights, _state;
    private double[] _direction, _product;

    /// <summary>A probe of the network of a trainer between two updates.</summary>
    /// <param name="trainer">The trainer.</param>
    /// <param name="images">Images whose mean loss is looked at, at least 1; all where there are fewer.</param>
    public HessianProbe(Trainer<T> trainer, int images = 1000)
    {
        ArgumentNullException.ThrowIfNull(trainer);
        ArgumentOutOfRangeException.ThrowIfLessThan(images, 1);
        _network = trainer.Network;
        var data = trainer.Data.Limit(images, null);
        // Standardized as for training, that is by the statistics of the whole split.
        var source = BatchSource<T>.InOrder(trainer.Data, data.Training, trainer.TrainingBatches.BatchSize);
        for (int index = 0; index < source.BatchesPerEpoch; index++)
        {
            var batch = new Batch<T>(source);
            batch.Read(source, epoch: 0, index);
            _batches.Add(batch);
        }
        (_weights, _state) = (new T[_network.Parameters.Length], new T[_network.State.Length]);
        (_direction, _product) = (new double[_weights.Length], new double[_weights.Length]);
    }

    /// <summary>Measures.</summary>
    /// <param name="iterations">Products with the Hessian, two gradients each; at least 1.</param>
    public HessianReading Measure(int iterations = 20)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(iterations, 1);
        _network.Parameters.Span.CopyTo(_weights);
        _network.State.Span.CopyTo(_state);
        BeginAtRandom(_network.Parameters);
        double eigenvalue = 0, residual = 1;
        try
        {
            for (int i = 0; i < iterations; i++)
            {
                Multiply();
                double length = Math.Sqrt(Dot(_product, _product));
                if (length == 0) break;
                eigenvalue = Dot(_direction, _product);
                residual = Math.Sqrt(Math.Max(0, length * length - eigenvalue * eigenvalue)) / length;
                for (int j = 0; j < _product.Length; j++) _product[j] /= length;
                (_direction, _product) = (_product, _direction);
            }
        }
        finally
        {
            _weights.CopyTo(_network.Parameters.Span);
            _state.CopyTo(_network.State.Span);
        }
        return new HessianReading(eigenvalue, residual, _batches.Sum(batch => batch.Count));
    }

    // Tensor by tensor: the gaps between tensors stay 0.
    private void BeginAtRandom(Region<T> parameters)
    {
        Array.Clear(_direction);
        foreach (var tensor in parameters.Tensors)
        {
            var stream = new CounterStream(seed: 1, $"hessian/{tensor.Name}");
            for (long i = tensor.Offset; i < tensor.Offset + tensor.Length; i++) _direction[i] = stream.NextNormal();
        }
        double length = Math.Sqrt(Dot(_direction, _direction));
        for (int i = 0; i < _direction.Length; i++) _direction[i] /= length;
    }

    private void Multiply()
    {
        Array.Clear(_product);
        AddGradient(Step, 1 / (2 * Step));
        AddGradient(-Step, -1 / (2 * Step));
    }

    // Adds factor times the gradient at w + step v.
    private void AddGradient(double step, double factor)
    {
        var parameters = _network.Parameters.Span;
        for (int i = 0; i < parameters.Length; i++)
            parameters[i] = T.CreateTruncating(double.CreateTruncating(_weights[i]) + step * _direction[i]);
        int images = _batches.Sum(batch => batch.Count);
        foreach (var batch in _batches)
        {
            _network.Forward(batch.Pixels, batch.Labels, isTraining: true);
            _network.Backward();
            var gradients = _network.Gradients.Span;
            double share = factor * batch.Count / images;
            for (int i = 0; i < gradients.Length; i++) _product[i] += share * double.CreateTruncating(gradients[i]);
        }
    }

    private static double Dot(double[] one, double[] two)
    {
        double sum = 0;
        for (int i = 0; i < one.Length; i++) sum += one[i] * two[i];
        return sum;
    }
}

/// <summary>The leading eigenvalue of a loss's Hessian, as power iteration found it.</summary>
/// <param name="Eigenvalue">The eigenvalue of largest absolute value: v H v of the last direction v, of length 1.</param>
/// <param name="Residual">|H v - eigenvalue v| / |H v|: 0 where v is an eigenvector, near 1 where the iteration has not settled.</param>
/// <param name="Images">The images whose mean loss it is.</param>
internal sealed record HessianReading(double Eigenvalue, double Residual, int Images)
{
    /// <summary>
    /// 2 / eigenvalue: the rate above which plain gradient descent on the quadratic approximation grows; infinite where the eigenvalue is
    /// not positive.
    /// </summary>
    public double LargestStableRate => Eigenvalue > 0 ? 2 / Eigenvalue : double.PositiveInfinity;
}
