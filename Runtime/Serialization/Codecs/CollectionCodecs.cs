using System.Collections.Immutable;
using System.Reflection;

namespace Orleans.Serialization.Codecs;

/// <summary>The generic collections that can cross, and how each is put together from its elements.</summary>
internal static class CollectionCodecs
{
    private static readonly Dictionary<Type, MethodInfo> Makers = new()
    {
        [typeof(List<>)] = Maker(nameof(List)),
        [typeof(Dictionary<,>)] = Maker(nameof(Dictionary)),
        [typeof(HashSet<>)] = Maker(nameof(HashSet)),
        [typeof(SortedSet<>)] = Maker(nameof(SortedSet)),
        [typeof(Queue<>)] = Maker(nameof(Queue)),
        [typeof(Stack<>)] = Maker(nameof(Stack)),
        [typeof(ImmutableArray<>)] = Maker(nameof(ImmutableArray)),
        [typeof(ImmutableList<>)] = Maker(nameof(ImmutableList)),
        [typeof(ImmutableHashSet<>)] = Maker(nameof(ImmutableHashSet)),
        [typeof(ImmutableDictionary<,>)] = Maker(nameof(ImmutableDictionary)),
        [typeof(IEnumerable<>)] = Maker(nameof(Enumerable)),
        [typeof(IReadOnlyCollection<>)] = Maker(nameof(ReadOnlyCollection)),
        [typeof(IReadOnlyList<>)] = Maker(nameof(ReadOnlyList)),
        [typeof(ICollection<>)] = Maker(nameof(Collection)),
        [typeof(IList<>)] = Maker(nameof(ListInterface)),
        [typeof(IReadOnlyDictionary<,>)] = Maker(nameof(ReadOnlyDictionary)),
        [typeof(IDictionary<,>)] = Maker(nameof(DictionaryInterface)),
    };

    public static Codec? TryCreate(Type type) =>
        type.IsConstructedGenericType && Makers.TryGetValue(type.GetGenericTypeDefinition(), out var maker)
            ? (Codec)maker.MakeGenericMethod(type.GetGenericArguments()).Invoke(null, null)!
            : null;

    private static MethodInfo Maker(string name) => typeof(CollectionCodecs).GetMethod(name, BindingFlags.Static | BindingFlags.NonPublic)!;

    private static ListCodec<T> List<T>() => new();

    private static DictionaryCodec<TKey, TValue> Dictionary<TKey, TValue>()
        where TKey : notnull => new();

    private static ImmutableArrayCodec<T> ImmutableArray<T>() => new();

    private static SequenceCodec<HashSet<T>, T> HashSet<T>() => new(new(
        static set => set.Count,
        static (elements, comparer) => new HashSet<T>(elements, (IEqualityComparer<T>?)comparer),
        Comparer: static set => set.Comparer));

    private static SequenceCodec<SortedSet<T>, T> SortedSet<T>() => new(new(
        static set => set.Count,
        static (elements, comparer) => new SortedSet<T>(elements, (IComparer<T>?)comparer),
        Comparer: static set => set.Comparer));

    private static SequenceCodec<Queue<T>, T> Queue<T>() => new(new(static queue => queue.Count, static (elements, _) => new Queue<T>(elements)));

    // A stack is enumerated from its top, and built from its bottom.
    private static SequenceCodec<Stack<T>, T> Stack<T>() => new(new(
        static stack => stack.Count,
        static (elements, _) =>
        {
            elements.Reverse();
            return new Stack<T>(elements);
        }));

    private static SequenceCodec<ImmutableList<T>, T> ImmutableList<T>() => new(new(
        static list => list.Count,
        static (elements, _) => [.. elements],
        IsImmutable: true));

    private static SequenceCodec<ImmutableHashSet<T>, T> ImmutableHashSet<T>() => new(new(
        static set => set.Count,
        static (elements, comparer) => System.Collections.Immutable.ImmutableHashSet.CreateRange((IEqualityComparer<T>?)comparer, elements),
        IsImmutable: true,
        static set => set.KeyComparer));

    private static SequenceCodec<ImmutableDictionary<TKey, TValue>, KeyValuePair<TKey, TValue>> ImmutableDictionary<TKey, TValue>()
        where TKey : notnull => new(new(
            static dictionary => dictionary.Count,
            static (elements, comparer) =>
                System.Collections.Immutable.ImmutableDictionary.CreateRange((IEqualityComparer<TKey>?)comparer, elements),
            IsImmutable: true,
            // The elements are pairs, so the default comparer of keys would not be recognized as the default.
            static dictionary => ReferenceEquals(dictionary.KeyComparer, EqualityComparer<TKey>.Default) ? null : dictionary.KeyComparer));

    private static InterfaceCodec<IEnumerable<T>, List<T>> Enumerable<T>() => new(static value => [.. value]);

    private static InterfaceCodec<IReadOnlyCollection<T>, List<T>> ReadOnlyCollection<T>() => new(static value => [.. value]);

    private static InterfaceCodec<IReadOnlyList<T>, List<T>> ReadOnlyList<T>() => new(static value => [.. value]);

    private static InterfaceCodec<ICollection<T>, List<T>> Collection<T>() => new(static value => [.. value]);

    private static InterfaceCodec<IList<T>, List<T>> ListInterface<T>() => new(static value => [.. value]);

    private static InterfaceCodec<IReadOnlyDictionary<TKey, TValue>, Dictionary<TKey, TValue>> ReadOnlyDictionary<TKey, TValue>()
        where TKey : notnull => new(static value => new Dictionary<TKey, TValue>(value));

    private static InterfaceCodec<IDictionary<TKey, TValue>, Dictionary<TKey, TValue>> DictionaryInterface<TKey, TValue>()
        where TKey : notnull => new(static value => new Dictionary<TKey, TValue>(value));
}
