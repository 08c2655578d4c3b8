using System.Numerics;

namespace Etalon.Engine;

/// <summary>
/// Weight normalization with the scale fixed to 1 (Salimans and Kingma, NeurIPS 2016): the layer computes with w = v / |v| for each output
/// channel of its parameters v [rows][columns].
/// </summary>
/// <remarks>
/// With g the gradient of w, that of v is (g - (g.w) w) / |v|: it is orthogonal to v, so a step of gradient descent makes |v|^2 grow by
/// eta^2 |P g|^2 / |v|^2, which is WNGrad's b = b + eta^2 |P g|^2 / b with b = |v|^2 (Wu, Ward, Bottou, arXiv 1803.02865).
/// </remarks>
internal sealed unsafe class WeightDirections<T>(int rows, int columns) where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly double[] _norms = new double[columns], _products = new double[columns];

    /// <summary>w, once <see cref="Prepare"/> was called.</summary>
    public T* Pointer { get; private set; }

    public void Declare(NetworkLayout<T> layout, string name) =>
        layout.Activation($"{name}.directions", [rows, columns], pointer => Pointer = pointer);

    /// <summary>w = v / |v| for each column; a column of zeros stays one.</summary>
    public void Prepare(T* v)
    {
        Sums(v, v, _norms);
        for (int c = 0; c < columns; c++) _norms[c] = Math.Sqrt(_norms[c]);
        for (int i = 0; i < rows * columns; i++)
            Pointer[i] = T.CreateTruncating(double.CreateTruncating(v[i]) / (_norms[i % columns] > 0 ? _norms[i % columns] : 1));
    }

    /// <summary>Turns the gradient of w into that of v, in place.</summary>
    public void Project(T* gradient)
    {
        Sums(gradient, Pointer, _products);
        for (int i = 0; i < rows * columns; i++)
        {
            int c = i % columns;
            double tangent = double.CreateTruncating(gradient[i]) - _products[c] * double.CreateTruncating(Pointer[i]);
            gradient[i] = T.CreateTruncating(_norms[c] > 0 ? tangent / _norms[c] : 0);
        }
    }

    private void Sums(T* a, T* b, double[] sums)
    {
        Array.Clear(sums);
        for (int i = 0; i < rows * columns; i++) sums[i % columns] += double.CreateTruncating(a[i]) * double.CreateTruncating(b[i]);
    }
}
