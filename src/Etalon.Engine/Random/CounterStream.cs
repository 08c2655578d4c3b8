using Etalon.Engine.Random;
using Etalon.Numerics;

namespace Etalon.Engine;

/// <summary>
/// Random numbers addressed by what they are for: (seed, purpose, index, epoch). Two streams with different addresses are independent,
/// the same address gives the same numbers on every machine and thread, and no stream depends on how many numbers another one used.
/// </summary>
/// <remarks>
/// Philox4x32-10 with the key from (seed, purpose) and the counter (block, epoch, index). A stream is a small value: make one where it
/// is used. It holds up to 2^34 words.
/// </remarks>
public struct CounterStream
{
    private readonly uint _key0, _key1, _epoch, _index0, _index1;
    private uint _block;
    private (uint W0, uint W1, uint W2, uint W3) _words;
    private int _used;

    /// <summary>A stream at its first number.</summary>
    /// <param name="seed">The run's seed.</param>
    /// <param name="purpose">What the numbers are for, such as <c>"init/stem.weight"</c>, <c>"order"</c>, <c>"augment"</c>.</param>
    /// <param name="index">Which example, tensor or replica.</param>
    /// <param name="epoch">Which pass over the data.</param>
    public CounterStream(ulong seed, string purpose, ulong index = 0, uint epoch = 0)
    {
        (_key0, _key1) = KeyOf(seed, purpose);
        (_index0, _index1) = ((uint)index, (uint)(index >> 32));
        _epoch = epoch;
        _used = 4;
    }

    /// <summary>32 random bits.</summary>
    public uint NextUInt()
    {
        if (_used == 4)
        {
            _words = Philox.Words((_block++, _epoch, _index0, _index1), _key0, _key1);
            _used = 0;
        }
        return _used++ switch { 0 => _words.W0, 1 => _words.W1, 2 => _words.W2, _ => _words.W3 };
    }

    /// <summary>A uniform number in [0, 1) with 53 random bits.</summary>
    public double NextDouble()
    {
        ulong high = NextUInt() >> 5, low = NextUInt() >> 6;
        return (high * 67108864.0 + low) / 9007199254740992.0;
    }

    /// <summary>A uniform whole number in [0, <paramref name="bound"/>), without bias (Lemire 2019).</summary>
    /// <param name="bound">At least 1.</param>
    public uint NextBelow(uint bound)
    {
        ArgumentOutOfRangeException.ThrowIfZero(bound);
        uint threshold = (0 - bound) % bound;
        while (true)
        {
            ulong product = (ulong)NextUInt() * bound;
            if ((uint)product >= threshold) return (uint)(product >> 32);
        }
    }

    /// <summary>A standard normal number, by Marsaglia's polar method.</summary>
    public double NextNormal()
    {
        while (true)
        {
            double u = 2 * NextDouble() - 1, v = 2 * NextDouble() - 1, s = u * u + v * v;
            if (s is > 0 and < 1) return u * Math.Sqrt(-2 * Elementary.Log(s) / s);
        }
    }

    /// <summary>The key of all streams for one purpose.</summary>
    internal static (uint Key0, uint Key1) KeyOf(ulong seed, string purpose)
    {
        ArgumentNullException.ThrowIfNull(purpose);
        ulong key = Mix(seed + 0x9E3779B97F4A7C15UL);
        foreach (char letter in purpose) key = Mix(key ^ letter);
        return ((uint)key, (uint)(key >> 32));
    }

    // SplitMix64's finalizer (Steele, Lea, Flood 2014): every bit of the input reaches every bit of the output.
    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}
