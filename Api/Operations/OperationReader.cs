using System.Text.Json;
using System.Text.Unicode;
using Orleans.Kv.Api.Keys;
using Orleans.Kv.Api.Problems;
using Orleans.Kv.Consensus;
using Orleans.Kv.Interfaces.Operations;

namespace Orleans.Kv.Api.Operations;

/// <summary>
/// Reads the body of an operation: one pass of the JSON tokenizer over the request's own bytes. Values are not taken apart: the
/// tokenizer finds where one ends, which proves that it is JSON, and its bytes are copied out as they are, so that what is fetched is
/// what was stored, to the byte: number formats, escapes and the order of members included.
/// </summary>
/// <remarks>
/// Strict, because a misspelt condition that is ignored destroys data: unknown and repeated fields, other types and missing fields are
/// refused, and so is text that is not UTF-8 anywhere in the body. Nothing is remembered of a refused body.
/// </remarks>
internal ref struct OperationReader
{
    // A key that needs more raw bytes than this cannot be within its bound: every byte would be an escape of six.
    private const int MaxRawKeyBytes = 6 * OperationLimits.MaxKeyBytes;
    private const int MaxEchoedName = 64;

    private static readonly JsonReaderOptions Strict = new() { MaxDepth = OperationLimits.MaxDepth };

    private readonly ReadOnlySpan<byte> _body;
    private readonly OperationShape _shape;
    private Utf8JsonReader _json;
    private OperationFields _seen;
    private ReadOnlySpan<byte> _key;
    private ReadOnlySpan<byte> _value;
    private ReadOnlySpan<byte> _expect;
    private long _ttlMilliseconds;
    private long? _ifVersion;
    private bool _ifAbsent;
    private Guid? _requestOrigin;
    private ReadConsistency _consistency;
    private string? _contentType;
    private string? _expectContentType;
    private int _valueAt;
    private int _expectAt;
    private Problem? _problem;

    private OperationReader(ReadOnlySpan<byte> body, OperationShape shape)
    {
        _body = body;
        _shape = shape;
        _json = new Utf8JsonReader(body, Strict);
    }

    /// <summary>Returns the operation, or null with the problem that the body has. A <paramref name="route"/> stands for a key that the body does not name.</summary>
    public static OperationInput? Read(ReadOnlySpan<byte> body, OperationShape shape, KeyRouteCache routes, out Problem? problem, KeyRoute? route = null)
    {
        var reader = new OperationReader(body, shape);
        try
        {
            if (!Utf8.IsValid(body)) problem = BodyPosition.NotUtf8(body);
            else if (reader.ReadObject()) return reader.Finish(routes, route, out problem);
            else problem = reader._problem!;
        }
        catch (JsonException exception)
        {
            problem = Problem.Malformed(Explain(exception), (exception.LineNumber ?? 0) + 1, (exception.BytePositionInLine ?? 0) + 1);
        }

        return null;
    }

    private bool ReadObject()
    {
        _json.Read();
        if (_json.TokenType != JsonTokenType.StartObject)
        {
            _problem = Here("the body must be a JSON object");
            return false;
        }

        while (_json.Read() && _json.TokenType == JsonTokenType.PropertyName)
        {
            var field = Field();
            if (field == OperationFields.None) return Refuse(ProblemCode.UnknownField, Echo(), "this operation has no such field");
            if ((_seen & field) != 0) return Refuse(ProblemCode.DuplicateField, Name(field), "the field appears more than once");
            _seen |= field;
            _json.Read();
            if (!ReadField(field)) return false;
        }

        // Anything but white space after the object is an error that the tokenizer reports here.
        _json.Read();
        var missing = _shape.Required & ~_seen;
        return missing == OperationFields.None || Refuse(ProblemCode.MissingField, Name(First(missing)), "the field is required");
    }

    private readonly OperationFields Field()
    {
        var field =
            _json.ValueTextEquals("key"u8) ? OperationFields.Key
            : _json.ValueTextEquals("value"u8) ? OperationFields.Value
            : _json.ValueTextEquals("expect"u8) ? OperationFields.Expect
            : _json.ValueTextEquals("ttlSeconds"u8) ? OperationFields.TtlSeconds
            : _json.ValueTextEquals("ifVersion"u8) ? OperationFields.IfVersion
            : _json.ValueTextEquals("ifAbsent"u8) ? OperationFields.IfAbsent
            : _json.ValueTextEquals("requestId"u8) ? OperationFields.RequestId
            : _json.ValueTextEquals("consistency"u8) ? OperationFields.Consistency
            : _json.ValueTextEquals("contentType"u8) ? OperationFields.ContentType
            : _json.ValueTextEquals("encoding"u8) ? OperationFields.Encoding
            : _json.ValueTextEquals("expectContentType"u8) ? OperationFields.ExpectContentType
            : _json.ValueTextEquals("op"u8) ? OperationFields.Op
            : OperationFields.None;
        return field & _shape.Allowed;
    }

    private bool ReadField(OperationFields field) => field switch
    {
        OperationFields.Key => ReadText("key", MaxRawKeyBytes, OperationLimits.MaxKeyBytes, out _key),
        OperationFields.Value => ReadRaw(out _value, out _valueAt),
        OperationFields.Expect => _json.TokenType == JsonTokenType.Null || ReadRaw(out _expect, out _expectAt),
        OperationFields.TtlSeconds => ReadTtl(),
        OperationFields.IfVersion => ReadIfVersion(),
        OperationFields.IfAbsent => ReadIfAbsent(),
        OperationFields.RequestId => ReadRequestId(),
        OperationFields.Consistency => ReadRequestedConsistency(),
        OperationFields.ContentType => ReadMediaType("contentType", out _contentType),
        OperationFields.ExpectContentType => ReadMediaType("expectContentType", out _expectContentType),
        OperationFields.Encoding => ReadEncoding(),
        // Whoever chose the shape has read it.
        OperationFields.Op => _json.TokenType == JsonTokenType.String || Refuse(ProblemCode.WrongType, "op", "must be a string"),
        _ => throw new InvalidOperationException($"no reader for {field}"),
    };

    private bool ReadText(string name, int maxRaw, int max, out ReadOnlySpan<byte> text)
    {
        text = default;
        if (_json.TokenType != JsonTokenType.String) return Refuse(ProblemCode.WrongType, name, "must be a string");
        text = _json.ValueSpan;
        if (text.Length > maxRaw) return TooLong(name, max);
        if (_json.ValueIsEscaped)
        {
            // Escapes are rare in keys; the copy is made only for them.
            var unescaped = new byte[text.Length];
            try
            {
                text = unescaped.AsSpan(0, _json.CopyString(unescaped));
            }
            catch (InvalidOperationException)
            {
                return Refuse(ProblemCode.InvalidField, name, "has an escape that is half of a surrogate pair, which is no character");
            }
        }

        if (text.Length == 0) return Refuse(ProblemCode.InvalidField, name, "must not be empty");
        return text.Length <= max || TooLong(name, max);
    }

    private bool TooLong(string name, int max) =>
        Refuse(ProblemCode.InvalidField, name, $"must have at most {max} bytes of UTF-8");

    // How long it may be depends on what it is, which another field says.
    private bool ReadRaw(out ReadOnlySpan<byte> raw, out int at)
    {
        at = (int)_json.TokenStartIndex;
        _json.Skip();
        raw = _body[at..(int)_json.BytesConsumed];
        return true;
    }

    private bool ReadMediaType(string name, out string? contentType)
    {
        contentType = null;
        if (!ReadText(name, 6 * RegisterState.MaxContentTypeBytes, RegisterState.MaxContentTypeBytes, out var text)) return false;
        contentType = MediaType.Normalize(System.Text.Encoding.UTF8.GetString(text), out var fault);
        return fault is null || Refuse(ProblemCode.InvalidField, name, fault);
    }

    private bool ReadEncoding()
    {
        if (_json.TokenType != JsonTokenType.String) return Refuse(ProblemCode.WrongType, "encoding", "must be a string");
        return _json.ValueTextEquals("base64"u8) || Refuse(ProblemCode.InvalidField, "encoding", "must be \"base64\"");
    }

    private bool ReadTtl()
    {
        // A touch says "for ever" by a null or a zero; other operations by leaving the field out, and a zero there is more likely a mistake.
        var mayBeNever = _shape.Code == OperationCode.Touch;
        if (mayBeNever && _json.TokenType == JsonTokenType.Null) return true;
        if (_json.TokenType != JsonTokenType.Number) return Refuse(ProblemCode.WrongType, "ttlSeconds", "must be a number of seconds");
        // What is too large for a double is too large here as well.
        var isNumber = _json.TryGetDouble(out var seconds);
        if (isNumber && seconds == 0 && mayBeNever) return true;
        if (!isNumber || !OperationLimits.TryMilliseconds(seconds, out _ttlMilliseconds))
        {
            return Refuse(
                ProblemCode.InvalidField, "ttlSeconds", $"must be above 0 and at most {OperationLimits.MaxTtlSeconds:0} (a hundred years)");
        }

        return true;
    }

    // Versions are 64-bit, and are read as such: no way through a double, which is exact only up to 2^53.
    private bool ReadIfVersion()
    {
        if (_json.TokenType != JsonTokenType.Number) return Refuse(ProblemCode.WrongType, "ifVersion", "must be an integer");
        if (!_json.TryGetInt64(out var version) || version < 0)
            return Refuse(ProblemCode.InvalidField, "ifVersion", "must be an integer from 0 (the key does not exist) to 2^63-1");
        _ifVersion = version;
        return true;
    }

    private bool ReadIfAbsent()
    {
        if (_json.TokenType is not (JsonTokenType.True or JsonTokenType.False))
            return Refuse(ProblemCode.WrongType, "ifAbsent", "must be true or false");
        _ifAbsent = _json.TokenType == JsonTokenType.True;
        return true;
    }

    private bool ReadRequestId()
    {
        const int Max = OperationLimits.MaxRequestIdBytes;
        if (!ReadText("requestId", 6 * Max, Max, out var id)) return false;
        _requestOrigin = RequestOrigin.Of(id);
        return true;
    }

    private bool ReadRequestedConsistency()
    {
        if (_json.TokenType != JsonTokenType.String) return Refuse(ProblemCode.WrongType, "consistency", "must be a string");
        if (_json.ValueTextEquals("strong"u8)) _consistency = ReadConsistency.Strong;
        else if (_json.ValueTextEquals("eventual"u8)) _consistency = ReadConsistency.Eventual;
        else return Refuse(ProblemCode.InvalidField, "consistency", "must be \"strong\" or \"eventual\"");
        return true;
    }

    private OperationInput? Finish(KeyRouteCache routes, KeyRoute? route, out Problem? problem)
    {
        problem = null;
        byte[]? value = null;
        byte[]? expect = null;
        if (_ifAbsent && _ifVersion is > 0)
            problem = Problem.BadField(ProblemCode.InvalidField, "ifAbsent", "contradicts ifVersion: an absent key has no version");
        else if (!TryTakeValues(out value, out expect))
            problem = _problem;
        if (problem is not null) return null;

        return new OperationInput(_shape.Code, route ?? routes.Get(_key))
        {
            Value = value,
            ContentType = _contentType,
            Expect = expect,
            ExpectContentType = _expectContentType,
            TtlMilliseconds = _ttlMilliseconds,
            IfVersion = _ifVersion,
            IfAbsent = _ifAbsent,
            RequestOrigin = _requestOrigin,
            Consistency = _consistency,
        };
    }

    private bool TryTakeValues(out byte[]? value, out byte[]? expect)
    {
        value = null;
        expect = null;
        var isEncoded = (_seen & OperationFields.Encoding) != 0;
        if (isEncoded && (_seen & OperationFields.ContentType) == 0) _contentType = ContentTypes.Bytes;
        if (isEncoded && MediaType.IsJson(_contentType)) return RefuseAt(_valueAt, ProblemCode.InvalidField, "encoding", "JSON is not encoded");
        if ((_seen & OperationFields.Value) != 0 && !TryTake("value", _value, _valueAt, _contentType, out value)) return false;
        return _expect.Length == 0 || TryTake("expect", _expect, _expectAt, _expectContentType, out expect);
    }

    private bool TryTake(string name, ReadOnlySpan<byte> raw, int at, string? contentType, out byte[]? value)
    {
        value = null;
        var length = raw.Length;
        if (!MediaType.IsJson(contentType))
        {
            value = raw.Length > JsonBytes.MaxEncodedBytes ? null : JsonBytes.Decode(raw);
            if (value is null && raw.Length <= JsonBytes.MaxEncodedBytes)
                return RefuseAt(at, ProblemCode.InvalidField, name, $"a value of the type {contentType} must be a string with base64");
            length = value?.Length ?? raw.Length;
        }

        if (length <= OperationLimits.MaxValueBytes)
        {
            value ??= raw.ToArray();
            return true;
        }

        _problem = Problem.TooLarge(
            ProblemCode.ValueTooLarge, name, $"has {length} bytes; at most {OperationLimits.MaxValueBytes} are stored under a key");
        return false;
    }

    private bool Refuse(string code, string field, string detail) => RefuseAt((int)_json.TokenStartIndex, code, field, detail);

    private bool RefuseAt(int at, string code, string field, string detail)
    {
        var (line, column) = BodyPosition.Of(_body, at);
        _problem = Problem.BadField(code, field, $"{field}: {detail}") with { Line = line, Column = column };
        return false;
    }

    private readonly Problem Here(string detail)
    {
        var (line, column) = BodyPosition.Of(_body, (int)_json.TokenStartIndex);
        return Problem.Malformed(detail, line, column);
    }

    // A caller's own name is shown back to it, within reason.
    private readonly string Echo() => Echo(_json.ValueSpan);

    internal static string Echo(ReadOnlySpan<byte> text)
    {
        var name = System.Text.Encoding.UTF8.GetString(text[..Math.Min(text.Length, MaxEchoedName)]);
        return text.Length > MaxEchoedName ? name + "…" : name;
    }

    private static OperationFields First(OperationFields fields) => (OperationFields)((int)fields & -(int)fields);

    private static string Name(OperationFields field) => field switch
    {
        OperationFields.Key => "key",
        OperationFields.Value => "value",
        OperationFields.Expect => "expect",
        OperationFields.TtlSeconds => "ttlSeconds",
        OperationFields.IfVersion => "ifVersion",
        OperationFields.IfAbsent => "ifAbsent",
        OperationFields.RequestId => "requestId",
        OperationFields.Consistency => "consistency",
        OperationFields.ContentType => "contentType",
        OperationFields.Encoding => "encoding",
        OperationFields.ExpectContentType => "expectContentType",
        OperationFields.Op => "op",
        _ => field.ToString(),
    };

    // The tokenizer's message ends with the position, which has fields of its own.
    internal static string Explain(JsonException exception)
    {
        var end = exception.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return end < 0 ? exception.Message : exception.Message[..end];
    }
}
