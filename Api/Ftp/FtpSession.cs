using System.Globalization;
using Orleans.Kv.Api.Files;

namespace Orleans.Kv.Api.Ftp;

/// <summary>One client: takes its commands one after another and answers each. While a transfer runs the connection is read on, for ABOR and STAT; what else comes waits its turn.</summary>
internal sealed partial class FtpSession(ControlConnection control, FileStore files, FtpOptions options, FtpAccess access, TimeProvider time, ILogger logger)
{
    private static readonly HashSet<string> WithArgument = ["MKD", "XMKD", "RMD", "XRMD", "DELE", "RNFR", "RNTO", "SIZE", "MDTM", "MFMT", "TYPE", "STRU", "MODE", "PORT", "EPRT", "REST", "RETR", "STOR", "APPE"];

    private static readonly HashSet<string> Changing = ["MKD", "XMKD", "RMD", "XRMD", "DELE", "RNFR", "RNTO", "MFMT", "STOR", "APPE", "STOU"];

    private readonly Queue<FtpLine> _ahead = new();
    private Task<FtpLine?>? _reading;
    private CancellationToken _stopping;
    private bool _isOver;
    private FilePath _directory;
    private FilePath? _renameFrom;

    public async Task RunAsync(CancellationToken stopping)
    {
        _stopping = stopping;
        try
        {
            await ReplyAsync(new FtpReply(220, "Orleans.Kv files."));
            while (!_isOver && await NextAsync() is { } line) await ReplyAsync(await AnswerAsync(line));
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            await control.WriteAsync(new FtpReply(421, "The server is stopping."), CancellationToken.None);
        }
        finally
        {
            _data?.Dispose();
        }
    }

    /// <summary>The next command, or null where there is none any more.</summary>
    private async Task<FtpLine?> NextAsync()
    {
        if (_ahead.TryDequeue(out var line)) return line;
        var patience = IsLoggedIn ? options.IdleTimeout : options.LoginTimeout;
        try
        {
            var next = await (_reading ??= control.ReadAsync(_stopping)).WaitAsync(patience, time, _stopping);
            _reading = null;
            return next;
        }
        catch (TimeoutException)
        {
            await ReplyAsync(new FtpReply(421, $"Nothing came for {patience.TotalSeconds:0} seconds."));
            return null;
        }
    }

    private Task ReplyAsync(FtpReply reply) => reply == FtpReply.Given ? Task.CompletedTask : control.WriteAsync(reply, CancellationToken.None);

    private async Task<FtpReply> AnswerAsync(FtpLine line)
    {
        if (line.Fault is { } fault) return new FtpReply(500, fault);
        try
        {
            return await DispatchAsync(line.Verb, line.Argument);
        }
        catch (FileException refused)
        {
            return Describe(refused);
        }
    }

    private async Task<FtpReply> DispatchAsync(string verb, string argument)
    {
        if (await TryLoginCommandAsync(verb, argument) is { } answered) return answered;
        if (!IsLoggedIn) return FtpReply.NotLoggedIn;
        if (argument.Length == 0 && WithArgument.Contains(verb)) return new FtpReply(501, $"{verb} needs an argument.");
        if (!MayWrite && Changing.Contains(verb)) return new FtpReply(550, "Permission denied: you may read, and not write.");
        // A rename is two commands in a row.
        var renameFrom = _renameFrom;
        _renameFrom = null;
        return verb switch
        {
            "PWD" or "XPWD" => new FtpReply(257, $"\"{Quoted(_directory)}\" is the current directory."),
            "CWD" or "XCWD" => await ChangeDirectoryAsync(argument),
            "CDUP" or "XCUP" => await ChangeDirectoryAsync(".."),
            "MKD" or "XMKD" => await MakeDirectoryAsync(Path(argument)),
            "RMD" or "XRMD" => await RemoveDirectoryAsync(Path(argument)),
            "DELE" => await DeleteAsync(Path(argument)),
            "RNFR" => await RenameFromAsync(Path(argument)),
            "RNTO" => renameFrom is { } from ? await RenameAsync(from, Path(argument)) : new FtpReply(503, "RNFR comes first."),
            "SIZE" => await SizeAsync(Path(argument)),
            "MDTM" => await ModifiedAsync(Path(argument)),
            "MFMT" => await SetModifiedAsync(argument),
            "MLST" => await MachineListAsync(argument),
            "STAT" => argument.Length == 0 ? Status() : await StatusAsync(argument),
            "TYPE" => SetType(argument),
            "STRU" => argument.Equals("F", StringComparison.OrdinalIgnoreCase) ? new FtpReply(200, "Structure is file.") : new FtpReply(504, "Structure is file, and no other."),
            "MODE" => argument.Equals("S", StringComparison.OrdinalIgnoreCase) ? new FtpReply(200, "Mode is stream.") : new FtpReply(504, "Mode is stream, and no other."),
            "PASV" => Passive(),
            "EPSV" => ExtendedPassive(argument),
            "PORT" => Port(argument),
            "EPRT" => ExtendedPort(argument),
            "ALLO" => new FtpReply(202, "No room needs to be reserved."),
            "REST" => Restart(argument),
            "ABOR" => new FtpReply(226, "There is no transfer."),
            "LIST" => await ListAsync(argument, ListFormat.Unix),
            "NLST" => await ListAsync(argument, ListFormat.Name),
            "MLSD" => await MachineListDirectoryAsync(argument),
            "RETR" => await RetrieveAsync(Path(argument)),
            "STOR" => await StoreAsync(Path(argument), keep: TakeRestart(), unique: false),
            "APPE" => await StoreAsync(Path(argument), keep: null, unique: false),
            "STOU" => await StoreAsync(_directory.Resolve($"file-{Guid.NewGuid():N}"), keep: 0, unique: true),
            "SITE" => new FtpReply(504, "There are no SITE commands."),
            "SMNT" => FtpReply.NotImplemented,
            _ => new FtpReply(500, $"{verb} is not a command."),
        };
    }

    private FilePath Path(string argument) => _directory.Resolve(argument);

    /// <summary>RFC 959, appendix II: a quote in a path is doubled.</summary>
    private static string Quoted(FilePath path) => path.ToString().Replace("\"", "\"\"", StringComparison.Ordinal);

    private static FtpReply Describe(FileException refused) => new(
        refused.Fault switch
        {
            FileFault.BadPath => 553,
            FileFault.TooLarge => 552,
            FileFault.BadOffset => 554,
            FileFault.Busy => 450,
            FileFault.Unavailable or FileFault.Gone => 451,
            _ => 550,
        },
        $"{char.ToUpperInvariant(refused.Message[0])}{refused.Message.AsSpan(1)}.");

    private FtpReply Status() => new(211, "Orleans.Kv files", [
        $"Directory: {_directory}",
        $"Type: {(_isAscii ? "ASCII" : "image")}, structure: file, mode: stream",
        control.IsSecure ? $"Commands are encrypted; data {(_isDataSecure ? "is" : "is not")}" : "Nothing is encrypted",
        _transferred is { } bytes ? string.Create(CultureInfo.InvariantCulture, $"A transfer is under way: {bytes} bytes so far") : "No transfer is under way",
    ]);
}
