using System.Reflection;
using System.Runtime.CompilerServices;
using Orleans.Serialization.Copying;
using Orleans.Serialization.Types;
using Orleans.Serialization.Wire;

namespace Orleans.Serialization.Codecs;

/// <summary>The compiled code that writes, reads and copies the members of one type.</summary>
internal sealed class MemberCode<T>
{
    private static readonly ConstructorInfo? Constructor = typeof(T).IsValueType || typeof(T).IsAbstract
        ? null
        : typeof(T).GetConstructor(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic, Type.EmptyTypes);

    private readonly Func<T>? _create;

    private MemberCode(MemberWriter write, MemberReader read, MemberCopier copy, Func<T>? create) =>
        (Write, Read, Copy, _create) = (write, read, copy, create);

    public delegate void MemberWriter(ref BodyWriter writer, ref T value);

    public delegate void MemberReader(ref BodyReader reader, ref T value);

    public delegate void MemberCopier(ref T from, ref T to, CopyContext context);

    /// <summary>Writes all sections and the end.</summary>
    public MemberWriter Write { get; }

    /// <summary>Reads to the end; numbers that are not known here are skipped, members that do not come keep what they have.</summary>
    public MemberReader Read { get; }

    public MemberCopier Copy { get; }

    public static MemberCode<T> Compile(SerializableType type)
    {
        var emitter = new MemberEmitter(type);
        return new MemberCode<T>(
            emitter.Writer().CreateDelegate<MemberWriter>(),
            emitter.Reader().CreateDelegate<MemberReader>(),
            emitter.Copier().CreateDelegate<MemberCopier>(),
            Constructor is null ? null : emitter.Creator(Constructor).CreateDelegate<Func<T>>());
    }

    /// <summary>An object by its constructor without parameters, where it has one, else one whose members are all zero.</summary>
    public T Create() => _create is null ? (T)RuntimeHelpers.GetUninitializedObject(typeof(T)) : _create();
}
