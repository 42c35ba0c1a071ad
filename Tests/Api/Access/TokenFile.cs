using System.Security.Cryptography;
using System.Text;

namespace Orleans.Kv.Tests.Api.Access;

/// <summary>A token file of a test's own, written without the product's code.</summary>
internal sealed class TokenFile : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly List<string> _lines = [];

    public string Path => _directory.File("tokens");

    /// <summary>Adds a token and returns its text.</summary>
    public string Add(string name, string role)
    {
        var token = $"{name}.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32))}";
        var salt = RandomNumberGenerator.GetBytes(16);
        var hash = SHA256.HashData([.. salt, .. Encoding.ASCII.GetBytes(token)]);
        _lines.Add($"{name} {role} sha256:{Convert.ToHexStringLower(salt)}:{Convert.ToHexStringLower(hash)}");
        Write();
        return token;
    }

    public void Remove(string name)
    {
        _lines.RemoveAll(line => line.StartsWith(name + " ", StringComparison.Ordinal));
        Write();
    }

    public void Replace(string name, string role, string newRole)
    {
        var at = _lines.FindIndex(line => line.StartsWith($"{name} {role} ", StringComparison.Ordinal));
        _lines[at] = _lines[at].Replace($"{name} {role} ", $"{name} {newRole} ", StringComparison.Ordinal);
        Write();
    }

    public void Write(string text) => File.WriteAllText(Path, text);

    public void Dispose() => _directory.Dispose();

    // As a careful editor does: never half a file.
    private void Write()
    {
        File.WriteAllText(Path + ".new", string.Join('\n', _lines) + "\n");
        File.Move(Path + ".new", Path, overwrite: true);
    }
}
