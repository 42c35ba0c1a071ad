namespace Orleans.Kv.Tests.Driving.Clients;

/// <summary>Asserts on what a read of many keys found wrong, and shows it whole: a comparison of strings would show only where they begin to differ.</summary>
public static class Faults
{
    public static void None(string faults) => Assert.True(faults.Length == 0, faults);
}
