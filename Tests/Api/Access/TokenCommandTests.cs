using System.Diagnostics;
using System.Runtime.Versioning;
using KvTokenFile = Orleans.Kv.Cli.Access.TokenFile;
using Orleans.Kv.Api.Access;
using Orleans.Kv.Cli.Http;
using Orleans.Kv.Interfaces.Security;

namespace Orleans.Kv.Tests.Api.Access;

/// <summary><c>kv token</c>, whose file is what an API host reads.</summary>
public sealed class TokenCommandTests : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private static readonly string[] Roles = ["read", "write", "admin"];

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task WhatKvWrites_TheApiHostReads()
    {
        var file = await KvTokenFile.ReadAsync(_directory.File("tokens"), mayBeAbsent: true);
        var tokens = Roles.ToDictionary(role => role, role => file.Add("for-" + role, role));
        await file.WriteAsync();

        var read = TokenSet.Read(await File.ReadAllTextAsync(file.Path), out var faults);
        Assert.Empty(faults);
        Assert.All(tokens, token => Assert.Equal(("for-" + token.Key, token.Key), (read!.Find(token.Value)!.Name, RoleNames.NameOf(read.Find(token.Value)!.Role))));
        Assert.Equal(3, tokens.Values.Distinct().Count());
        Assert.All(tokens.Values, token => Assert.DoesNotContain(token.Split('.')[1], File.ReadAllText(file.Path), StringComparison.Ordinal));
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task TheFile_IsForItsOwnerAlone_UnlessItWasForOthers_AndItsCommentsStay()
    {
        var path = _directory.File("tokens");
        var file = await KvTokenFile.ReadAsync(path, mayBeAbsent: true);
        file.Add("a", "read");
        await file.WriteAsync();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));

        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        await File.AppendAllTextAsync(path, "# the shop's\n");
        file = await KvTokenFile.ReadAsync(path, mayBeAbsent: false);
        file.Add("b", "write");
        Assert.True(file.Remove("a"));
        await file.WriteAsync();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, File.GetUnixFileMode(path));
        Assert.Equal(["#", "b"], (await File.ReadAllLinesAsync(path)).Select(line => line.Split(' ')[0]));
    }

    [Fact]
    public async Task CreateListRevoke_DoWhatTheySay()
    {
        var file = _directory.File("tokens");
        var (code, token, _) = await KvAsync("token", "create", "shop", "--role", "write", "--file", file);
        Assert.Equal((0, true), (code, TokenSet.Read(await File.ReadAllTextAsync(file), out _)!.Find(token.Trim()) is { Name: "shop", Role: Role.Write }));
        Assert.Equal((0, "shop write\n"), (await KvAsync("token", "list", "--file", file)) is var (listed, names, _) ? (listed, names) : default);

        var (again, _, error) = await KvAsync("token", "create", "shop", "--role", "read", "--file", file);
        Assert.Equal(1, again);
        Assert.Contains("shop", error, StringComparison.Ordinal);
        Assert.Equal(2, (await KvAsync("token", "create", "a.b", "--role", "read", "--file", file)).Code);
        Assert.Equal(2, (await KvAsync("token", "create", "a", "--role", "king", "--file", file)).Code);
        Assert.Equal(1, (await KvAsync("token", "revoke", "nobody", "--file", file)).Code);

        (code, _, error) = await KvAsync("token", "revoke", "shop", "--file", file);
        Assert.Equal(0, code);
        Assert.Contains("no token any more", error, StringComparison.Ordinal);
        Assert.Equal(3, (await KvAsync("token", "list", "--file", file + "x")).Code);
    }

    private async Task<(int Code, string Output, string Errors)> KvAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardError = true, RedirectStandardOutput = true, WorkingDirectory = _directory.FullPath };
        start.ArgumentList.Add(typeof(Bodies).Assembly.Location);
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        using var patience = new CancellationTokenSource(Deadline);
        await process.WaitForExitAsync(patience.Token);
        return (process.ExitCode, await output, await errors);
    }
}
