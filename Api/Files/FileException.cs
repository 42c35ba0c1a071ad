namespace Orleans.Kv.Api.Files;

/// <summary>A file operation that did not happen, as <see cref="IOException"/>s of a file system say it: thrown where it is found, turned into a reply in one place.</summary>
internal sealed class FileException(FileFault fault, string message) : IOException(message)
{
    public FileFault Fault { get; } = fault;
}
