using Orleans.Serialization.Copying;
using Orleans.Serialization.Wire;

namespace Orleans.Serialization.Codecs;

/// <summary>Writes, reads and copies the values of one type. Codecs are stateless and shared by the whole process.</summary>
/// <remarks>
/// <para>
/// <b>The form.</b> A body is tagged values, one after the other. A tag is a varint: the field's number times 8, plus the kind of what
/// follows (<see cref="WireKind"/>). An object is a type specification, then its fields, then the end tag; the classes of a hierarchy, and
/// a record's primary constructor, are sections of fields, base first, with an end-of-section tag between them. The type specification
/// is 0 (the type of the slot), 1 and a name, or 2 plus the place in the body where the name was given before. A collection is an object
/// with its count as field 0 and an element per field 1. A reference is the place in the body where the object meant begins.
/// </para>
/// <para>
/// <b>What it promises.</b> Two builds of a type understand each other while numbers keep their meaning: fields that are not known are
/// skipped by their kind, fields that do not come keep the value that a new object has. Everything is written, zeros too (in one byte), so
/// that no default of another build takes the place of what was sent. Objects that were one arrive as one, and cycles close; except byte
/// arrays, strings and the like, which have no identity.
/// </para>
/// <para>
/// <b>What it does not trust.</b> The bytes. Types come from a catalog and never from a loader, lengths are held against what is left,
/// depth and repetition are limited (<see cref="BodyLimits"/>). What is wrong ends in a <see cref="SerializerException"/>.
/// </para>
/// <para>
/// <b>How it is fast.</b> The members of a type are written and read by code that is compiled once for the type (<see cref="MemberCode{T}"/>),
/// straight into the output's memory and out of the input's; no lengths are patched and no intermediate objects made.
/// </para>
/// </remarks>
internal abstract class Codec
{
    public abstract Type Type { get; }

    /// <summary>
    /// Whether a copy may be the value itself, because neither it nor anything it reaches can change. (See <see cref="CopyContext"/>.)
    /// </summary>
    public virtual bool IsShallow => false;

    /// <summary>Why values of the type cannot be written, or null when they can.</summary>
    public virtual string? Unsupported => null;

    public abstract void WriteBoxed(ref BodyWriter writer, uint id, object? value);

    public abstract object? ReadBoxed(ref BodyReader reader, WireKind kind);

    public abstract object? CopyBoxed(object? value, CopyContext context);

    /// <summary>What stands between an object's type specification and its end, where the slot's type is not the value's own.</summary>
    public virtual void WriteBoxedContent(ref BodyWriter writer, object value)
    {
        WriteBoxed(ref writer, 0, value);
        writer.WriteEnd();
    }

    /// <param name="reader">Stands behind the type specification.</param>
    /// <param name="offset">Where the object begins, by which references know it.</param>
    public virtual object? ReadBoxedContent(ref BodyReader reader, int offset)
    {
        var value = ReadBoxed(ref reader, reader.ExpectTag(0));
        reader.SkipToEnd();
        return value;
    }
}
