namespace Orleans.Kv.Tests.Database.Clustering;

public sealed class ConnectionTests
{
    [Theory]
    [InlineData("", "is empty")]
    [InlineData("postgres://kv:hidden@db/kv", "is a URI")]
    [InlineData("Username=kv;Password=hidden", "names no Host")]
    [InlineData("Host=db;Passphrase=hidden", "is no connection string")]
    [InlineData("Host=db;Port=hidden", "is no connection string")]
    [InlineData("hidden", "is no connection string")]
    public void WhatIsWrong_IsSaid_WithoutAnyValue(string connectionString, string expected)
    {
        var fault = PostgresConnection.Fault(connectionString);

        Assert.Contains(expected, fault, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatIsLeftOpen_IsFilledIn_AndWhatIsSaidStays()
    {
        Assert.Null(PostgresConnection.Fault("Host=db"));
        var filled = PostgresConnection.Complete("Host=db;Username=kv");
        foreach (var part in new[] { "Timeout=3", "Command Timeout=5", "Maximum Pool Size=8", "Keepalive=10", "Application Name=orleans-kv" })
            Assert.Contains(part, filled, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("Target Session Attributes", filled, StringComparison.OrdinalIgnoreCase);

        var said = PostgresConnection.Complete("Host=one,two;Timeout=20;Command Timeout=21;MaxPoolSize=22;Keepalive=23;Application Name=mine");
        foreach (var part in new[] { "Timeout=20", "Command Timeout=21", "Maximum Pool Size=22", "Keepalive=23", "Application Name=mine", "Target Session Attributes=read-write" })
            Assert.Contains(part, said, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Description_HoldsNoSecret() =>
        Assert.Equal("db:5433/kv", PostgresConnection.Describe("Host=db;Port=5433;Database=kv;Username=me;Password=hidden"));
}
