using System.Reflection;
using System.Reflection.Emit;
using Orleans.Serialization.Types;
using Orleans.Serialization.Wire;

namespace Orleans.Serialization.Codecs;

/// <summary>Emits the code for members that share a range of numbers, into whatever method: of a type, or of one call's arguments.</summary>
/// <param name="il">Where to.</param>
/// <param name="stream">Loads the writer, the reader or the copy context.</param>
/// <param name="target">Loads what holds the members.</param>
internal sealed class SectionEmitter(ILGenerator il, OpCode stream, Action<ILGenerator> target)
{
    // Beyond this gap between two numbers a jump table would be mostly holes.
    private const uint LargestGap = 8;

    private static readonly MethodInfo ReadTag = typeof(BodyReader).GetMethod(nameof(BodyReader.ReadTag))!;
    private static readonly MethodInfo Skip = typeof(BodyReader).GetMethod(nameof(BodyReader.Skip))!;
    private static readonly MethodInfo IsLastEnd = typeof(BodyReader).GetMethod(nameof(BodyReader.IsLastEnd))!;

    private LocalBuilder? _kind;
    private LocalBuilder? _id;

    public Action<ILGenerator> LoadTarget { get; } = target;

    public void CallStream(MethodInfo method)
    {
        il.Emit(stream);
        il.Emit(OpCodes.Call, method);
    }

    public void Write(IReadOnlyList<SerializableMember> members)
    {
        foreach (var member in members)
        {
            LoadCodec(member.Type);
            il.Emit(stream);
            il.Emit(OpCodes.Ldc_I4, unchecked((int)member.Id));
            LoadMember(member, LoadTarget);
            il.Emit(OpCodes.Callvirt, CodecMethod(member.Type, nameof(Codec<int>.Write)));
        }
    }

    /// <summary>Reads up to the section's end; at the object's end the emitted method returns.</summary>
    public void Read(IReadOnlyList<SerializableMember> members)
    {
        var (kind, id) = (_kind ??= il.DeclareLocal(typeof(WireKind)), _id ??= il.DeclareLocal(typeof(uint)));
        var (next, end, unknown, done) = (il.DefineLabel(), il.DefineLabel(), il.DefineLabel(), il.DefineLabel());
        var labels = members.Select(_ => il.DefineLabel()).ToArray();

        il.MarkLabel(next);
        il.Emit(stream);
        il.Emit(OpCodes.Ldloca, kind);
        il.Emit(OpCodes.Call, ReadTag);
        il.Emit(OpCodes.Stloc, id);
        il.Emit(OpCodes.Ldloc, kind);
        il.Emit(OpCodes.Brfalse, end);
        Dispatch(members, labels, id);
        il.Emit(OpCodes.Br, unknown);

        for (var i = 0; i < labels.Length; i++)
        {
            il.MarkLabel(labels[i]);
            LoadTarget(il);
            LoadCodec(members[i].Type);
            il.Emit(stream);
            il.Emit(OpCodes.Ldloc, kind);
            il.Emit(OpCodes.Callvirt, CodecMethod(members[i].Type, nameof(Codec<int>.Read)));
            StoreMember(members[i]);
            il.Emit(OpCodes.Br, next);
        }

        il.MarkLabel(unknown);
        il.Emit(stream);
        il.Emit(OpCodes.Ldloc, kind);
        il.Emit(OpCodes.Call, Skip);
        il.Emit(OpCodes.Br, next);

        il.MarkLabel(end);
        il.Emit(stream);
        il.Emit(OpCodes.Ldloc, id);
        il.Emit(OpCodes.Call, IsLastEnd);
        il.Emit(OpCodes.Brfalse, done);
        il.Emit(OpCodes.Ret);
        il.MarkLabel(done);
    }

    public void Copy(IReadOnlyList<SerializableMember> members, Action<ILGenerator> source)
    {
        foreach (var member in members)
        {
            var isShallow = member.IsImmutable || CodecFactory.Get(member.Type).IsShallow;
            LoadTarget(il);
            if (!isShallow) LoadCodec(member.Type);
            LoadMember(member, source);
            if (!isShallow)
            {
                il.Emit(stream);
                il.Emit(OpCodes.Callvirt, CodecMethod(member.Type, nameof(Codec<int>.Copy)));
            }

            StoreMember(member);
        }
    }

    // Runs of near numbers become jump tables, which is what the numbers of a section usually are: 0, 1, 2 …
    private void Dispatch(IReadOnlyList<SerializableMember> members, Label[] labels, LocalBuilder id)
    {
        for (var start = 0; start < members.Count;)
        {
            var end = start + 1;
            while (end < members.Count && members[end].Id - members[end - 1].Id <= LargestGap) end++;
            var (first, otherwise) = (members[start].Id, il.DefineLabel());
            var table = new Label[members[end - 1].Id - first + 1];
            Array.Fill(table, otherwise);
            for (var i = start; i < end; i++) table[members[i].Id - first] = labels[i];
            il.Emit(OpCodes.Ldloc, id);
            il.Emit(OpCodes.Ldc_I4, unchecked((int)first));
            il.Emit(OpCodes.Sub);
            il.Emit(OpCodes.Switch, table);
            il.MarkLabel(otherwise);
            start = end;
        }
    }

    private static MethodInfo CodecMethod(Type type, string name) => typeof(Codec<>).MakeGenericType(type).GetMethod(name)!;

    private void LoadCodec(Type type)
    {
        var field = typeof(CodecOf<>).MakeGenericType(type).GetField(nameof(CodecOf<int>.Instance))!;
        // Set before the method is compiled, the field is a constant to the compiler, and the call on it a direct one.
        field.GetValue(null);
        il.Emit(OpCodes.Ldsfld, field);
    }

    private void LoadMember(SerializableMember member, Action<ILGenerator> source)
    {
        source(il);
        if (member.Field is { } field) il.Emit(OpCodes.Ldfld, field);
        else il.Emit(OpCodes.Call, member.Getter!);
    }

    private void StoreMember(SerializableMember member)
    {
        if (member.Field is { } field) il.Emit(OpCodes.Stfld, field);
        else il.Emit(OpCodes.Call, member.Setter!);
    }
}
