using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Reflection.Emit;
using Orleans.Runtime;

namespace Orleans.Serialization.Invocation;

/// <summary>Makes the classes behind grain references at run time: one per grain interface, made when first asked for.</summary>
/// <remarks>
/// A class derives from <see cref="GrainReference"/> and implements the interface and all that it derives from. Each method puts its
/// arguments into a call object (<see cref="GeneratedInvokable"/>) and gives that to the reference. Methods with a body in the
/// interface are left to it. Cancellation tokens stay in the process: a remote callee gets none.
/// </remarks>
internal sealed class ProxyFactory
{
    private static readonly ConcurrentDictionary<Type, Func<GrainReferenceShared, IdSpan, GrainReference>> Activators = new();
    private static readonly Type[] ConstructorParameters = [typeof(GrainReferenceShared), typeof(IdSpan)];
    private static readonly MethodInfo Invoke = ReferenceMethod("Invoke", isGeneric: false);
    private static readonly MethodInfo InvokeAsync = ReferenceMethod("InvokeAsync", isGeneric: false);
    private static readonly MethodInfo InvokeAsyncTyped = ReferenceMethod("InvokeAsync", isGeneric: true);

    /// <summary>
    /// A reference that implements <paramref name="interfaceType"/>, a grain, observer or grain service interface. Throws
    /// <see cref="NotSupportedException"/> naming the member where the interface has one that cannot be called remotely.
    /// </summary>
    public GrainReference Create(Type interfaceType, GrainReferenceShared shared, IdSpan key) => GetActivator(interfaceType)(shared, key);

    /// <summary>The same without the look-up by type, to be kept by whoever makes many references.</summary>
    [SuppressMessage("Performance", "CA1822", Justification = "That hosts in one process share the classes is not their users' business.")]
    public Func<GrainReferenceShared, IdSpan, GrainReference> GetActivator(Type interfaceType) => Activators.GetOrAdd(interfaceType, Build);

    private static Func<GrainReferenceShared, IdSpan, GrainReference> Build(Type interfaceType)
    {
        if (!interfaceType.IsInterface || interfaceType.ContainsGenericParameters || !typeof(IAddressable).IsAssignableFrom(interfaceType))
            throw new ArgumentException($"{interfaceType} is not an interface of grains.", nameof(interfaceType));

        if (IsPrivate(interfaceType)) throw new NotSupportedException($"{interfaceType} is private; an interface of grains is public or internal.");

        Type[] interfaces = [interfaceType, .. interfaceType.GetInterfaces()];
        var methods = interfaces.SelectMany(MethodCatalog.MethodsOf).ToArray();
        var module = DynamicAssembly.Create(
            $"Orleans.Kv.References.{interfaceType.Name}",
            [.. interfaces, .. methods.SelectMany(static method => method.ArgumentTypes.Append(method.Info.ReturnType))]);
        var type = module.DefineType(
            $"{interfaceType.Name}_Reference",
            TypeAttributes.Public | TypeAttributes.Sealed,
            typeof(GrainReference),
            interfaces);
        EmitConstructor(type);
        foreach (var method in methods) EmitCall(type, method);
        return Activator(type.CreateType());
    }

    private static bool IsPrivate(Type type) =>
        type.IsNestedPrivate || type.IsNestedFamily || (type.DeclaringType is { } outer && IsPrivate(outer));

    private static Func<GrainReferenceShared, IdSpan, GrainReference> Activator(Type type)
    {
        var create = new DynamicMethod("Create", typeof(GrainReference), ConstructorParameters, type, skipVisibility: true);
        var il = create.GetILGenerator();
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldarg_1);
        il.Emit(OpCodes.Newobj, type.GetConstructor(ConstructorParameters)!);
        il.Emit(OpCodes.Ret);
        return create.CreateDelegate<Func<GrainReferenceShared, IdSpan, GrainReference>>();
    }

    private static void EmitConstructor(TypeBuilder type)
    {
        var il = type.DefineConstructor(MethodAttributes.Public, CallingConventions.HasThis, ConstructorParameters).GetILGenerator();
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldarg_1);
        il.Emit(OpCodes.Ldarg_2);
        il.Emit(OpCodes.Call, typeof(GrainReference).GetConstructor(BindingFlags.Instance | BindingFlags.NonPublic, ConstructorParameters)!);
        il.Emit(OpCodes.Ret);
    }

    // Under a name of its own, so that methods of the same name from two interfaces do not meet.
    private static void EmitCall(TypeBuilder type, RemoteMethod method)
    {
        var info = method.Info;
        var implementation = type.DefineMethod(
            $"{method.InterfaceType.FullName}.{info.Name}",
            MethodAttributes.Private | MethodAttributes.Virtual | MethodAttributes.Final | MethodAttributes.HideBySig | MethodAttributes.NewSlot,
            info.ReturnType,
            [.. method.ArgumentTypes]);
        var il = implementation.GetILGenerator();
        var call = method.InvokableType;
        var local = il.DeclareLocal(call);
        il.Emit(OpCodes.Newobj, call.GetConstructor([])!);
        il.Emit(OpCodes.Stloc, local);
        for (var i = 0; i < method.ArgumentTypes.Count; i++)
        {
            il.Emit(OpCodes.Ldloc, local);
            il.Emit(OpCodes.Ldarg, (short)(i + 1));
            il.Emit(OpCodes.Stfld, call.GetField(InvokableBuilder.ArgumentField(i))!);
        }

        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldloc, local);
        EmitInvocation(il, method);
        il.Emit(OpCodes.Ret);
        type.DefineMethodOverride(implementation, info);
    }

    private static void EmitInvocation(ILGenerator il, RemoteMethod method)
    {
        var result = method.Info.ReturnType;
        if (result == typeof(void))
        {
            il.Emit(OpCodes.Call, Invoke);
            return;
        }

        var invoke = method.ResultType is null ? InvokeAsync : InvokeAsyncTyped.MakeGenericMethod(method.ResultType);
        il.Emit(OpCodes.Call, invoke);
        if (result.IsValueType) return;
        var task = il.DeclareLocal(invoke.ReturnType);
        il.Emit(OpCodes.Stloc, task);
        il.Emit(OpCodes.Ldloca, task);
        il.Emit(OpCodes.Call, invoke.ReturnType.GetMethod(nameof(ValueTask.AsTask))!);
    }

    private static MethodInfo ReferenceMethod(string name, bool isGeneric) =>
        typeof(GrainReference).GetMethods(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
            .Single(method => method.Name == name && method.IsGenericMethodDefinition == isGeneric);
}
