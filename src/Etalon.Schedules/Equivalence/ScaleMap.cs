namespace Etalon.Schedules.Equivalence;

/// <summary>
/// The maps of the momentum-free theorem, on a state (w, η) of gradient descent: weights times one factor, rate times another.
/// </summary>
/// <remarks>
/// <para>
/// Π₁ᶜ scales the weights, Π₂ᶜ the rate; Π₁ᶜ ∘ Π₂^{c²} is an <em>equivalent scaling</em>, which changes no function and no future. With
/// GDᵖ(w, η) = (ρ w - η ∇L(w), η), where ρ = 1 - η λ holds the decay:
/// </para>
/// <para>Lemma A: an equivalent scaling commutes with GDᵖ.</para>
/// <para>Lemma B: GDᵖ = [Π₁ᵖ ∘ Π₂^{ρ²}] ∘ Π₂^{1/ρ} ∘ GD¹ ∘ Π₂^{1/ρ}.</para>
/// <para>Li and Arora 2019, section 2 (Lemmas 2.3 and 2.4 of the proof of Theorem 2.1).</para>
/// </remarks>
/// <param name="LogWeights">ln of the factor of the weights.</param>
/// <param name="LogRate">ln of the factor of the rate.</param>
public readonly record struct ScaleMap(double LogWeights, double LogRate)
{
    /// <summary>Π₁ᶜ with c = exp(<paramref name="logFactor"/>).</summary>
    public static ScaleMap OfWeights(double logFactor) => new(logFactor, 0);

    /// <summary>Π₂ᶜ with c = exp(<paramref name="logFactor"/>).</summary>
    public static ScaleMap OfRate(double logFactor) => new(0, logFactor);

    /// <summary>The equivalent scaling Π₁ᶜ ∘ Π₂^{c²} with c = exp(<paramref name="logFactor"/>).</summary>
    public static ScaleMap Equivalent(double logFactor) => OfWeights(logFactor).Then(OfRate(2 * logFactor));

    /// <summary>Both in turn; all these maps commute with each other.</summary>
    public ScaleMap Then(ScaleMap next) => new(LogWeights + next.LogWeights, LogRate + next.LogRate);

    /// <summary>The numbers by name, the same in every culture.</summary>
    public override string ToString() => RecordText.Of(nameof(ScaleMap), PrintMembers);
}
