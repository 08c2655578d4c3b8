using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Etalon.Workbench.Dashboard;

/// <summary>Points of a curve as a browser draws them.</summary>
/// <param name="X">Updates done, ascending.</param>
/// <param name="Y">Values; not a number where a run wrote none.</param>
/// <param name="IsReduced">Whether least and greatest of each pixel stand for more points.</param>
internal sealed record Curve(double[] X, float[] Y, bool IsReduced)
{
    private const int Header = 8;

    /// <summary>No points.</summary>
    public static Curve Empty { get; } = new([], [], false);

    /// <summary>
    /// Curves as bytes, all little-endian: for each a count (uint32), 1 where it is reduced (uint32), X (float64), Y (float32), and zeros
    /// up to a multiple of eight bytes.
    /// </summary>
    public static byte[] Bytes(IReadOnlyList<Curve> curves)
    {
        byte[] bytes = new byte[curves.Sum(curve => Header + Padded(12 * curve.X.Length))];
        int at = 0;
        foreach (var curve in curves)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at), (uint)curve.X.Length);
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at + 4), curve.IsReduced ? 1u : 0u);
            MemoryMarshal.AsBytes(curve.X.AsSpan()).CopyTo(bytes.AsSpan(at + Header));
            MemoryMarshal.AsBytes(curve.Y.AsSpan()).CopyTo(bytes.AsSpan(at + Header + 8 * curve.X.Length));
            at += Header + Padded(12 * curve.X.Length);
        }
        return bytes;
    }

    private static int Padded(int length) => (length + 7) & ~7;
}

/// <summary>What a picture shows of a curve.</summary>
/// <param name="From">The updates done at its left edge.</param>
/// <param name="To">Those at its right edge.</param>
/// <param name="Pixels">Its width.</param>
/// <param name="IsLogarithmic">Whether equal widths are equal ratios of updates.</param>
/// <param name="AreMeans">Means over pixels are wanted in place of least and greatest.</param>
internal sealed record CurveView(double From, double To, int Pixels, bool IsLogarithmic = false, bool AreMeans = false)
{
    /// <summary>As many points go as they are; more are reduced.</summary>
    public int MostPoints => AreMeans ? 0 : 4 * Pixels;

    /// <summary>The pixel of a place; outside of the picture it is below 0 or not below <see cref="Pixels"/>.</summary>
    public double At(double updates) => IsLogarithmic
        ? Pixels * Math.Log(updates / Math.Max(From, 1)) / Math.Max(Math.Log(To / Math.Max(From, 1)), 1e-12)
        : Pixels * (updates - From) / Math.Max(To - From, 1e-12);

    /// <summary>The place in the middle of a pixel.</summary>
    public double Middle(int pixel) => IsLogarithmic
        ? Math.Max(From, 1) * Math.Exp((pixel + 0.5) / Pixels * Math.Log(To / Math.Max(From, 1)))
        : From + (pixel + 0.5) / Pixels * (To - From);
}
