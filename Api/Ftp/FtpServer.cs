using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Orleans.Kv.Api.Files;
using Orleans.Kv.Interfaces.Security;

namespace Orleans.Kv.Api.Ftp;

/// <summary>
/// Files of the store by FTP: RFC 959 as RFC 1123 wants it, extended passive mode (2428), TLS (4217), UTF-8 (2640), and sizes, times, restarts and machine-readable listings (3659). This class listens and bounds the
/// sessions; a <see cref="FtpSession"/> is one client; what files are is the <see cref="FileStore"/>'s matter.
/// </summary>
internal sealed partial class FtpServer(FileStore files, FtpOptions options, TimeProvider time, ILogger<FtpServer> logger, TokenStore? tokens = null) : IHostedService, IDisposable
{
    private readonly ConcurrentDictionary<Task, bool> _sessions = new();
    private readonly CancellationTokenSource _stopping = new();
    private Socket? _listener;
    private FtpAccess? _access;
    private Task _accepting = Task.CompletedTask;

    /// <summary>Where it listens, once it has started.</summary>
    public IPEndPoint Endpoint => (IPEndPoint)_listener!.LocalEndPoint!;

    /// <summary>Clients that are connected.</summary>
    public int Sessions => _sessions.Count;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _access = FtpAccess.Read(options, tokens);
        var endpoint = new IPEndPoint(options.Address, options.Port!.Value);
        try
        {
            _listener = new Socket(options.Address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            if (options.Address.Equals(IPAddress.IPv6Any)) _listener.DualMode = true;
            _listener.Bind(endpoint);
            _listener.Listen();
        }
        catch (SocketException fault)
        {
            throw new FtpStartException($"The API host cannot start: it cannot listen for FTP on {endpoint} ({fault.Message}).", fault);
        }

        LogListening(Endpoint);
        _accepting = AcceptAsync(_listener);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        _listener?.Dispose();
        try
        {
            await Task.WhenAll(_sessions.Keys.Append(_accepting)).WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            LogLeft(_sessions.Count);
        }
    }

    public void Dispose()
    {
        _listener?.Dispose();
        _access?.Certificate?.Dispose();
        _stopping.Dispose();
    }

    private async Task AcceptAsync(Socket listener)
    {
        while (!_stopping.IsCancellationRequested)
        {
            Socket socket;
            try
            {
                socket = await listener.AcceptAsync(_stopping.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (SocketException fault)
            {
                // A client that went away at once, or no descriptor left: those that are served go on.
                LogNotAccepted(fault.Message);
                await Task.Delay(TimeSpan.FromMilliseconds(100), time, CancellationToken.None);
                continue;
            }

            var session = ServeAsync(socket, _sessions.Count >= options.MaxSessions);
            _sessions[session] = true;
            _ = session.ContinueWith(ended => _sessions.TryRemove(ended, out _), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    private async Task ServeAsync(Socket socket, bool isOneTooMany)
    {
        await Task.Yield();
        try
        {
            await using var control = new ControlConnection(socket, options);
            if (isOneTooMany) await control.WriteAsync(new FtpReply(421, "Too many sessions; try again later."), _stopping.Token);
            else await new FtpSession(control, files, options, _access!, time, logger).RunAsync(_stopping.Token);
        }
        catch (Exception fault) when (fault is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            LogBroken(fault.Message);
        }
        catch (Exception fault)
        {
            LogFault(fault);
        }
    }

    [LoggerMessage(620, LogLevel.Information, "FTP on {Endpoint}")]
    private partial void LogListening(IPEndPoint endpoint);

    [LoggerMessage(621, LogLevel.Warning, "{Sessions} FTP sessions did not end in time and are cut off.")]
    private partial void LogLeft(int sessions);

    [LoggerMessage(622, LogLevel.Warning, "An FTP connection could not be accepted: {Reason}")]
    private partial void LogNotAccepted(string reason);

    [LoggerMessage(623, LogLevel.Debug, "An FTP session ended: {Reason}")]
    private partial void LogBroken(string reason);

    [LoggerMessage(624, LogLevel.Error, "An FTP session failed.")]
    private partial void LogFault(Exception fault);
}
