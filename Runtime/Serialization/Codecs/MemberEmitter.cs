using System.Reflection;
using System.Reflection.Emit;
using Orleans.Serialization.Copying;
using Orleans.Serialization.Types;
using Orleans.Serialization.Wire;

namespace Orleans.Serialization.Codecs;

/// <summary>
/// Emits the code that a person would write for one type: a row of writes; a loop that reads a tag and switches on its number; a row
/// of copies.
/// </summary>
/// <remarks>
/// Dynamic methods may touch private members and set read-only fields, which types that cross have (records, private setters).
/// They take the value by reference, so that the same code serves structs and classes.
/// </remarks>
internal sealed class MemberEmitter(SerializableType type)
{
    private static readonly MethodInfo WriteEnd = typeof(BodyWriter).GetMethod(nameof(BodyWriter.WriteEnd))!;
    private static readonly MethodInfo WriteEndSection = typeof(BodyWriter).GetMethod(nameof(BodyWriter.WriteEndSection))!;
    private static readonly MethodInfo SkipToEnd = typeof(BodyReader).GetMethod(nameof(BodyReader.SkipToEnd))!;
    private static readonly MethodInfo WriteException = typeof(ExceptionSection).GetMethod(nameof(ExceptionSection.Write))!;
    private static readonly MethodInfo ReadException = typeof(ExceptionSection).GetMethod(nameof(ExceptionSection.Read))!;

    private readonly Type _self = type.Type;

    public DynamicMethod Creator(ConstructorInfo constructor)
    {
        var method = New("Create", _self, []);
        var il = method.GetILGenerator();
        il.Emit(OpCodes.Newobj, constructor);
        il.Emit(OpCodes.Ret);
        return method;
    }

    public DynamicMethod Writer()
    {
        var method = New("Write", typeof(void), [typeof(BodyWriter).MakeByRefType(), _self.MakeByRefType()]);
        var il = method.GetILGenerator();
        var section = new SectionEmitter(il, OpCodes.Ldarg_0, LoadValue(OpCodes.Ldarg_1));
        for (var i = 0; i < type.Sections.Count; i++)
        {
            if (i > 0) section.CallStream(WriteEndSection);
            if (type.Sections[i].IsException)
            {
                il.Emit(OpCodes.Ldarg_0);
                section.LoadTarget(il);
                il.Emit(OpCodes.Call, WriteException);
            }

            section.Write(type.Sections[i].Members);
        }

        section.CallStream(WriteEnd);
        il.Emit(OpCodes.Ret);
        return method;
    }

    public DynamicMethod Reader()
    {
        var method = New("Read", typeof(void), [typeof(BodyReader).MakeByRefType(), _self.MakeByRefType()]);
        var il = method.GetILGenerator();
        var emitter = new SectionEmitter(il, OpCodes.Ldarg_0, LoadValue(OpCodes.Ldarg_1));
        foreach (var section in type.Sections)
        {
            if (!section.IsException)
            {
                emitter.Read(section.Members);
                continue;
            }

            var more = il.DefineLabel();
            il.Emit(OpCodes.Ldarg_0);
            emitter.LoadTarget(il);
            il.Emit(OpCodes.Call, ReadException);
            il.Emit(OpCodes.Brfalse, more);
            il.Emit(OpCodes.Ret);
            il.MarkLabel(more);
        }

        // A newer build's class may have sections behind the last one that is known here.
        emitter.CallStream(SkipToEnd);
        il.Emit(OpCodes.Ret);
        return method;
    }

    public DynamicMethod Copier()
    {
        var method = New("Copy", typeof(void), [_self.MakeByRefType(), _self.MakeByRefType(), typeof(CopyContext)]);
        var il = method.GetILGenerator();
        var emitter = new SectionEmitter(il, OpCodes.Ldarg_2, LoadValue(OpCodes.Ldarg_1));
        foreach (var section in type.Sections) emitter.Copy(section.Members, LoadValue(OpCodes.Ldarg_0));
        il.Emit(OpCodes.Ret);
        return method;
    }

    // The value comes by reference; what holds the members of a class is what it refers to.
    private Action<ILGenerator> LoadValue(OpCode argument) => il =>
    {
        il.Emit(argument);
        if (!_self.IsValueType) il.Emit(OpCodes.Ldind_Ref);
    };

    private DynamicMethod New(string name, Type result, Type[] parameters) =>
        new($"{name} {_self.Name}", result, parameters, typeof(MemberEmitter).Module, skipVisibility: true);
}
