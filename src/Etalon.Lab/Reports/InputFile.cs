namespace Etalon.Lab.Reports;

/// <summary>What a command reads, and none of its outputs may be.</summary>
/// <param name="Path">A file, or a folder that stands for all in it; it need not be there.</param>
/// <param name="What">What it is to the command, as in "the recipe".</param>
public sealed record InputFile(string Path, string What);
