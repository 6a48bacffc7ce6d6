using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace AspirePaxos.Tests.Api;

/// <summary>What a node logs as an error or worse.</summary>
internal sealed class ErrorLines : ILoggerProvider, ILogger
{
    public ConcurrentQueue<string> Written { get; } = [];

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel)) Written.Enqueue(formatter(state, exception));
    }

    public void Dispose()
    {
    }
}
