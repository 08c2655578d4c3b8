namespace Etalon.Lab.Csv;

/// <summary>Why a row cannot be believed.</summary>
/// <param name="Kind">One word for all faults like it.</param>
/// <param name="Column">Its place in the line, as ":3"; empty where it is the whole line.</param>
/// <param name="Text">What is wrong.</param>
internal readonly record struct CsvRowFault(string Kind, string Column, string Text);
