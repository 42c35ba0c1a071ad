using System.Globalization;

namespace Orleans.Kv.Tests.Runtime.Host;

/// <summary>What the test tells the process: <c>name table-file silo-port gateway-port</c>.</summary>
public sealed record HostArguments(string Name, string TableFile, int SiloPort, int GatewayPort)
{
    public static HostArguments Parse(string[] args)
    {
        if (args.Length != 4)
            throw new ArgumentException("usage: host NAME TABLE-FILE SILO-PORT GATEWAY-PORT");
        return new HostArguments(
            args[0], args[1], int.Parse(args[2], CultureInfo.InvariantCulture), int.Parse(args[3], CultureInfo.InvariantCulture));
    }

    public string[] ToArguments() =>
        [Name, TableFile, SiloPort.ToString(CultureInfo.InvariantCulture), GatewayPort.ToString(CultureInfo.InvariantCulture)];
}
