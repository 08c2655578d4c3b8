using System.Numerics;
using Etalon.Engine.Kernels;
using Etalon.Engine.Kernels.Convolution;

namespace Etalon.Engine;

/// <summary>
/// What a layer hands to the next: the numbers of a <see cref="FeatureMap{T}"/>, seen through a scale and shift and a ReLU that are
/// applied when they are read.
/// </summary>
/// <remarks>
/// A normalized copy of an activation is never written: a normalization and a ReLU only change how the map is read. This halves the
/// memory a step moves, and needs no pass that recognizes patterns of layers.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed unsafe class Signal<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly List<Layer<T>> _consumers = [];

    internal Signal(FeatureMap<T> map, AffineLayer<T>? affine = null, bool isRectified = false) =>
        (Map, Affine, IsRectified) = (map, affine, isRectified);

    /// <summary>The stored numbers.</summary>
    public FeatureMap<T> Map { get; }

    internal AffineLayer<T>? Affine { get; }

    internal bool IsRectified { get; }

    /// <summary>The layer that gave the values, a ReLU aside.</summary>
    internal string Source => Affine?.Name ?? Map.Name;

    /// <summary>Whether the values are the stored numbers themselves.</summary>
    internal bool IsPlain => Affine is null && !IsRectified;

    /// <summary>Whether a backward pass must produce a gradient here: everywhere but at the network's input.</summary>
    internal bool NeedsGradient => Map.Producer is not null;

    /// <summary>
    /// The gradient of the loss by the value, [image][height][width][channels]; once complete, by the value before the ReLU.
    /// </summary>
    internal T* Gradient { get; set; }

    internal T* GradientOf(int image) => Gradient + (long)image * Map.ImageLength;

    internal IReadOnlyList<Layer<T>> Consumers => _consumers;

    internal void IsConsumedBy(Layer<T> layer)
    {
        if (_consumers.Contains(layer))
            throw new InvalidOperationException($"layer '{layer.Name}' takes the same signal twice; copy it with Sum first");
        if (_consumers.Count == 0) Map.IsReadBy(this);
        _consumers.Add(layer);
    }

    // The backward pass visits the layers from last to first.
    internal bool IsFirstContribution(Layer<T> consumer) => _consumers[^1] == consumer;

    /// <summary>
    /// The values of an image, into a frame; a dense frame may be of another shape with as many numbers, as a linear layer's is.
    /// </summary>
    internal void Load(int image, in Frame frame, T* destination)
    {
        FramePadding.Clear(frame, destination);
        bool isDense = frame.IsDense;
        int rows = isDense ? 1 : Map.Height, pixels = isDense ? Map.Pixels : Map.Width, channels = Map.Channels;
        int stride = isDense ? channels : frame.PixelStride;
        T* scale = Affine is null ? null : Affine.ScaleOf(image), shift = Affine is null ? null : Affine.ShiftOf(image);
        T* from = Map.Image(image);
        for (int row = 0; row < rows; row++, from += Map.Width * channels)
        {
            T* to = destination + frame.Origin + row * frame.RowStride;
            if (IsPlain)
                Rows.Copy(from, pixels, channels, stride, to);
            else if (Affine is null)
                Rows.Map<T, Rows.Rectify<T>>(from, null, null, pixels, channels, stride, to);
            else if (IsRectified)
                Rows.Map<T, Rows.AffineRectify<T>>(from, scale, shift, pixels, channels, stride, to);
            else
                Rows.Map<T, Rows.Affine<T>>(from, scale, shift, pixels, channels, stride, to);
        }
    }

    /// <summary>
    /// Called by a consumer when its share of the gradient of an image has been added. The last share completes it: while the image is in
    /// cache, the ReLU is undone and the sums that a normalization's backward pass needs are taken.
    /// </summary>
    internal void Contributed(Layer<T> consumer, int image)
    {
        if (_consumers[0] != consumer) return;
        if (Affine is not null)
            Affine.FinishGradient(this, image);
        else if (IsRectified)
            ChannelSums.Mask(GradientOf(image), Map.Image(image), Map.ImageLength);
    }
}
