using Etalon.Benchmarks;

if (args is ["kernels", .. var shapes])
{
    KernelSpeed.Print<float>(shapes);
    KernelSpeed.Print<double>(shapes);
    return;
}
if (args is ["matrices"])
{
    MatrixSpeed.Print<float>();
    MatrixSpeed.Print<double>();
    return;
}
if (args is ["ranks"])
{
    RankSpeed.Print();
    return;
}
if (args is ["share"])
{
    ShareSpeed.Print();
    return;
}
if (args is ["optimizers"])
{
    OptimizerSpeed.Print<float>();
    OptimizerSpeed.Print<double>();
    return;
}
BenchmarkDotNet.Running.BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
