using Etalon.Workbench;

return await CommandLine.RunAsync(args, Console.Out, Console.Error);
