namespace Orleans.Kv.Cli;

internal static class Program
{
    private static int Main() => 0;
}
