namespace Etalon.Lab.Training;

/// <summary>How many examples of a group were predicted as asked.</summary>
/// <param name="Name">What is measured: <c>accuracy/GROUP</c>, or for images whose label was made wrong <c>memorized</c> (the wrong label) and <c>corrected</c> (the true one).</param>
/// <param name="Correct">How many.</param>
/// <param name="Images">Of how many.</param>
public readonly record struct GroupAccuracy(string Name, int Correct, int Images)
{
    /// <summary>The share, in [0, 1].</summary>
    public double Share => (double)Correct / Images;
}
