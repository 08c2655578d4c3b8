using System.Globalization;
using System.Numerics;

namespace Etalon.Numerics;

/// <summary>
/// Angles beyond 2^20 reduced to a quarter turn, in whole numbers: x = m 2^e times 2/π to 1,200 places leaves the fraction of a turn with
/// more than 100 places for every float64 (Payne and Hanek 1983, <i>Radian reduction for trigonometric functions</i>).
/// </summary>
/// <remarks>No schedule has such angles; losses with sines in them do, where a run goes far astray. It allocates.</remarks>
internal static class LargeAngle
{
    private const int Places = 1200, Kept = 106, Half = 53;

    // floor(2/π 2^1200)
    private static readonly BigInteger _perHalfPi = BigInteger.Parse(
        "0a2f9836e4e441529fc2757d1f534ddc0db6295993c439041fe5163abdebbc561b7246e3a424d"
        + "d2e006492eea09d1921cfe1deb1cb129a73ee88235f52ebb4484e99c7026b45f7e413991d639"
        + "835339f49c845f8bbdf9283b1ff897ffde05980fef2f118b5a0a6d1f6d367ecf27cb09b74f46"
        + "3f669e5fea2d7527bac7ebe5f17b3d0739f78a5292ea6bfb5fb11f8d5d0856033046fc7b",
        NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    private static readonly DoubleDouble _halfPi = new(1.5707963267948966, 6.123233995736766e-17);

    /// <summary>The quarter turns nearest to x, modulo 4, and what is left of it, at most π/4.</summary>
    public static (int Quarters, DoubleDouble Left) Turn(double x)
    {
        long bits = BitConverter.DoubleToInt64Bits(Math.Abs(x));
        int exponent = (int)(bits >> 52) - 1075;
        BigInteger mantissa = (bits & ((1L << 52) - 1)) | (1L << 52), turns = mantissa * _perHalfPi;
        turns = exponent >= 0 ? turns << exponent : turns >> -exponent;
        BigInteger quarters = (turns + (BigInteger.One << (Places - 1))) >> Places;
        BigInteger fraction = turns - (quarters << Places), size = BigInteger.Abs(fraction);
        int dropped = (int)Math.Max(0, size.GetBitLength() - Kept);
        size >>= dropped;
        double high = Math.ScaleB((double)(size >> Half), Half + dropped - Places);
        double low = Math.ScaleB((double)(size & ((BigInteger.One << Half) - 1)), dropped - Places);
        DoubleDouble left = DoubleDouble.SumOfOrdered(high, low) * _halfPi;
        int quarter = (int)(quarters & 3);
        if ((fraction.Sign < 0) != (x < 0)) left = new DoubleDouble(-left.High, -left.Low);
        return (x < 0 ? -quarter & 3 : quarter, left);
    }
}
