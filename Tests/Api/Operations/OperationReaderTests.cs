using System.Text;
using Orleans.Kv.Api.Keys;
using Orleans.Kv.Api.Operations;
using Orleans.Kv.Api.Problems;

namespace Orleans.Kv.Tests.Api.Operations;

public sealed class OperationReaderTests
{
    private readonly KeyRouteCache _routes = new();

    [Theory]
    [InlineData("""{"key":"a","value":{"b" : [1.0, -0e2], "c":"\u00e9"}}""", """{"b" : [1.0, -0e2], "c":"\u00e9"}""")]
    [InlineData("""{"value":  null ,"key":"a"}""", "null")]
    [InlineData("""{"value":12345678901234567890.5e-3,"key":"a"}""", "12345678901234567890.5e-3")]
    [InlineData("""{"key":"a","value":"é\n"}""", "\"é\\n\"")]
    [InlineData("""  {"key":"a","value":[[[]]] }  """, "[[[]]]")]
    public void Value_IsTakenByteForByte(string body, string value)
    {
        var input = Read(OperationShape.Store, body);

        Assert.Equal("a", input.Route.Key);
        Assert.Equal(value, Encoding.UTF8.GetString(input.Value!));
    }

    [Fact]
    public void EveryField_IsRead()
    {
        var store = Read(OperationShape.Store, """{"key":"k","value":1,"ttlSeconds":1.5,"ifVersion":9223372036854775807,"requestId":"r"}""");
        Assert.Equal((1500L, (long?)long.MaxValue, false), (store.TtlMilliseconds, store.IfVersion, store.IfAbsent));
        Assert.Equal(RequestOrigin.Of("r"u8), store.RequestOrigin);
        Assert.True(Read(OperationShape.Store, """{"key":"k","value":1,"ifAbsent":true}""").IfAbsent);

        var test = Read(OperationShape.TestAndSet, """{"key":"k","expect": {"a":1} ,"value":2}""");
        Assert.Equal("""{"a":1}""", Encoding.UTF8.GetString(test.Expect!));
        Assert.Null(Read(OperationShape.TestAndSet, """{"key":"k","expect":null,"value":2}""").Expect);
    }

    [Fact]
    public void AnEncodedValue_IsBoundedByItsBytes_NotByItsText()
    {
        var value = new byte[OperationLimits.MaxValueBytes];
        new Random(1).NextBytes(value);
        string Body(byte[] bytes) => $$"""{"key":"a","contentType":"image/png","value":"{{Convert.ToBase64String(bytes)}}"}""";
        Assert.Equal(value, Read(OperationShape.Store, Body(value)).Value);
        Assert.Equal(ProblemCode.ValueTooLarge, Refused(OperationShape.Store, Body([.. value, 1])).Code);
    }

    [Theory]
    [InlineData("""{"key":"\u0061\ud83d\ude00","value":1}""", "a😀")]
    [InlineData("""{"\u006bey":"a","value":1}""", "a")]
    public void Escapes_AreTheCharactersTheyStandFor(string body, string key) => Assert.Equal(key, Read(OperationShape.Store, body).Route.Key);

    [Fact]
    public void AKeyOf1024Bytes_IsAccepted_OneMoreIsNot()
    {
        var key = new string('é', 512);
        Assert.Equal(key, Read(OperationShape.Fetch, $$"""{"key":"{{key}}"}""").Route.Key);
        var escaped = string.Concat(Enumerable.Repeat("\\u00e9", 512));
        Assert.Equal(key, Read(OperationShape.Fetch, $$"""{"key":"{{escaped}}"}""").Route.Key);

        var problem = Refused(OperationShape.Fetch, $$"""{"key":"{{key}}x"}""");
        Assert.Equal((ProblemCode.InvalidField, "key"), (problem.Code, problem.Field));
    }

