namespace Etalon.Schedules;

/// <summary>Where weight decay enters the update.</summary>
/// <example>
/// <code>
/// var coupled = new UpdateSchedule(new Constant(0.1), new Constant(5e-4), new Constant(0.9), totalSteps: 100);
/// var decoupled = coupled with { Rule = new() { Decay = DecayForm.Decoupled } };
/// Console.WriteLine(coupled.Rule.Decay); // Coupled
/// Console.WriteLine(decoupled == coupled); // False
/// </code>
/// </example>
public enum DecayForm
{
    /// <summary>In the gradient, as the L2 penalty: <c>g + λ w</c>. PyTorch's SGD.</summary>
    Coupled,

    /// <summary>On the weights: <c>w</c> is multiplied by <c>1 - η λ</c>. PyTorch's AdamW.</summary>
    Decoupled,
}
