using Orleans.Kv.Api.Access;
using Orleans.Kv.Interfaces.Security;

namespace Orleans.Kv.Tests.Api.Access;

public sealed class TokenSetTests : IDisposable
{
    private const string Hash = "sha256:00112233445566778899aabbccddeeff:00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

    private readonly TokenFile _file = new();

    public void Dispose() => _file.Dispose();

    [Fact]
    public void ATokenOfTheFile_IsFoundWithItsRole_AndNothingLikeIt()
    {
        var reader = _file.Add("reports", "read");
        var writer = _file.Add("shop", "write");
        var admin = _file.Add("ops", "admin");
        var tokens = TokenSet.Read("# who may\n\n" + File.ReadAllText(_file.Path), out _)!;

        Assert.Equal(3, tokens.Count);
        Assert.Equal(("reports", Role.Read), (tokens.Find(reader)!.Name, tokens.Find(reader)!.Role));
        Assert.Equal(Role.Write, tokens.Find(writer)!.Role);
        Assert.Equal(Role.Admin, tokens.Find(admin)!.Role);
        Assert.All(
            [
                "", ".", "reports", "reports.", "shop" + reader[7..], reader[..^1], reader + "0", reader.ToUpperInvariant(), "nobody.00", " " + reader,
                "reports." + new string('0', 64), reader.Replace('.', 'ä'), new string('a', 10_000), "reports." + new string('0', 10_000), reader + "\n",
            ],
            text => Assert.Null(tokens.Find(text)));
    }

    [Theory]
    [InlineData("", "no token")]
    [InlineData("# nothing", "no token")]
    [InlineData("a read", "line 1")]
    [InlineData("a read x y", "line 1")]
    [InlineData("a owner " + Hash, "role owner")]
    [InlineData("a Read " + Hash, "role Read")]
    [InlineData("a read 0011", "hash of a")]
    [InlineData("a read md5:00112233445566778899aabbccddeeff:00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff", "hash of a")]
    [InlineData("a read " + Hash + "0", "hash of a")]
    [InlineData("a read sha256:zz112233445566778899aabbccddeeff:00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff", "hexadecimal")]
    [InlineData("a.b read " + Hash, "name")]
    [InlineData("a read " + Hash + "\n\nb read " + Hash + "\na admin " + Hash, "line 4: a is there already")]
    public void AMistakeInTheFile_IsNamed(string text, string about)
    {
        Assert.Null(TokenSet.Read(text, out var faults));
        Assert.Contains(faults, fault => fault.Contains(about, StringComparison.Ordinal));
    }

    [Fact]
    public void EveryMistakeInTheFile_IsNamedAtOnce()
    {
        Assert.Null(TokenSet.Read($"a read\nb read {Hash}\nc king {Hash}", out var faults));
        Assert.Equal(["line 1", "line 3"], faults.Select(fault => fault.Split(':')[0]));
    }
}
