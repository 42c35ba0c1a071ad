using System.Reflection;
using System.Reflection.Emit;

namespace Orleans.Serialization.Invocation;

/// <summary>
/// An assembly in memory for the classes made for one interface. It may use the internal types of the assemblies its signatures
/// name, as the code generator of Orleans may, which puts its classes into them.
/// </summary>
internal static class DynamicAssembly
{
    private const string AttributeName = "System.Runtime.CompilerServices.IgnoresAccessChecksToAttribute";

    private static int _count;

    public static ModuleBuilder Create(string name, IEnumerable<Type> signature)
    {
        // Assemblies find each other by name: overloads, and interfaces of one name in two namespaces, must not share one.
        var unique = $"{name}.{Interlocked.Increment(ref _count)}";
        var assembly = AssemblyBuilder.DefineDynamicAssembly(new AssemblyName(unique), AssemblyBuilderAccess.Run);
        var module = assembly.DefineDynamicModule(name);
        var attribute = DefineAttribute(module);
        var visible = new HashSet<string> { typeof(DynamicAssembly).Assembly.GetName().Name! };
        foreach (var type in signature) Collect(type, visible);
        foreach (var visibleName in visible) assembly.SetCustomAttribute(new CustomAttributeBuilder(attribute, [visibleName]));
        return module;
    }

    private static void Collect(Type type, HashSet<string> names)
    {
        if (type.HasElementType) Collect(type.GetElementType()!, names);
        foreach (var argument in type.GetGenericArguments()) Collect(argument, names);
        if (type.Assembly.GetName().Name is { } name) names.Add(name);
    }

    // The runtime knows the attribute by its name; the framework does not declare it.
    private static ConstructorInfo DefineAttribute(ModuleBuilder module)
    {
        var type = module.DefineType(AttributeName, TypeAttributes.Public | TypeAttributes.Class, typeof(Attribute));
        var name = type.DefineField("_name", typeof(string), FieldAttributes.Private);
        var constructor = type.DefineConstructor(MethodAttributes.Public, CallingConventions.HasThis, [typeof(string)]);
        var il = constructor.GetILGenerator();
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Call, typeof(Attribute).GetConstructor(BindingFlags.Instance | BindingFlags.NonPublic, [])!);
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldarg_1);
        il.Emit(OpCodes.Stfld, name);
        il.Emit(OpCodes.Ret);

        var property = type.DefineProperty("AssemblyName", PropertyAttributes.None, typeof(string), []);
        var getter = type.DefineMethod("get_AssemblyName", MethodAttributes.Public | MethodAttributes.SpecialName, typeof(string), []);
        il = getter.GetILGenerator();
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldfld, name);
        il.Emit(OpCodes.Ret);
        property.SetGetMethod(getter);
        return type.CreateType().GetConstructor([typeof(string)])!;
    }
}
