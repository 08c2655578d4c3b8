namespace Etalon.Engine.Kernels.Products;

/// <summary>The right factor of a product, [depth][columns], as it lies in memory or transposed.</summary>
/// <param name="numbers">Its first number.</param>
/// <param name="depth">Rows of the factor: what is summed over.</param>
/// <param name="columns">Columns of the factor.</param>
/// <param name="step">Numbers from one row in memory to the next.</param>
/// <param name="isTransposed">Whether memory holds [columns][depth].</param>
internal readonly unsafe struct RightMatrix<T>(T* numbers, int depth, int columns, int step, bool isTransposed) where T : unmanaged
{
    public readonly T* Numbers = numbers;
    public readonly int Depth = depth;
    public readonly int Columns = columns;
    public readonly int Step = step;
    public readonly bool IsTransposed = isTransposed;
}
