using System.Net.Sockets;
using System.Text.Json;

namespace AspirePaxos.Web.Nodes;

/// <summary>Why a node gave no usable answer, in words for a page.</summary>
internal static class Trouble
{
    public static bool IsExpected(Exception e) => e is HttpRequestException or SocketException or OperationCanceledException or IOException or JsonException;

    public static string Of(Exception e) => e switch
    {
        OperationCanceledException => "does not answer in time",
        HttpRequestException { StatusCode: not null } refusal => refusal.Message,
        HttpRequestException { InnerException: SocketException { SocketErrorCode: SocketError.ConnectionRefused } } => "nobody listens there",
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => "its name is not known",
        JsonException => "answered something that is not understood",
        _ => "the connection broke",
    };
}
