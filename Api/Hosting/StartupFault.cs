using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Orleans.Kv.Api.Ftp;
using Orleans.Kv.Interfaces.Security;

namespace Orleans.Kv.Api.Hosting;

/// <summary>Turns the faults a person can mend into one sentence; all others keep their stack trace.</summary>
internal static class StartupFault
{
    public static bool TryDescribe(Exception fault, ApiOptions options, [NotNullWhen(true)] out string? sentence)
    {
        sentence = null;
        for (var cause = fault; cause is not null && sentence is null; cause = Inner(cause))
        {
            sentence = cause switch
            {
                AddressInUseException or SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse } =>
                    $"The API host cannot start: {options.Address} is in use.",
                SocketException { SocketErrorCode: SocketError.AddressNotAvailable or SocketError.AccessDenied } =>
                    $"The API host cannot start: it may not listen on {options.Address} ({cause.Message}).",
                CertificateException or TokensException => $"The API host cannot start: {cause.Message}",
                FtpStartException => cause.Message,
                UnauthorizedAccessException or DirectoryNotFoundException => $"The API host cannot start: {cause.Message}",
                _ => null,
            };
        }

        return sentence is not null;
    }

    // Services that start side by side fail together.
    private static Exception? Inner(Exception fault) => fault is AggregateException several ? several.InnerExceptions[0] : fault.InnerException;
}
