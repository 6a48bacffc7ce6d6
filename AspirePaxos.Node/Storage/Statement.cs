using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace AspirePaxos.Node.Storage;

/// <summary>
/// One statement, prepared once, by the interface below the driver's, which boxes each number, copies each blob that is part of a larger
/// array and makes a reader for each row. Values are bound in the order of their parameters.
/// </summary>
internal sealed class Statement : IDisposable
{
    private readonly sqlite3 database;
    private readonly sqlite3_stmt statement;
    private int bound;

    public Statement(SqliteConnection connection, string text)
    {
        database = connection.Handle!;
        Check(raw.sqlite3_prepare_v2(database, text, out statement));
    }

    public Statement Bind(long value)
    {
        Check(raw.sqlite3_bind_int64(statement, ++bound, value));
        return this;
    }

    /// <param name="value">Null: NULL.</param>
    public Statement Bind(long? value)
    {
        Check(value is { } number ? raw.sqlite3_bind_int64(statement, ++bound, number) : raw.sqlite3_bind_null(statement, ++bound));
        return this;
    }

    /// <param name="value">Null: NULL.</param>
    public Statement Bind(string? value)
    {
        Check(value is null ? raw.sqlite3_bind_null(statement, ++bound) : raw.sqlite3_bind_text(statement, ++bound, value));
        return this;
    }

    public Statement Bind(ReadOnlySpan<byte> value)
    {
        // An empty span has no address, and would be bound as NULL.
        Check(value.IsEmpty ? raw.sqlite3_bind_zeroblob(statement, ++bound, 0) : raw.sqlite3_bind_blob(statement, ++bound, value));
        return this;
    }

    /// <exception cref="SqliteException">It failed, and what it belongs to with it.</exception>
    public void Run()
    {
        Step();
        Reset();
    }

    /// <summary>The two integers of the only row.</summary>
    public (long First, long Second) Row()
    {
        if (!Step()) throw new InvalidOperationException("The statement gave no row.");
        var row = (raw.sqlite3_column_int64(statement, 0), raw.sqlite3_column_int64(statement, 1));
        Reset();
        return row;
    }

    /// <summary>The integers of all rows.</summary>
    public List<long> Column()
    {
        var column = new List<long>();
        while (Step()) column.Add(raw.sqlite3_column_int64(statement, 0));
        Reset();
        return column;
    }

    public void Dispose() => statement.Dispose();

    private bool Step()
    {
        var code = raw.sqlite3_step(statement);
        if (code is raw.SQLITE_ROW or raw.SQLITE_DONE) return code == raw.SQLITE_ROW;
        var failure = Failure(code);
        Reset();
        throw failure;
    }

    private void Reset()
    {
        // Its result is that of the step, which was looked at.
        _ = raw.sqlite3_reset(statement);
        bound = 0;
    }

    private void Check(int code)
    {
        if (code != raw.SQLITE_OK) throw Failure(code);
    }

    private SqliteException Failure(int code) =>
        new($"SQLite Error {code & 0xff}: '{raw.sqlite3_errmsg(database).utf8_to_string()}'.", code & 0xff, raw.sqlite3_extended_errcode(database));
}
