using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using Orleans.Kv.Api.Files;

namespace Orleans.Kv.Api.Ftp;

/// <summary>Data connections and what goes over them.</summary>
internal sealed partial class FtpSession
{
    private const int TextBytes = 64 * 1024;

    // Both connections of a client that is killed end within a few milliseconds on a machine that has other work; every upload waits this long for its commit, most of which storing the last chunk takes.
    private static readonly TimeSpan EndOfClient = TimeSpan.FromMilliseconds(20);

    private DataEndpoint? _data;
    private bool _isExtendedOnly;
    private bool _isAscii = true;
    private long _restart;
    private long? _transferred;

    private FtpReply SetType(string type)
    {
        switch (type.ToUpperInvariant())
        {
            case "A" or "A N":
                _isAscii = true;
                return new FtpReply(200, "Type is ASCII.");
            case "I" or "L 8":
                _isAscii = false;
                return new FtpReply(200, "Type is image.");
            default:
                return new FtpReply(504, "TYPE A or TYPE I.");
        }
    }

    private FtpReply Passive()
    {
        if (_isExtendedOnly) return new FtpReply(501, "EPSV ALL was said.");
        var address = options.PublicAddress ?? DataEndpoint.Plain(((IPEndPoint)control.Socket.LocalEndPoint!).Address);
        if (address.AddressFamily != AddressFamily.InterNetwork) return new FtpReply(425, "This connection is IPv6: EPSV, please.");
        if (Listen() is { } failed) return failed;
        var port = _data!.Port;
        return new FtpReply(227, string.Create(CultureInfo.InvariantCulture, $"Entering Passive Mode ({string.Join(',', address.GetAddressBytes())},{port >> 8},{port & 255})."));
    }

    private FtpReply ExtendedPassive(string argument)
    {
        if (argument.Equals("ALL", StringComparison.OrdinalIgnoreCase))
        {
            _isExtendedOnly = true;
            return new FtpReply(200, "EPSV, and no other.");
        }

        var family = DataEndpoint.Plain(((IPEndPoint)control.Socket.LocalEndPoint!).Address).AddressFamily == AddressFamily.InterNetwork ? "1" : "2";
        if (argument.Length > 0 && argument != family) return new FtpReply(522, $"The network protocol of this connection is ({family}).");
        return Listen() ?? new FtpReply(229, string.Create(CultureInfo.InvariantCulture, $"Entering Extended Passive Mode (|||{_data!.Port}|)"));
    }

    private FtpReply? Listen()
    {
        _data?.Dispose();
        _data = null;
        try
        {
            _data = DataEndpoint.Listen(control.Socket, options);
            return null;
        }
        catch (SocketException fault)
        {
            return new FtpReply(425, $"No port is free for a data connection: {fault.Message}.");
        }
    }

    private FtpReply Port(string argument)
    {
        if (_isExtendedOnly) return new FtpReply(501, "EPSV ALL was said.");
        var bytes = new byte[6];
        var parts = argument.Split(',');
        for (var i = 0; i < 6; i++)
        {
            if (parts.Length != 6 || !byte.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out bytes[i])) return new FtpReply(501, "PORT h1,h2,h3,h4,p1,p2.");
        }