    [Theory]
    [InlineData("", ProblemCode.Malformed, null)]
    [InlineData("x", ProblemCode.Malformed, null)]
    [InlineData("[]", ProblemCode.Malformed, null)]
    [InlineData("null", ProblemCode.Malformed, null)]
    [InlineData("{", ProblemCode.Malformed, null)]
    [InlineData("""{"key":"a","value":1}x""", ProblemCode.Malformed, null)]
    [InlineData("""{"key":"a","value":1}{}""", ProblemCode.Malformed, null)]
    [InlineData("""{"key":"a","value":}""", ProblemCode.Malformed, null)]
    [InlineData("""{"key":"a","value":01}""", ProblemCode.Malformed, null)]
    [InlineData("""{"key":"a","value":1,}""", ProblemCode.Malformed, null)]
    [InlineData("""{"key":"a","value":NaN}""", ProblemCode.Malformed, null)]
    [InlineData("""{'key':"a","value":1}""", ProblemCode.Malformed, null)]
    [InlineData("""{"key":"a",/* */"value":1}""", ProblemCode.Malformed, null)]
    [InlineData("""{"value":1}""", ProblemCode.MissingField, "key")]
    [InlineData("""{"key":"a"}""", ProblemCode.MissingField, "value")]
    [InlineData("""{"key":"","value":1}""", ProblemCode.InvalidField, "key")]
    [InlineData("""{"key":"\ud800","value":1}""", ProblemCode.InvalidField, "key")]
    [InlineData("""{"key":1,"value":1}""", ProblemCode.WrongType, "key")]
    [InlineData("""{"key":null,"value":1}""", ProblemCode.WrongType, "key")]
    [InlineData("""{"key":["a"],"value":1}""", ProblemCode.WrongType, "key")]
    [InlineData("""{"key":"a","key":"b","value":1}""", ProblemCode.DuplicateField, "key")]
    [InlineData("""{"key":"a","value":1,"value":1}""", ProblemCode.DuplicateField, "value")]
    [InlineData("""{"key":"a","value":1,"ttl":1}""", ProblemCode.UnknownField, "ttl")]
    [InlineData("""{"key":"a","value":1,"Key":"b"}""", ProblemCode.UnknownField, "Key")]
    [InlineData("""{"key":"a","value":1,"expect":1}""", ProblemCode.UnknownField, "expect")]
    [InlineData("""{"key":"a","value":1,"ttlSeconds":"1"}""", ProblemCode.WrongType, "ttlSeconds")]
    [InlineData("""{"key":"a","value":1,"ttlSeconds":0}""", ProblemCode.InvalidField, "ttlSeconds")]
    [InlineData("""{"key":"a","value":1,"ttlSeconds":-1}""", ProblemCode.InvalidField, "ttlSeconds")]
    [InlineData("""{"key":"a","value":1,"ttlSeconds":1e999}""", ProblemCode.InvalidField, "ttlSeconds")]
    [InlineData("""{"key":"a","value":1,"ifVersion":"1"}""", ProblemCode.WrongType, "ifVersion")]
    [InlineData("""{"key":"a","value":1,"ifVersion":1.5}""", ProblemCode.InvalidField, "ifVersion")]
    [InlineData("""{"key":"a","value":1,"ifVersion":-1}""", ProblemCode.InvalidField, "ifVersion")]
    [InlineData("""{"key":"a","value":1,"ifVersion":9223372036854775808}""", ProblemCode.InvalidField, "ifVersion")]
    [InlineData("""{"key":"a","value":1,"ifAbsent":1}""", ProblemCode.WrongType, "ifAbsent")]
    [InlineData("""{"key":"a","value":1,"ifAbsent":true,"ifVersion":3}""", ProblemCode.InvalidField, "ifAbsent")]
    [InlineData("""{"key":"a","value":1,"requestId":7}""", ProblemCode.WrongType, "requestId")]
    [InlineData("""{"key":"a","value":1,"requestId":""}""", ProblemCode.InvalidField, "requestId")]
    public void ABadStore_IsRefusedWithItsFieldAndLeavesNoTrace(string body, string code, string? field)
    {
        var problem = Refused(OperationShape.Store, body);

        Assert.Equal((400, code, field), (problem.Status, problem.Code, problem.Field));
        Assert.Equal(0, _routes.Count);
    }

    [Theory]
    [InlineData("""{"key":"a","consistency":"weak"}""", ProblemCode.InvalidField, "consistency")]
    [InlineData("""{"key":"a","consistency":true}""", ProblemCode.WrongType, "consistency")]
    [InlineData("""{"key":"a","value":1}""", ProblemCode.UnknownField, "value")]
    [InlineData("""{"key":"a","ifVersion":1}""", ProblemCode.UnknownField, "ifVersion")]
    public void ABadFetch_IsRefusedWithItsField(string body, string code, string field)
    {
        var problem = Refused(OperationShape.Fetch, body);

        Assert.Equal((code, field), (problem.Code, problem.Field));
    }

    [Theory]
    [InlineData("""{"key":"a","value":2}""", ProblemCode.MissingField, "expect")]
    [InlineData("""{"key":"a","expect":2}""", ProblemCode.MissingField, "value")]
    public void ABadTestset_IsRefusedWithItsField(string body, string code, string field)
    {
        var problem = Refused(OperationShape.TestAndSet, body);

        Assert.Equal((code, field), (problem.Code, problem.Field));
    }

    [Theory]
    [InlineData("{\n  \"key\": oops}", 2, 10)]
    [InlineData("{\"key\":\"a\",\n\"value\":1,\n \"extra\":1}", 3, 2)]
    public void AProblem_NamesLineAndColumn(string body, long line, long column)
    {
        var problem = Refused(OperationShape.Store, body);

        Assert.Equal((line, column), (problem.Line, problem.Column));
    }

