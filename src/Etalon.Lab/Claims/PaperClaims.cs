using Etalon.Lab.Claims.Shared;

namespace Etalon.Lab.Claims;

/// <summary>
/// What the four papers claim or show, and what holds of AdamW, by number; each is answered by one of the catalog's claims or by several.
/// </summary>
/// <param name="Id">Its number: E of Li and Arora 2019, I of Li, Lyu and Arora 2020, W of Wu, Ward and Bottou 2018, C and L the claims and
/// the experiments of You, Long, Wang and Jordan 2019, A what is said of AdamW.</param>
/// <param name="Title">What it says, in a few words.</param>
internal sealed record PaperClaims(string Id, string Title)
{
    /// <summary>All, paper by paper.</summary>
    public static IReadOnlyList<PaperClaims> All { get; } =
    [
        new("E1", "decay at a constant rate is exponential growth without decay"),
        new("E2", "step decay is a tapered exponential rate"),
        new("E3", "an instant drop passes where growth stays large"),
        new("E4", "an instant drop stays where growth is small"),
        new("E5", "growth without the drops is a constant rate with a falling decay"),
        new("E6", "cosine decay and its exponential twin"),
        new("E7", "the same for group, layer and instance normalization"),
        new("E8", "normalization alone and decay alone converge, both together do not"),
        new("E9", "which networks are scale-invariant"),
        new("I1", "full-batch descent with decay never settles"),
        new("I2", "a small initial rate reaches what a large one does, given the mixing units"),
        new("I3", "parameters do not mix"),
        new("I4", "functions reach equilibrium fast"),
        new("I5", "the equilibrium forgets the history"),
        new("I6", "the gain of a drop partly regresses"),
        new("I7", "the last equilibrium decides"),
        new("I8", "SGD follows its SDE"),
        new("W1", "robustness on batch problems"),
        new("W2", "O(1/T) on batch problems, with constants"),
        new("W3", "O(1/sqrt T) on stochastic convex problems"),
        new("W4", "robustness on deep networks"),
        new("W5", "b grows as the square root of the number of updates"),
        new("L1", "pattern separation of a perceptron"),
        new("L2", "pattern separation of a convolutional network"),
        new("L3", "full-batch and stochastic descent around a decay"),
        new("L4", "wrong labels on real images"),
        new("L5", "transfer by stage"),
        new("L6", "stages under the rate that falls by itself"),
        new("C1", "decay helps optimization and generalization"),
        new("C2", "the gradient-descent belief is insufficient"),
        new("C3", "the stochastic-gradient belief is insufficient"),
        new("C4", "a large initial rate suppresses memorizing noise"),
        new("C5", "decay brings complex patterns"),
        new("C6", "patterns of later stages transfer less"),
        new("A1", "AdamW is Adam with growing rates"),
        new("A2", "AdamW's norm and angle follow from its numbers"),
        new("A3", "gradients rise at the end since norms fall, and AdamC cures it"),
        new("A4", "Adam with L2 turns layers at different speeds"),
        new("A5", "signs, Lion and Muon settle by their numbers too"),
    ];

    /// <summary>The claims that answer it; none where no experiment has been made.</summary>
    public IReadOnlyList<Claim> AnsweredBy => [.. ClaimCatalog.All.Where(claim => claim.Ids.Contains(Id))];
}