        return Toward(new IPEndPoint(new IPAddress(bytes.AsSpan(0, 4)), (bytes[4] << 8) | bytes[5]));
    }

    private FtpReply ExtendedPort(string argument)
    {
        if (_isExtendedOnly) return new FtpReply(501, "EPSV ALL was said.");
        if (argument.Length == 0 || argument.Split(argument[0]) is not ["", var family, var host, var port, ""]
            || !IPAddress.TryParse(host, out var address) || !ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return new FtpReply(501, "EPRT |1|address|port|.");
        if (family != (address.AddressFamily == AddressFamily.InterNetwork ? "1" : "2")) return new FtpReply(522, "The network protocol does not fit the address (1,2).");
        return Toward(new IPEndPoint(address, number));
    }

    private FtpReply Toward(IPEndPoint client)
    {
        if (DataEndpoint.Toward(control.Socket, client) is not { } endpoint) return new FtpReply(504, "Data goes to the address that the commands come from, and to a port from 1024.");
        _data?.Dispose();
        _data = endpoint;
        return new FtpReply(200, "Data will go there.");
    }

    private FtpReply Restart(string argument)
    {
        if (!long.TryParse(argument, NumberStyles.None, CultureInfo.InvariantCulture, out var offset)) return new FtpReply(501, "REST and a number of bytes.");
        if (_isAscii && offset > 0) return new FtpReply(504, "Bytes are counted as TYPE I only.");
        _restart = offset;
        return new FtpReply(350, $"The next transfer begins at byte {argument}.");
    }

    private long TakeRestart() => (_restart, _restart = 0).Item1;

    private async Task<FtpReply> ListAsync(string argument, Func<FileEntry, DateTimeOffset, string> format)
    {
        var entries = await EntriesAsync(argument);
        var now = time.GetUtcNow();
        return await SendLinesAsync(entries.Select(entry => format(entry, now)));
    }

    private async Task<FtpReply> MachineListDirectoryAsync(string argument)
    {
        var directory = argument.Length == 0 ? _directory : Path(argument);
        var self = await files.StatAsync(directory, _stopping);
        if (!self.IsDirectory) return new FtpReply(501, $"{directory} is no directory.");
        var entries = await files.ListAsync(directory, _stopping);
        return await SendLinesAsync(entries.Select(entry => ListFormat.Facts(entry, _facts, "")).Prepend(ListFormat.Facts(self with { Name = "." }, _facts, "cdir")));
    }

    private Task<FtpReply> SendLinesAsync(IEnumerable<string> lines) => TransferAsync("The listing follows.", receives: false, async (data, cancellation) =>
    {
        var text = new StringBuilder();
        foreach (var line in lines)
        {
            text.Append(line).Append("\r\n");
            if (text.Length < TextBytes) continue;
            await SendAsync(data, Encoding.UTF8.GetBytes(text.ToString()), cancellation);
            text.Clear();
        }

        await SendAsync(data, Encoding.UTF8.GetBytes(text.ToString()), cancellation);
        await data.FinishAsync(cancellation);
    });

    private async Task<FtpReply> RetrieveAsync(FilePath path)
    {
        var from = TakeRestart();
        var content = await files.OpenAsync(path, _stopping);
        if (from > content.Size) return new FtpReply(554, $"{path} has {content.Size} bytes.");
        var text = _isAscii ? new AsciiText() : null;
        return await TransferAsync($"{path} follows ({content.Size - from} bytes).", receives: false, async (data, cancellation) =>
        {
            await foreach (var part in content.ReadAsync(from, content.Size, cancellation)) await SendAsync(data, text?.Encode(part.Span) ?? part, cancellation);
            await data.FinishAsync(cancellation);
        });
    }

    private async Task<FtpReply> StoreAsync(FilePath path, long? keep, bool unique)
    {
        _restart = 0;
        await using var upload = await files.UploadAsync(path, keep, _stopping);
        return await TransferAsync(unique ? $"FILE: {path.Name}" : $"Ready for {path}.", receives: true, async (data, cancellation) =>
        {
            if (_isAscii) await ReceiveTextAsync(data, upload, cancellation);
            else await ReceiveAsync(data, upload, cancellation);
            // The end of data is the end of the file (RFC 959, section 3.4.1), but a client that dies closes its connections too, in any order: the commands' may end a moment later.
            var moment = Task.Delay(EndOfClient, time, cancellation);
            await upload.FlushAsync(cancellation);
            await moment;
            if (IsClientGone()) throw new IOException("the client is gone");
            await upload.CommitAsync(_stopping);
        });
    }

    private async Task ReceiveAsync(DataConnection data, FileUpload upload, CancellationToken cancellation)
    {
        while (await data.ReadAsync(upload.Room(), cancellation) is > 0 and var count)
        {
            _transferred += count;
            await upload.AdvanceAsync(count, cancellation);
        }
    }

    private async Task ReceiveTextAsync(DataConnection data, FileUpload upload, CancellationToken cancellation)
    {
        var text = new AsciiText();
        var buffer = new byte[TextBytes];
        while (await data.ReadAsync(buffer, cancellation) is > 0 and var count)
        {
            _transferred += count;
            await upload.WriteAsync(text.Decode(buffer.AsSpan(0, count)), cancellation);
        }

        await upload.WriteAsync(text.End(), cancellation);
    }

    private async Task SendAsync(DataConnection data, ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        await data.WriteAsync(bytes, cancellation);
        _transferred += bytes.Length;
    }

    private bool IsClientGone() => control.Socket.Poll(0, SelectMode.SelectRead) && control.Socket.Available == 0;

    /// <summary>Opens the data connection, has the work done over it, and says how it ended. Meanwhile the client is listened to.</summary>
    private async Task<FtpReply> TransferAsync(string opening, bool receives, Func<DataConnection, CancellationToken, Task> work)
    {
        if (options.RequireTls && !_isDataSecure) return new FtpReply(521, "Data goes encrypted only: PROT P comes first.");
        if (_data is not { } endpoint) return new FtpReply(425, "Where to? PASV, EPSV, PORT or EPRT comes first.");
        _data = null;
        _transferred = 0;
        using var aborted = CancellationTokenSource.CreateLinkedTokenSource(_stopping);
        try
        {
            await ReplyAsync(new FtpReply(150, opening));
            var transfer = CarryOutAsync(endpoint, receives, work, aborted.Token);
            await ListenDuringAsync(transfer, aborted);
            return await transfer;
        }
        finally
        {
            endpoint.Dispose();
            _transferred = null;
        }
    }

    private async Task<FtpReply> CarryOutAsync(DataEndpoint endpoint, bool receives, Func<DataConnection, CancellationToken, Task> work, CancellationToken aborted)
    {
        DataConnection? data = null;
        try
        {
            data = await DataConnection.OpenAsync(endpoint, receives, _isDataSecure ? access.Certificate : null, options, aborted);
            await work(data, aborted);
            return new FtpReply(226, "Done.");
        }
        catch (Exception fault) when (fault is FileException or IOException or SocketException or OperationCanceledException or AuthenticationException or TimeoutException)
        {
            data?.Abort();
            return fault switch
            {
                FileException refused => Describe(refused),
                OperationCanceledException when aborted.IsCancellationRequested => new FtpReply(426, "Aborted."),
                OperationCanceledException or TimeoutException => data is null
                    ? new FtpReply(425, $"No data connection came within {options.DataTimeout.TotalSeconds:0} seconds.")
                    : new FtpReply(426, $"The data connection stood still for {options.DataTimeout.TotalSeconds:0} seconds."),
                _ => new FtpReply(data is null ? 425 : 426, $"The data connection broke: {fault.Message}"),
            };
        }
        finally
        {
            if (data is not null) await data.DisposeAsync();
        }
    }

    private async Task ListenDuringAsync(Task transfer, CancellationTokenSource aborted)
    {
        while (_ahead.Count < options.MaxCommandsAhead)
        {
            _reading ??= control.ReadAsync(_stopping);
            if (await Task.WhenAny(transfer, _reading) == transfer) return;
            FtpLine? line;
            try
            {
                line = await _reading;
            }
            catch (Exception fault) when (fault is IOException or SocketException)
            {
                line = null;
            }

            _reading = null;
            switch (line?.Verb)
            {
                case null:
                    _isOver = true;
                    await aborted.CancelAsync();
                    return;
                case "ABOR":
                    await aborted.CancelAsync();
                    await transfer;
                    // RFC 959, section 4.1.3: 426 for the transfer, then 226 for this command.
                    _ahead.Enqueue(line.Value);
                    return;
                case "STAT" when line.Value.Argument.Length == 0:
                    await ReplyAsync(Status());
                    break;
                case "NOOP":
                    await ReplyAsync(new FtpReply(200, "OK."));
                    break;
                default:
                    _ahead.Enqueue(line.Value);
                    break;
            }
        }
    }
}
