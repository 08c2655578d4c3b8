namespace Etalon.Engine.Optimizers;

/// <summary>Whose the cells of a panel are.</summary>
internal enum CellShare
{
    /// <summary>The tensor is one cell or part of one, so that its numbers are one after another.</summary>
    One,

    /// <summary>Each panel has some rows of all columns: their sums must be joined before anything changes.</summary>
    Shared,

    /// <summary>The panel has all rows of its columns, and nobody else has any.</summary>
    Own,
}
