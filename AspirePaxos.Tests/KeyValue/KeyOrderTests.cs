using System.Text;
using AspirePaxos.KeyValue;
using AspirePaxos.Tests.Generators;
using CsCheck;

namespace AspirePaxos.Tests.KeyValue;

public sealed class KeyOrderTests
{
    [Fact]
    public void Keys_are_ordered_as_their_utf8_bytes_are() =>
        Gen.OneOf(Gen.Select(AnyText.Whole, AnyText.Whole), Gen.Select(AnyText.OfFew, AnyText.OfFew), AnyText.Whole.Select(AnyText.Whole, (a, b) => (a, a + b))).Sample(
            (a, b) =>
            {
                var bytes = Encoding.UTF8.GetBytes(a).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(b));

                Assert.Equal(Math.Sign(bytes), Math.Sign(KeyOrder.Instance.Compare(a, b)));
                Assert.Equal(-Math.Sign(bytes), Math.Sign(KeyOrder.Instance.Compare(b, a)));
            },
            iter: 10_000);
}
