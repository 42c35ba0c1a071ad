namespace Orleans.Kv.Tests.Driving.Clusters;

/// <summary>A test's body whose failure tells what the processes have to say.</summary>
public static class Explained
{
    /// <param name="body">The test's.</param>
    /// <param name="logs">Asked for when it fails.</param>
    public static async Task Run(Func<Task> body, Func<string> logs)
    {
        try
        {
            await body();
        }
        catch (Exception e)
        {
            throw new Xunit.Sdk.XunitException($"{e.Message}\n{logs()}", e);
        }
    }
}
