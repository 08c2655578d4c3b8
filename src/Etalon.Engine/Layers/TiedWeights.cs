using System.Numerics;

namespace Etalon.Engine;

/// <summary>
/// The weights of an embedding [symbols][width], turned to [width][symbols] for a linear layer that scores symbols with them (Press and
/// Wolf, EACL 2017). The embedding's gradient has both shares.
/// </summary>
internal sealed unsafe class TiedWeights<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Embedding<T> _embedding;

    public TiedWeights(Embedding<T> embedding)
    {
        _embedding = embedding;
        embedding.TieTo(this);
    }

    /// <summary>The turned weights, once <see cref="Prepare"/> was called.</summary>
    public T* Pointer { get; private set; }

    /// <summary>Their gradient.</summary>
    public T* Gradient { get; private set; }

    /// <summary>The name of the tensor that holds them.</summary>
    public string Name => _embedding.Weight.Name;

    public void Declare(NetworkLayout<T> layout, string name)
    {
        int[] shape = [_embedding.Width, _embedding.Symbols];
        layout.Activation($"{name}.turned", shape, pointer => Pointer = pointer);
        layout.Activation($"{name}.turned gradient", shape, pointer => Gradient = pointer);
    }

    public void Prepare()
    {
        T* from = _embedding.Weight.Pointer;
        for (int symbol = 0; symbol < _embedding.Symbols; symbol++)
            for (int c = 0; c < _embedding.Width; c++) Pointer[c * _embedding.Symbols + symbol] = *from++;
    }

    /// <summary>The gradient is that of the whole batch.</summary>
    public void Complete() => _embedding.CompleteSum();

    /// <summary>Adds the gradient to one of the embedding's shape.</summary>
    public void AddTo(T* gradient)
    {
        for (int symbol = 0; symbol < _embedding.Symbols; symbol++)
            for (int c = 0; c < _embedding.Width; c++) *gradient++ += Gradient[c * _embedding.Symbols + symbol];
    }
}
