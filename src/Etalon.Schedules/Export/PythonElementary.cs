namespace Etalon.Schedules.Export;

/// <summary>
/// The elementary functions of <c>Numerics/Elementary.cs</c> in plain Python: the same operations in the same order, so the same bits on
/// every machine, which Python's <c>math</c> does not promise. A module carries those that it calls.
/// </summary>
internal static class PythonElementary
{
    private const string Preface =
        """"


        # exp, ln, power and cosine are this module's own, since those of the C library differ between machines in the last bit.
        # A pair (high, low) of floats is their exact sum. Errors stay below 0.501 units in the last place.
        def _sum(a, b):
            total = a + b
            added = total - a
            return total, (a - (total - added)) + (b - added)


        def _ordered(a, b):
            total = a + b
            return total, b - (total - a)


        def _product(a, b):
            product = a * b
            cut = 134217729.0 * a
            high_a = cut - (cut - a)
            low_a = a - high_a
            cut = 134217729.0 * b
            high_b = cut - (cut - b)
            low_b = b - high_b
            return product, ((high_a * high_b - product) + high_a * low_b + low_a * high_b) + low_a * low_b


        def _add(a, b):
            total, rest = _sum(a[0], b[0])
            return _ordered(total, rest + (a[1] + b[1]))


        def _multiply(a, b):
            product, rest = _product(a[0], b[0])
            return _ordered(product, rest + (a[0] * b[1] + a[1] * b[0]))


        def _series(coefficients, x):
            total = 0.0
            for coefficient in coefficients:
                total = total * x + coefficient
            return total

        """";

    private const string ExpOfPair =
        """"


        _EXP = [1.0 / math.factorial(n) for n in range(16, 3, -1)]


        def _exp_of_pair(x):
            if x[0] > 709.8:
                return math.inf
            if x[0] < -745.2:
                return 0.0
            k = math.floor(x[0] * 1.4426950408889634 + 0.5)
            rest = _sum(x[0] - k * 0.6931471805598903, -k * 5.4979230187085024e-14)
            rest = _ordered(rest[0], rest[1] + (x[1] + k * 1.3124698417785255e-27))
            total = _add((0.16666666666666666, 9.25185853854297e-18), (rest[0] * _series(_EXP, rest[0]), 0.0))
            total = _add((0.5, 0.0), _multiply(rest, total))
            growth = _add(rest, _multiply(_multiply(rest, rest), total))
            total = _sum(1.0, growth[0])
            low = total[1] + growth[1]
            if k > 0:
                return math.ldexp(total[0] + low, k - 1) * 2.0
            if k > -1022 or (k == -1022 and total[0] >= 1.0):
                return math.ldexp(total[0] + low, k)
            large = math.ldexp(1.0, -1022 - k)
            rounded = _ordered(large, total[0])
            return math.ldexp(rounded[0] + (rounded[1] + low) - large, k)

        """";

    private const string LnAsPair =
        """"


        _LN = [1.0 / n for n in range(29, 8, -2)]


        def _ln_as_pair(x):
            mantissa, exponent = math.frexp(x)
            if mantissa < 0.7071067811865476:
                mantissa, exponent = 2.0 * mantissa, exponent - 1
            f = mantissa - 1.0
            below = _add((2.0, 0.0), (f, 0.0))
            quotient = f / below[0]
            taken = _product(quotient, below[0])
            s = _ordered(quotient, (((f - taken[0]) - taken[1]) + (0.0 - quotient * below[1])) / below[0])
            square = _multiply(s, s)
            total = _add((0.14285714285714285, 7.93016446160826e-18), (square[0] * _series(_LN, square[0]), 0.0))
            total = _add((0.2, -1.1102230246251566e-17), _multiply(square, total))
            total = _add((0.3333333333333333, 1.850371707708594e-17), _multiply(square, total))
            total = _add(s, _multiply(s, _multiply(square, total)))
            ln = 2.0 * total[0], 2.0 * total[1]
            return ln if exponent == 0 else _add(_sum(exponent * 0.6931471805598903, exponent * 5.497923018708371e-14), ln)

        """";

    private const string Exp =
        """"


        def _exp(x):
            return _exp_of_pair((x, 0.0))

        """";

    private const string Ln =
        """"


        def _ln(x):
            if not x > 0.0:
                return -math.inf
            ln = _ln_as_pair(x)
            return ln[0] + ln[1]

        """";

    private const string Power =
        """"


        def _power(x, y):
            if y == 0.0 or x == 1.0:
                return 1.0
            if x == 0.0:
                return 0.0 if y > 0.0 else math.inf
            ln = _ln_as_pair(abs(x))
            exponent = y * ln[0]
            if exponent > 709.8:
                power = math.inf
            elif exponent < -745.2:
                power = 0.0
            else:
                product = _product(y, ln[0])
                power = _exp_of_pair(_ordered(product[0], product[1] + y * ln[1]))
            return -power if x < 0.0 and y % 2.0 == 1.0 else power

        """";

    private const string Cosine =
        """"


        _SINE = [(1.0 if n % 4 == 1 else -1.0) / math.factorial(n) for n in range(21, 6, -2)]
        _COSINE = [(1.0 if n % 4 == 0 else -1.0) / math.factorial(n) for n in range(22, 5, -2)]


        def _cos(x):
            n = math.floor(x * 0.6366197723675814 + 0.5)
            rest, taken = _sum(x - n * 1.5707963267341256, -n * 6.077100506303966e-11), _product(float(n), 2.0222662487959506e-21)
            last = _sum(rest[0], -taken[0])
            angle = _ordered(last[0], last[1] + (rest[1] - (taken[1] + n * 1.0085854035872483e-37)))
            square = _multiply(angle, angle)
            if n % 2 == 0:
                total = _add((0.041666666666666664, 2.3129646346357427e-18), (square[0] * _series(_COSINE, square[0]), 0.0))
                total = _add(_multiply(square, total), (-0.5, 0.0))
                total = _add((1.0, 0.0), _multiply(square, total))
            else:
                total = _add((0.008333333333333333, 1.1564823173178714e-19), (square[0] * _series(_SINE, square[0]), 0.0))
                total = _add(_multiply(square, total), (-0.16666666666666666, -9.25185853854297e-18))
                total = _add(angle, _multiply(angle, _multiply(square, total)))
            value = total[0] + total[1]
            return -value if n % 4 in (1, 2) else value

        """";

    /// <summary>
    /// The definitions that a module needs which calls what <paramref name="uses"/> says, each after those that it calls itself.
    /// </summary>
    public static IEnumerable<string> Needed(Func<string, bool> uses)
    {
        bool exp = uses("_exp("), ln = uses("_ln("), power = uses("_power("), cosine = uses("_cos(");
        if (exp || ln || power || cosine) yield return Preface;
        if (exp || power) yield return ExpOfPair;
        if (ln || power) yield return LnAsPair;
        if (exp) yield return Exp;
        if (ln) yield return Ln;
        if (power) yield return Power;
        if (cosine) yield return Cosine;
    }
}
