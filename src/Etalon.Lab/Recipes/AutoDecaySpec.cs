namespace Etalon.Lab.Recipes;

/// <summary>
/// A rate that falls when the loss stops falling: the schedule's rate times factor^s in stage s, and the end of the run with that of the
/// last stage. It reacts to the loss, so it is no schedule; its state is kept in checkpoints.
/// </summary>
/// <remarks>
/// AutoDecay of You et al., *Learning Stages* (arXiv:1908.01878v1), whose rule was not published; the rule here is a substitute. With l_e
/// the mean training loss of epoch e: a stage ends when the line fitted to its last k losses falls by less than the share
/// <see cref="Tolerance"/> of their mean an epoch, in <see cref="Patience"/> epochs in a row, or when Welch's test does not tell the last k
/// losses from the k before at the level <see cref="Significance"/>.
/// </remarks>
public sealed record AutoDecaySpec
{
    /// <summary>What the rate is multiplied by from one stage to the next.</summary>
    /// <value>In (0, 1); 0.1 by default.</value>
    public double Factor
    {
        get;
        init => field = value is > 0 and < 1
            ? value : throw new ArgumentOutOfRangeException(nameof(Factor), "must be above 0 and below 1; the usual choice is 0.1");
    } = 0.1;

    /// <summary>k, the epochs of a window.</summary>
    /// <value>At least 3; 5 by default.</value>
    public int Window
    {
        get;
        init => field = Require.AtLeast(value, 3, "5 is a good choice");
    } = 5;

    /// <summary>The share of the loss by which an epoch must bring it down.</summary>
    /// <value>In [0, 1); 0.01 by default.</value>
    public double Tolerance
    {
        get;
        init => field = Require.InHalfOpen(value, 0, 1, "it is a share of the loss, as in 0.01");
    } = 0.01;

    /// <summary>Epochs in a row in which it does not, before the stage ends.</summary>
    /// <value>At least 1; 2 by default.</value>
    public int Patience
    {
        get;
        init => field = Require.AtLeast(value, 1, "2 is a good choice");
    } = 2;

    /// <summary>The probability above which two windows count as the same.</summary>
    /// <value>In [0, 1]; 0.1 by default; 1 turns the test off.</value>
    public double Significance
    {
        get;
        init => field = Require.InClosed(value, 0, 1, "0.1 is a good choice, and 1 turns the test off");
    } = 0.1;

    /// <summary>The fewest epochs of a stage.</summary>
    /// <value>At least 1; 5 by default.</value>
    public int Shortest
    {
        get;
        init => field = Require.AtLeast(value, 1, "5 is a good choice");
    } = 5;

    /// <summary>Stages; with the end of the last one the run ends, if its duration has not ended it before.</summary>
    /// <value>At least 1; 3 by default.</value>
    public int Stages
    {
        get;
        init => field = Require.AtLeast(value, 1, "the usual choice is 3");
    } = 3;
}
