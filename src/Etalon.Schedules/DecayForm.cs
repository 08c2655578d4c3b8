namespace Etalon.Schedules;

/// <summary>Where weight decay enters the update.</summary>
public enum DecayForm
{
    /// <summary>In the gradient, as the L2 penalty: <c>g + λ w</c>. PyTorch's SGD.</summary>
    Coupled,

    /// <summary>On the weights: <c>w</c> is multiplied by <c>1 - η λ</c>. PyTorch's AdamW.</summary>
    Decoupled,
}
