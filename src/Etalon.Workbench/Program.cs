using Etalon.Workbench;
using Etalon.Workbench.Terminals;

// First of all: a signal that comes before is answered by the system, with 143 instead of 130.
using var interruption = new Interruption();
StandardStreams.Open();
return await CommandLine.RunAsync(args, Console.Out, Console.Error, interruption);
