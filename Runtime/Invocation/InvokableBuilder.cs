using System.Reflection;
using System.Reflection.Emit;
using Orleans.Serialization.Codecs;
using Orleans.Serialization.Copying;
using Orleans.Serialization.Types;
using Orleans.Serialization.Wire;

namespace Orleans.Serialization.Invocation;

/// <summary>Makes the class of a method's calls: typed fields for the arguments, and the code that writes, reads, copies and makes the call.</summary>
internal sealed class InvokableBuilder
{
    private const MethodAttributes Override = MethodAttributes.Public | MethodAttributes.Virtual | MethodAttributes.HideBySig;

    private readonly RemoteMethod _method;
    private readonly TypeBuilder _type;
    private readonly Type _base;
    private readonly FieldBuilder _self;
    private readonly FieldBuilder _target;
    private readonly List<SerializableMember> _arguments = [];
    private readonly ConstructorBuilder _constructor;

    private InvokableBuilder(RemoteMethod method)
    {
        _method = method;
        _base = BaseFor(method);
        var module = DynamicAssembly.Create(
            $"Orleans.Kv.Calls.{method.InterfaceType.Name}.{method.Info.Name}",
            [method.InterfaceType, method.Info.ReturnType, .. method.ArgumentTypes]);
        _type = module.DefineType($"{method.InterfaceType.Name}_{method.Info.Name}", TypeAttributes.Public | TypeAttributes.Sealed, _base);
        _constructor = _type.DefineDefaultConstructor(MethodAttributes.Public);
        _self = _type.DefineField("Self", typeof(RemoteMethod), FieldAttributes.Public | FieldAttributes.Static);
        _target = _type.DefineField("Target", method.InterfaceType, FieldAttributes.Private);
        foreach (var parameter in method.Info.GetParameters())
        {
            var field = _type.DefineField(ArgumentField(parameter.Position), parameter.ParameterType, FieldAttributes.Public);
            var isImmutable = parameter.IsDefined(typeof(ImmutableAttribute));
            _arguments.Add(new SerializableMember((uint)parameter.Position, parameter.ParameterType, field, null, null, isImmutable));
        }
    }

    public static string ArgumentField(int index) => $"Argument{index}";

    public static Func<GeneratedInvokable> Build(RemoteMethod method)
    {
        var builder = new InvokableBuilder(method);
        builder.EmitMethodProperty();
        builder.EmitTarget();
        builder.EmitInvoke();
        builder.EmitGetArgument();
        builder.EmitSetArgument();
        builder.EmitWrite();
        builder.EmitRead();
        builder.EmitCopy();
        if (method.IsCancellable) builder.EmitCancellationToken();
        var type = builder._type.CreateType();
        type.GetField(builder._self.Name)!.SetValue(null, method);
        var create = new DynamicMethod("Create", typeof(GeneratedInvokable), [], type, skipVisibility: true);
        var il = create.GetILGenerator();
        il.Emit(OpCodes.Newobj, type.GetConstructor([])!);
        il.Emit(OpCodes.Ret);
        return create.CreateDelegate<Func<GeneratedInvokable>>();
    }

    private static Type BaseFor(RemoteMethod method)
    {
        var type = method.Info.ReturnType;
        if (type == typeof(void)) return typeof(VoidInvokable);
        if (type == typeof(Task)) return typeof(TaskInvokable);
        if (type == typeof(ValueTask)) return typeof(ValueTaskInvokable);
        var definition = type.GetGenericTypeDefinition() == typeof(Task<>) ? typeof(TaskInvokable<>) : typeof(ValueTaskInvokable<>);
        return definition.MakeGenericType(method.ResultType!);
    }

    private ILGenerator Begin(string name, Type result, params Type[] parameters) =>
        _type.DefineMethod(name, Override, result, parameters).GetILGenerator();

    private void EmitMethodProperty()
    {
        var il = Begin($"get_{nameof(GeneratedInvokable.Method)}", typeof(RemoteMethod));
        il.Emit(OpCodes.Ldsfld, _self);
        il.Emit(OpCodes.Ret);
    }

    private void EmitTarget()
    {
        var il = Begin(nameof(GeneratedInvokable.GetTarget), typeof(object));
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldfld, _target);
        il.Emit(OpCodes.Ret);

