using System.Numerics;
using Etalon.Engine.Kernels;
using Etalon.Engine.Kernels.Convolution;

namespace Etalon.Engine;

/// <summary>
/// Numbers that a layer has written for a batch, [image][height][width][channels], or the network's input. What later layers read of it
/// are its <see cref="Signal{T}"/>s.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed unsafe class FeatureMap<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly List<Signal<T>> _read = [];

    internal FeatureMap(string name, int height, int width, int channels, Layer<T>? producer) =>
        (Name, Height, Width, Channels, Producer) = (name, height, width, channels, producer);

    /// <summary>The name of the layer that wrote it, or "input".</summary>
    public string Name { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>Columns.</summary>
    public int Width { get; }

    /// <summary>Channels.</summary>
    public int Channels { get; }

    /// <summary>Pixels of an image.</summary>
    public int Pixels => Height * Width;

    /// <summary>Numbers in an image.</summary>
    public int ImageLength => Height * Width * Channels;

    internal Layer<T>? Producer { get; }

    internal T* Data { get; set; }

    /// <summary>Set by a normalization that reads this map: then whoever writes an image measures it while it is in cache.</summary>
    internal bool IsMeasured { get; set; }

    /// <summary>Mean of each image and channel, [image][channel].</summary>
    internal T* Mean { get; set; }

    /// <summary>Sum of squared deviations from that mean, [image][channel].</summary>
    internal T* Squares { get; set; }

    internal T* Image(int image) => Data + (long)image * ImageLength;

    internal void IsReadBy(Signal<T> signal) => _read.Add(signal);

    /// <summary>The signals through which layers take numbers from this map: those that get a gradient.</summary>
    internal IReadOnlyList<Signal<T>> Read => _read;

    /// <summary>Whether the backward pass reads the numbers again: a normalization's gradient is made of them.</summary>
    internal bool HasNormalizedGradient
    {
        get
        {
            for (int i = 0; i < _read.Count; i++)
                if (_read[i].Affine is not null) return true;
            return false;
        }
    }

    internal void Declare(NetworkLayout<T> layout)
    {
        layout.Activation(Name, [layout.Images, Height, Width, Channels], pointer => Data = pointer);
        if (!IsMeasured) return;
        layout.Activation($"{Name}.mean", [layout.Images, Channels], pointer => Mean = pointer);
        layout.Activation($"{Name}.squares", [layout.Images, Channels], pointer => Squares = pointer);
    }

    /// <summary>Called when the image's numbers have been written.</summary>
    internal void Complete(int image)
    {
        if (IsMeasured)
            ChannelSums.Moments(Image(image), Pixels, Channels, Mean + (long)image * Channels, Squares + (long)image * Channels);
    }

    /// <summary>
    /// The gradient of the loss by this map's image, into a frame: the sum over its signals, with the backward pass of a normalization
    /// applied as it is read, so that it is never stored.
    /// </summary>
    internal void LoadGradient(int image, in Frame frame, T* destination)
    {
        FramePadding.Clear(frame, destination);
        bool isDense = frame.IsDense;
        int rows = isDense ? 1 : Height, pixels = isDense ? Pixels : Width;
        for (int row = 0; row < rows; row++)
        {
            T* to = destination + frame.Origin + row * frame.RowStride;
            long at = (long)image * ImageLength + (long)row * Width * Channels;
            for (int i = 0; i < _read.Count; i++)
            {
                var signal = _read[i];
                if (signal.Affine is { } affine)
                    Rows.LoadNormalizationGradient(
                        signal.Gradient + at, Data + at, affine.GradientMapOf(image), pixels, Channels, frame.PixelStride, i > 0, to);
                else if (i > 0)
                    Rows.AddStrided(signal.Gradient + at, pixels, Channels, frame.PixelStride, to);
                else
                    Rows.Copy(signal.Gradient + at, pixels, Channels, frame.PixelStride, to);
            }
        }
    }
}
