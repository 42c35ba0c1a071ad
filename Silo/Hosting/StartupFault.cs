using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using Orleans.Kv.Interfaces.Clustering;
using Orleans.Kv.Interfaces.Security;

namespace Orleans.Kv.Silo.Hosting;

/// <summary>Turns the faults a person can mend into one sentence; all others keep their stack trace.</summary>
internal static class StartupFault
{
    public static bool TryDescribe(Exception fault, SiloHostOptions options, [NotNullWhen(true)] out string? sentence)
    {
        for (var cause = fault; cause is not null; cause = cause.InnerException)
        {
            sentence = cause switch
            {
                _ when IsInUse(cause) => $"{options.Name} cannot start: {Ports(options)} on {options.Address} is in use.",
                SocketException { SocketErrorCode: SocketError.AddressNotAvailable } =>
                    $"{options.Name} cannot start: {options.Address} is not an address of this machine.",
                CertificateException or TokensException => $"{options.Name} cannot start: {cause.Message}",
                UnauthorizedAccessException or DirectoryNotFoundException => $"{options.Name} cannot start: {cause.Message}",
                OrleansConfigurationException or ClusterDatabaseException => $"{options.Name} cannot start: {cause.Message}",
                _ => null,
            };
            if (sentence is not null) return true;
        }

        sentence = null;
        return false;
    }

    public static bool IsPortInUse(Exception fault)
    {
        for (var cause = fault; cause is not null; cause = cause.InnerException)
        {
            if (IsInUse(cause)) return true;
        }

        return false;
    }

    /// <summary>Another start may succeed without anybody doing anything.</summary>
    public static bool MayPass(Exception fault)
    {
        for (var cause = fault; cause is not null; cause = cause.InnerException)
        {
            if (cause is ClusterDatabaseException { MayPass: true }) return true;
        }

        return false;
    }

    /// <summary>The last words of a silo that lost its ports between two hosts.</summary>
    public static string CannotRejoin(SiloHostOptions options) =>
        $"{options.Name} ends: the other silos declared it dead while it did not answer, and port {options.SiloPort} or {options.GatewayPort} on {options.Address} was taken by "
        + "another process before it could come back. The others have their own copies of what it held; start it again when the ports are free.";

    private static string Ports(SiloHostOptions options) =>
        options.MetricsPort is { } metrics ? $"port {options.SiloPort}, {options.GatewayPort} or {metrics}" : $"port {options.SiloPort} or {options.GatewayPort}";

    private static bool IsInUse(Exception cause) =>
        cause is SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse } or Microsoft.AspNetCore.Connections.AddressInUseException;
}
