namespace Orleans.Kv.Api;

internal static class Program
{
    private static int Main() => 0;
}