        il = Begin(nameof(GeneratedInvokable.SetTarget), typeof(void), typeof(ITargetHolder));
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldarg_1);
        il.Emit(OpCodes.Callvirt, typeof(ITargetHolder).GetMethod(nameof(ITargetHolder.GetTarget))!);
        il.Emit(OpCodes.Castclass, _method.InterfaceType);
        il.Emit(OpCodes.Stfld, _target);
        il.Emit(OpCodes.Ret);
    }

    private void EmitInvoke()
    {
        var il = Begin(nameof(TaskInvokable.InvokeTarget), _method.Info.ReturnType);
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldfld, _target);
        foreach (var argument in _arguments)
        {
            il.Emit(OpCodes.Ldarg_0);
            il.Emit(OpCodes.Ldfld, argument.Field!);
        }

        il.Emit(OpCodes.Callvirt, _method.Info);
        il.Emit(OpCodes.Ret);
    }

    private void EmitGetArgument()
    {
        var il = Begin(nameof(GeneratedInvokable.GetArgument), typeof(object), typeof(int));
        ForEachArgument(il, argument =>
        {
            il.Emit(OpCodes.Ldarg_0);
            il.Emit(OpCodes.Ldfld, argument.Field!);
            il.Emit(OpCodes.Box, argument.Type);
        });
    }

    private void EmitSetArgument()
    {
        var il = Begin(nameof(GeneratedInvokable.SetArgument), typeof(void), typeof(int), typeof(object));
        ForEachArgument(il, argument =>
        {
            il.Emit(OpCodes.Ldarg_0);
            il.Emit(OpCodes.Ldarg_2);
            il.Emit(OpCodes.Unbox_Any, argument.Type);
            il.Emit(OpCodes.Stfld, argument.Field!);
        });
    }

    // By index; each branch returns.
    private void ForEachArgument(ILGenerator il, Action<SerializableMember> emit)
    {
        var labels = _arguments.Select(_ => il.DefineLabel()).ToArray();
        il.Emit(OpCodes.Ldarg_1);
        il.Emit(OpCodes.Switch, labels);
        il.Emit(OpCodes.Ldarg_1);
        il.Emit(OpCodes.Call, typeof(GeneratedInvokable).GetMethod("NoSuchArgument", BindingFlags.Static | BindingFlags.NonPublic)!);
        il.Emit(OpCodes.Throw);
        for (var i = 0; i < labels.Length; i++)
        {
            il.MarkLabel(labels[i]);
            emit(_arguments[i]);
            il.Emit(OpCodes.Ret);
        }
    }

    private void EmitWrite()
    {
        var il = Begin(nameof(GeneratedInvokable.WriteArguments), typeof(void), typeof(BodyWriter).MakeByRefType());
        var emitter = new SectionEmitter(il, OpCodes.Ldarg_1, LoadThis);
        emitter.Write(_arguments);
        emitter.CallStream(typeof(BodyWriter).GetMethod(nameof(BodyWriter.WriteEnd))!);
        il.Emit(OpCodes.Ret);
    }

    private void EmitRead()
    {
        var il = Begin(nameof(GeneratedInvokable.ReadArguments), typeof(void), typeof(BodyReader).MakeByRefType());
        var emitter = new SectionEmitter(il, OpCodes.Ldarg_1, LoadThis);
        emitter.Read(_arguments);
        emitter.CallStream(typeof(BodyReader).GetMethod(nameof(BodyReader.SkipToEnd))!);
        il.Emit(OpCodes.Ret);
    }

    private void EmitCopy()
    {
        var il = Begin(nameof(GeneratedInvokable.CopyArguments), typeof(GeneratedInvokable), typeof(CopyContext));
        var copy = il.DeclareLocal(_type);
        il.Emit(OpCodes.Newobj, _constructor);
        il.Emit(OpCodes.Stloc, copy);
        var emitter = new SectionEmitter(il, OpCodes.Ldarg_1, generator => generator.Emit(OpCodes.Ldloc, copy));
        emitter.Copy(_arguments, LoadThis);
        il.Emit(OpCodes.Ldloc, copy);
        il.Emit(OpCodes.Ret);
    }

    private void EmitCancellationToken()
    {
        var il = Begin(nameof(GeneratedInvokable.GetCancellationToken), typeof(CancellationToken));
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldfld, _arguments.First(static argument => argument.Type == typeof(CancellationToken)).Field!);
        il.Emit(OpCodes.Ret);
    }

    private static void LoadThis(ILGenerator il) => il.Emit(OpCodes.Ldarg_0);
}
