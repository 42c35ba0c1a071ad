using System.Text;
using Orleans.Kv.Api.Keys;

namespace Orleans.Kv.Tests.Api.Keys;

public sealed class KeyPathTests
{
    [Theory]
    [InlineData("/get/a", "a")]
    [InlineData("/get/a?consistency=strong", "a")]
    [InlineData("/get/a/b//c/", "a/b//c/")]
    [InlineData("/get/a%2Fb", "a/b")]
    [InlineData("/get/a%252Fb", "a%2Fb")]
    [InlineData("/get/%C3%A9%F0%9F%98%80", "é😀")]
    [InlineData("/get/../store", "../store")]
    [InlineData("/get/%2e%2E/x", "../x")]
    [InlineData("/get/a+b%20c", "a+b c")]
    [InlineData("/get/%3f%23", "?#")]
    [InlineData("http://host:80/get/a", "a")]
    public void TheKey_IsTheRestOfThePath_DecodedOnce(string target, string key)
    {
        Assert.Equal(key, Encoding.UTF8.GetString(KeyPath.Find(target)!.Decode(out var fault) ?? []));
        Assert.Null(fault);
    }

    [Theory]
    [InlineData("/get/", "empty")]
    [InlineData("/get/%", "hexadecimal")]
    [InlineData("/get/%2", "hexadecimal")]
    [InlineData("/get/%zz", "hexadecimal")]
    [InlineData("/get/%+1", "hexadecimal")]
    [InlineData("/get/%C3", "UTF-8")]
    [InlineData("/get/%C0%80", "UTF-8")]
    [InlineData("/get/é", "percent-encoded")]
    public void WhatIsNoKey_IsRefused(string target, string why)
    {
        Assert.Null(KeyPath.Find(target)!.Decode(out var fault));
        Assert.Contains(why, fault, StringComparison.Ordinal);
    }

    [Fact]
    public void AKeyOf1024Bytes_IsAccepted_HoweverItIsWritten_OneMoreIsNot()
    {
        Assert.Equal(1024, KeyPath.Find("/set/" + string.Concat(Enumerable.Repeat("%C3%A9", 512)))!.Decode(out _)!.Length);
        Assert.Null(KeyPath.Find("/set/" + new string('a', 1025))!.Decode(out var fault));
        Assert.Contains("1024", fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/store")]
    [InlineData("/get")]
    [InlineData("/getter/a")]
    [InlineData("/x?/get/a")]
    [InlineData("*")]
    public void OtherPaths_HaveNone(string target) => Assert.Null(KeyPath.Find(target));
}