    [Fact]
    public void TextThatIsNotUtf8_IsRefusedWithItsPosition()
    {
        var body = "{\"key\":\"a\",\n\"value\":\"?\"}"u8.ToArray();
        body[Array.IndexOf(body, (byte)'?')] = 0xff;

        Assert.Null(OperationReader.Read(body, OperationShape.Store, _routes, out var problem));
        Assert.Equal((ProblemCode.Malformed, 2L, 10L), (problem!.Code, problem.Line, problem.Column));
    }

    [Fact]
    public void NestingBeyondTheBound_IsRefused()
    {
        string Nested(int depth) => $$"""{"key":"a","value":{{new string('[', depth)}}{{new string(']', depth)}}}""";

        Read(OperationShape.Store, Nested(OperationLimits.MaxDepth - 1));
        Assert.Equal(ProblemCode.Malformed, Refused(OperationShape.Store, Nested(OperationLimits.MaxDepth)).Code);
        Assert.Equal(ProblemCode.Malformed, Refused(OperationShape.Store, Nested(100_000)).Code);
    }

    [Fact]
    public void AValueOverTheBound_Is413()
    {
        string Sized(int bytes) => $$"""{"key":"a","value":"{{new string('x', bytes - 2)}}"}""";

        Assert.Equal(OperationLimits.MaxValueBytes, Read(OperationShape.Store, Sized(OperationLimits.MaxValueBytes)).Value!.Length);
        var problem = Refused(OperationShape.Store, Sized(OperationLimits.MaxValueBytes + 1));
        Assert.Equal((413, ProblemCode.ValueTooLarge, "value"), (problem.Status, problem.Code, problem.Field));
    }

    [Fact]
    public void RandomBytes_AreRefusedAndNeverCrash()
    {
        const int Seed = 20260103;
        var random = new Random(Seed);
        for (var i = 0; i < 50_000; i++)
        {
            var body = new byte[random.Next(64)];
            random.NextBytes(body);
            Assert.True(OperationReader.Read(body, OperationShape.Store, _routes, out var problem) is null, $"accepted in round {i} of seed {Seed}");
            Assert.Equal(400, problem!.Status);
        }
    }

    [Fact]
    public void MutatedBodies_AreRefusedOrMeanWhatTheySay()
    {
        const int Seed = 20260104;
        var random = new Random(Seed);
        var seeds = new[]
        {
            """{"key":"some-key","value":{"a":[1,2,{"b":"c"}]},"ttlSeconds":5,"ifVersion":3,"requestId":"abc"}""",
            """{"key":"\u00e9\n","expect":null,"value":[true,false,null,-1.5e3]}""",
        };
        var accepted = 0;
        for (var i = 0; i < 100_000; i++)
        {
            var shape = i % 2 == 0 ? OperationShape.Store : OperationShape.TestAndSet;
            var body = Encoding.UTF8.GetBytes(seeds[i % 2]);
            for (var edits = random.Next(3); edits >= 0; edits--) body = Mutate(body, random);
            var input = OperationReader.Read(body, shape, _routes, out var problem);
            if (input is null)
            {
                Assert.True(problem!.Status == 400, $"{problem} in round {i} of seed {Seed}");
                continue;
            }

            // What is accepted is JSON by another parser's judgment too, and the value is the slice that this one finds.
            accepted++;
            using var document = System.Text.Json.JsonDocument.Parse(body);
            Assert.Equal(document.RootElement.GetProperty("value").GetRawText(), Encoding.UTF8.GetString(input.Value!));
            Assert.Equal(document.RootElement.GetProperty("key").GetString(), input.Route.Key);
        }

        Assert.InRange(accepted, 1_000, 99_000);
    }

    private static byte[] Mutate(byte[] body, Random random)
    {
        var at = random.Next(body.Length);
        switch (random.Next(4))
        {
            case 0:
                body[at] = (byte)random.Next(256);
                return body;
            case 1:
                return [.. body[..at], .. body[(at + 1)..], (byte)' '];
            case 2:
                return [.. body[..at], (byte)"{}[]\",:0\\ "[random.Next(10)], .. body[at..]];
            default:
                var length = random.Next(Math.Min(12, body.Length - at));
                return [.. body[..(at + length)], .. body[at..]];
        }
    }

    private OperationInput Read(OperationShape shape, string body)
    {
        var input = OperationReader.Read(Encoding.UTF8.GetBytes(body), shape, _routes, out var problem);
        Assert.True(input is not null, problem?.ToString());
        Assert.Null(problem);
        return input;
    }

    private Problem Refused(OperationShape shape, string body)
    {
        Assert.Null(OperationReader.Read(Encoding.UTF8.GetBytes(body), shape, _routes, out var problem));
        Assert.NotNull(problem);
        return problem;
    }
}
