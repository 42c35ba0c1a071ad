namespace Orleans.Runtime.Messaging;

/// <summary>Names that a connection has seen, by the number that stands for them from the second time on.</summary>
internal sealed class NameTable
{
    /// <summary>A name follows and gets the next number.</summary>
    public const uint NewName = 0;

    /// <summary>A name follows and gets none.</summary>
    public const uint UnnumberedName = 1;

    public const uint FirstNumber = 2;

    /// <summary>As many names as one peer may make this process remember.</summary>
    public const int MaxNames = 4096;

    private readonly List<IdSpan> _names = [];

    public IdSpan Read(ref InputSpan input)
    {
        var number = input.ReadVar();
        if (number >= FirstNumber)
        {
            var index = number - FirstNumber;
            return index < (uint)_names.Count
                ? _names[(int)index]
                : throw new InvalidMessageFrameException("A name's number was never given.");
        }

        var bytes = input.ReadBlock();
        var name = bytes.IsEmpty ? default : new IdSpan(bytes.ToArray());
        if (number == NewName)
        {
            if (_names.Count >= MaxNames)
            {
                throw new InvalidMessageFrameException("The peer names more grain types than are allowed.");
            }

            _names.Add(name);
        }

        return name;
    }
}
