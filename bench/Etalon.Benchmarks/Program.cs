using Etalon.Benchmarks;

if (args is ["kernels"])
{
    KernelSpeed.Print<float>();
    KernelSpeed.Print<double>();
    return;
}
if (args is ["matrices"])
{
    MatrixSpeed.Print<float>();
    MatrixSpeed.Print<double>();
    return;
}
if (args is ["optimizers"])
{
    OptimizerSpeed.Print<float>();
    OptimizerSpeed.Print<double>();
    return;
}
BenchmarkDotNet.Running.BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
