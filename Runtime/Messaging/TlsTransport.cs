using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;
using Orleans.Connections.Security;

namespace Orleans.Runtime.Messaging;

/// <summary>
/// TLS around another transport. A connection exists for the engine when the handshake is over, so that nothing which an unproven peer sends is ever looked at.
/// </summary>
/// <remarks>
/// In TLS 1.3 the connecting end is done before the accepting one has judged its certificate: a refusal then shows as the end of the connection, where it first reads.
/// </remarks>
internal sealed partial class TlsTransport(IConnectionTransport inner, TlsOptions options, TimeProvider time, ILogger<TlsTransport> log) : IConnectionTransport
{
    /// <summary>Handshakes under way on the accepting side. Each costs a signature, and holds its connection for no longer than the handshake's timeout; more at once are an attack or a storm, and are closed to try again.</summary>
    private const int MaxHandshakes = 512;

    /// <summary>Strangers knock as often as they like; the log says so this often.</summary>
    private static readonly TimeSpan LogPeriod = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private int _handshakes;
    private long _loggedAt = long.MinValue;
    private int _unlogged;

    public async Task<Stream> ConnectAsync(IPEndPoint endpoint, PeerKind peer, CancellationToken cancellation)
    {
        var stream = Wrap(await inner.ConnectAsync(endpoint, peer, cancellation).ConfigureAwait(false));
        var settings = new TlsClientAuthenticationOptions();
        if (options.ClientCertificateMode != RemoteCertificateMode.NoCertificate && options.LocalCertificate is { } certificate)
        {
            settings.Value.ClientCertificates = [certificate];
        }

        try
        {
            options.OnAuthenticateAsClient?.Invoke(new DefaultConnectionContext { RemoteEndPoint = endpoint }, settings);
            await Bounded(token => stream.AuthenticateAsClientAsync(settings.Value, token), cancellation).ConfigureAwait(false);
            return stream;
        }
        catch (Exception fault)
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            if (fault is AuthenticationException)
            {
                LogUnproven(log, endpoint, Reason(fault));
            }

            throw;
        }
    }

    public async Task<Stream> AcceptAsync(Socket socket, PeerKind peer, CancellationToken cancellation)
    {
        var remote = socket.RemoteEndPoint;
        if (Interlocked.Increment(ref _handshakes) > MaxHandshakes)
        {
            Interlocked.Decrement(ref _handshakes);
            throw new IOException($"More than {MaxHandshakes} handshakes are under way.");
        }

        SslStream? stream = null;
        var hasSpoken = false;
        try
        {
            await Bounded(async token => hasSpoken = await socket.ReceiveAsync(new byte[1], SocketFlags.Peek, token).ConfigureAwait(false) > 0, cancellation).ConfigureAwait(false);
            if (!hasSpoken)
            {
                throw new IOException("It went without a word.");
            }

            stream = Wrap(await inner.AcceptAsync(socket, peer, cancellation).ConfigureAwait(false));
            var settings = new TlsServerAuthenticationOptions();
            settings.Value.ServerCertificate = options.LocalCertificate;
            settings.Value.ClientCertificateRequired = options.RemoteCertificateMode != RemoteCertificateMode.NoCertificate;
            options.OnAuthenticateAsServer?.Invoke(new DefaultConnectionContext { RemoteEndPoint = remote }, settings);
            await Bounded(token => stream.AuthenticateAsServerAsync(settings.Value, token), cancellation).ConfigureAwait(false);
            return stream;
        }
        catch (Exception fault)
        {
            if (stream is not null)
            {
                await stream.DisposeAsync().ConfigureAwait(false);
            }

            // Who connects and goes says nothing about itself: a balancer's check, a probe whether the port is open.
            if (hasSpoken && fault is (AuthenticationException or IOException or TimeoutException))
            {
                Refused(peer, remote, Reason(fault));
            }

            throw;
        }
        finally
        {
            Interlocked.Decrement(ref _handshakes);
        }
    }

    private SslStream Wrap(Stream plain) => new(plain, leaveInnerStreamOpen: false, options.RemoteCertificateMode == RemoteCertificateMode.NoCertificate ? null : IsAccepted);

    private bool IsAccepted(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is not X509Certificate2 shown)
        {
            return options.RemoteCertificateMode != RemoteCertificateMode.RequireCertificate;
        }

        return options.RemoteCertificateValidation is { } validation ? validation(shown, chain, errors) : errors == SslPolicyErrors.None;
    }

    private async Task Bounded(Func<CancellationToken, Task> handshake, CancellationToken cancellation)
    {
        using var timeout = new CancellationTokenSource(options.HandshakeTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellation);
        try
        {
            await handshake(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"The TLS handshake took longer than {options.HandshakeTimeout}.");
        }
    }

    private static string Reason(Exception fault) => fault.InnerException is { } inner ? $"{fault.Message} {inner.Message}" : fault.Message;

    private void Refused(PeerKind peer, EndPoint? remote, string reason)
    {
        int others;
        lock (_gate)
        {
            if (_loggedAt != long.MinValue && time.GetElapsedTime(_loggedAt) < LogPeriod)
            {
                _unlogged++;
                return;
            }

            _loggedAt = time.GetTimestamp();
            (others, _unlogged) = (_unlogged, 0);
        }

        LogRefused(log, peer, remote, others, reason);
    }

    [LoggerMessage(EventId = 2040, Level = LogLevel.Warning, Message = "Refused a connection for a {Kind} from {Remote}, and {Others} others since the last such line: it does not prove that it belongs to the cluster. {Reason}")]
    private static partial void LogRefused(ILogger logger, PeerKind kind, EndPoint? remote, int others, string reason);

    [LoggerMessage(EventId = 2041, Level = LogLevel.Warning, Message = "{Remote} does not prove that it belongs to the cluster: {Reason}")]
    private static partial void LogUnproven(ILogger logger, EndPoint remote, string reason);
}
